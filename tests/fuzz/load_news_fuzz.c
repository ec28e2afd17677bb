/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "core/load_barrier.h"
#include "core/load_follow.h"
#include "fuzz/fuzz.h"

enum { KIND_AT = 6, FRONT = 8, END = 4, SHARDS = 8 };

/* What a collector and a shard read out of a Redis
 * that others write to. Large, so it is kept. */
struct reader {
    struct load_report *report;
    uint8_t *bytes;
};

/* The inside of a frame with what belongs around it: a checksum would keep everything
 * out. Of the kind that `like`, a whole frame, has. */
static size_t wrap(
    uint8_t *to, const uint8_t *like, const uint8_t *inside, size_t size) {
    struct byte_writer writer = byte_writer_in(to, FRAME_SIZE_MAX);
    bytes_put_u32(&writer, (uint32_t)(FRONT + size + END));
    bytes_put_u16(&writer, FRAME_VERSION);
    bytes_put(&writer, like + KIND_AT, FRONT - KIND_AT);
    bytes_put(&writer, inside, size);
    bytes_put_u32(&writer, bytes_crc32c(0, to, writer.length));
    return writer.length;
}

static void follow(const struct load_order *order) {
    struct load_follow shard = {.shards = order->token_count, .token = 1};
    struct error err = {0};
    memcpy(shard.digest, order->digest, sizeof shard.digest);
    for (uint64_t i = 1; i < 5; i++) {
        enum load_follow_step step = load_follow_on_order(&shard, order, i, &err);
        if (step == LOAD_FOLLOW_LEAVE) ensure(err.code != ERROR_NONE);
        if (step == LOAD_FOLLOW_PREPARE) load_follow_on_ready(&shard);
        load_follow_look(&shard, i * NS_PER_S, &err);
    }
}

static void read_order(struct reader *reader, const uint8_t *data, size_t size) {
    static const struct load_order none;
    uint8_t like[LOAD_ORDER_BYTES];
    struct load_order order;
    struct error err = {0};
    load_order_encode(&none, like, sizeof like);
    size_t length = wrap(reader->bytes, like, data, size);
    if (!load_order_read(reader->bytes, length, &order, &err)) {
        ensure(err.code != ERROR_NONE);
        return;
    }
    ensure(order.token_count >= 1 && order.token_count <= LOAD_SPLIT_MAX);
    follow(&order);
}

static void hear(const struct load_news *news, const struct load_report *report) {
    struct load_barrier barrier;
    load_barrier_init(&barrier, SHARDS, NS_PER_S, 1);
    memcpy(barrier.digest, news->digest, sizeof barrier.digest);
    for (uint64_t i = 0; i < 5; i++) {
        enum load_heard heard = load_barrier_hear(&barrier, news, report, i * NS_PER_S);
        if (heard == LOAD_HEARD_REPORT) ensure(report);
        load_barrier_look(&barrier, i * NS_PER_S);
        ensure(load_barrier_came(&barrier) <= SHARDS);
        if (i == 1) load_barrier_start(&barrier, 2 * NS_PER_S);
    }
}

static void read_news(struct reader *reader, const uint8_t *data, size_t size) {
    static const struct load_news none;
    static uint8_t like[LOAD_ORDER_BYTES];
    struct load_news news;
    struct error err = {0};
    load_news_encode(&none, NULL, like, sizeof like);
    size_t length = wrap(reader->bytes, like, data, size);
    const struct slice bytes = {(const char *)reader->bytes, length};
    if (!load_news_read(bytes, &news, reader->report, &err)) {
        ensure(err.code != ERROR_NONE);
        return;
    }
    ensure(news.token != 0 && news.shard < LOAD_SPLIT_MAX);
    reader->report->sequence = 1 + size;
    hear(&news, NULL);
    hear(&news, reader->report);
}

/* The first byte says which of the two the others are the inside of. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct reader reader;
    if (size == 0 || size > LOAD_ORDER_BYTES) return 0;
    if (!reader.bytes) {
        reader.bytes = memory_new(FRAME_SIZE_MAX);
        reader.report = memory_new(sizeof *reader.report);
    }
    if (data[0] == 'o') {
        read_order(&reader, data + 1, size - 1);
    } else {
        read_news(&reader, data + 1, size - 1);
    }
    return 0;
}
