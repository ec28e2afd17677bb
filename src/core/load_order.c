/* SPDX-License-Identifier: MIT */
#include "core/load_order.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "core/frame.h"

enum { KIND = 0x4f52, PLAN_BYTES_MAX = 1024 * 1024 };

static const struct record_field token_fields[] = {
    {RECORD_COUNT, RECORD_AT(struct load_token, token)},
};
static const struct record token_record = RECORD_OF(struct load_token, token_fields);

#define AT(member) RECORD_AT(struct load_order, member)
static const struct record_field fields[] = {
    {RECORD_COUNT, AT(kind), .most = LOAD_ORDER_COUNT - 1},
    {RECORD_TEXT, AT(run)},
    {RECORD_TEXT, AT(digest)},
    {RECORD_TEXT, AT(who)},
    {RECORD_TEXT, AT(why)},
    {RECORD_COUNT, AT(seed)},
    {RECORD_COUNT, AT(start_us)},
    {RECORD_REAL, AT(level)},
    {RECORD_COUNT, AT(level_count)},
    {RECORD_LIST, AT(tokens), .of = &token_record,
     .count_offset = offsetof(struct load_order, token_count)},
};
#undef AT
static const struct record record = RECORD_OF(struct load_order, fields);

size_t load_order_encode(const struct load_order *order, uint8_t *out, size_t size) {
    return frame_encode(KIND, &record, order, out, size);
}

/* It goes into a header of each request. */
static bool is_name(const char *run) {
    for (const char *at = run; *at; at++) {
        if (*at <= ' ' || *at > '~') return false;
    }
    return run[0] != '\0';
}

bool load_order_read(
    const uint8_t *bytes, size_t length, struct load_order *order, struct error *err) {
    struct frame frame;
    struct load_order read = {0};
    if (length > LOAD_ORDER_BYTES) {
        return error_set(err, ERROR_LIMIT, "an order of %zu bytes", length);
    }
    switch (frame_find(bytes, length, &frame, err)) {
    case FRAME_BROKEN: return false;
    case FRAME_INCOMPLETE: return error_set(err, ERROR_PROTOCOL, "half an order");
    case FRAME_WHOLE: break;
    }
    if (frame.kind != KIND || frame.used != length) {
        return error_set(err, ERROR_PROTOCOL, "what stands there is no order");
    }
    if (!frame_read(&frame, &record, &read, err)) return false;
    if (read.token_count == 0 || !is_name(read.run)) {
        return error_set(err, ERROR_PROTOCOL, "an order without shards or a run");
    }
    safe_text_mend(read.who, sizeof read.who);
    safe_text_mend(read.why, sizeof read.why);
    *order = read;
    return true;
}

void load_split_digest(
    const struct load_plan *plan, uint32_t shards, char digest[SHA256_HEX_SIZE]) {
    struct load_plan *same = memory_new(sizeof *same);
    uint8_t *bytes = memory_new(PLAN_BYTES_MAX);
    *same = *plan;
    same->run[0] = '\0';
    same->seed = 0;
    same->shard = 0;
    same->shards = shards;
    struct load_target *target = &same->target;
    target->ca[0] = target->cert[0] = target->key[0] = '\0';
    memset(target->headers, 0, sizeof target->headers);
    target->header_count = 0;
    struct byte_writer writer = byte_writer_in(bytes, PLAN_BYTES_MAX);
    record_put(&load_plan_record, same, &writer);
    sha256_hex((struct slice){(const char *)bytes, writer.length}, digest);
    explicit_bzero(same, sizeof *same);
    explicit_bzero(bytes, writer.length);
    free(bytes);
    free(same);
}
