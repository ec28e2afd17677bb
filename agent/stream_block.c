/* SPDX-License-Identifier: MIT */
#include "agent/stream_block.h"

#include "agent/model_answer.h"
#include "core/document.h"
#include "core/node_json.h"
#include "io/json.h"

enum delta_way {
    DELTA_APPENDS,  /* to a string */
    DELTA_REPLACES, /* a string */
    DELTA_IS_JSON,  /* a piece of JSON text */
    DELTA_IS_ITEM,  /* one more of a list */
};

static const struct {
    const char *delta, *value, *field;
    enum delta_way way;
} kinds[] = {
#define X(id, delta, value, field, how) [id] = {(delta), (value), (field), (how)}
    BLOCK_DELTAS(X)
#undef X
};

void stream_block_init(struct stream_block *block) {
    *block = (struct stream_block){0};
    buffer_init(&block->start, MODEL_ANSWER_MAX);
    for (size_t i = 0; i < DELTA_COUNT; i++) {
        buffer_init(&block->deltas[i], MODEL_ANSWER_MAX);
    }
}

void stream_block_clear(struct stream_block *block) {
    buffer_clear(&block->start);
    for (size_t i = 0; i < DELTA_COUNT; i++) buffer_clear(&block->deltas[i]);
    block->open = false;
}

bool stream_block_open(
    struct stream_block *block, int64_t index, const struct node *start,
    struct error *err) {
    if (!start || start->kind != NODE_MAP) {
        return error_set(err, ERROR_PROTOCOL, "a content block that is none");
    }
    const struct node *type = node_get(start, "type");
    block->open = true;
    block->is_text =
        type && type->kind == NODE_STRING && slice_equals(type->string, "text");
    block->index = index;
    buffer_reset(&block->start);
    for (size_t i = 0; i < DELTA_COUNT; i++) buffer_reset(&block->deltas[i]);
    struct json_writer json = json_writer_to(&block->start);
    node_write_json(start, &json);
    return !block->start.overflow ||
           error_set(err, ERROR_LIMIT, "a content block that is too large");
}

static void add_item(struct buffer *items, const struct node *item) {
    if (items->length > 0) buffer_add_char(items, ',');
    struct json_writer json = json_writer_to(items);
    node_write_json(item, &json);
}

bool stream_block_add(
    struct stream_block *block, const struct node *delta, struct slice *words,
    struct error *err) {
    const struct node *type = node_get(delta, "type");
    *words = (struct slice){0};
    if (!type || type->kind != NODE_STRING) {
        return error_set(err, ERROR_PROTOCOL, "a delta without a type");
    }
    size_t kind = 0;
    while (kind < DELTA_COUNT && !slice_equals(type->string, kinds[kind].delta)) kind++;
    if (kind == DELTA_COUNT) return true;

    const struct node *value = node_get(delta, kinds[kind].value);
    bool is_item = kinds[kind].way == DELTA_IS_ITEM;
    if (!value || (!is_item && value->kind != NODE_STRING)) {
        return error_set(
            err, ERROR_PROTOCOL, "a %s without %s", kinds[kind].delta,
            kinds[kind].value);
    }
    struct buffer *to = &block->deltas[kind];
    if (kinds[kind].way == DELTA_REPLACES) buffer_reset(to);
    if (is_item) {
        add_item(to, value);
    } else {
        buffer_add(to, value->string.data, value->string.length);
    }
    if (kind == DELTA_TEXT && block->is_text) *words = value->string;
    return !to->overflow ||
           error_set(err, ERROR_LIMIT, "a content block that is too large");
}

static void write_string(
    const struct node *begun, struct slice more, struct json_writer *json) {
    struct buffer all;
    buffer_init(&all, MODEL_ANSWER_MAX);
    if (begun && begun->kind == NODE_STRING) {
        buffer_add(&all, begun->string.data, begun->string.length);
    }
    buffer_add(&all, more.data, more.length);
    if (all.overflow) json->to->overflow = true;
    json_slice(json, buffer_slice(&all));
    buffer_clear(&all);
}

static void write_list(
    const struct node *begun, struct slice more, struct json_writer *json) {
    json_array_begin(json);
    bool is_list = begun && begun->kind == NODE_LIST;
    for (const struct node *item = is_list ? begun->first : NULL; item;
         item = item->next) {
        node_write_json(item, json);
    }
    json_raw(json, more);
    json_array_end(json);
}

/* A field's value: how the block began, or nothing, and what came since then. */
static void write_field(
    const struct stream_block *block, size_t kind, const struct node *begun,
    struct json_writer *json) {
    struct slice more = buffer_slice(&block->deltas[kind]);
    json_key(json, kinds[kind].field);
    switch (kinds[kind].way) {
    case DELTA_APPENDS: write_string(begun, more, json); break;
    case DELTA_REPLACES: json_slice(json, more); break;
    case DELTA_IS_JSON: json_raw(json, more); break;
    case DELTA_IS_ITEM: write_list(begun, more, json); break;
    }
}

static bool is_changed(const struct stream_block *block, size_t kind) {
    return block->deltas[kind].length > 0;
}

static void write_start(
    const struct stream_block *block, const struct node *start,
    struct json_writer *json) {
    for (const struct node *field = start->first; field; field = field->next) {
        size_t kind = 0;
        while (kind < DELTA_COUNT && !slice_equals(field->key, kinds[kind].field)) {
            kind++;
        }
        if (kind < DELTA_COUNT && is_changed(block, kind)) {
            write_field(block, kind, field, json);
            continue;
        }
        json_key(json, field->key.data);
        node_write_json(field, json);
    }
}

static void write_block(
    const struct stream_block *block, const struct node *start, struct buffer *blocks) {
    if (blocks->length > 0) buffer_add_char(blocks, ',');
    struct json_writer json = json_writer_to(blocks);
    json_object_begin(&json);
    write_start(block, start, &json);
    for (size_t kind = 0; kind < DELTA_COUNT; kind++) {
        if (!is_changed(block, kind) || node_get(start, kinds[kind].field)) continue;
        write_field(block, kind, NULL, &json);
    }
    json_object_end(&json);
}

/* No pieces at all are the input that the block began with. */
static bool has_whole_input(const struct stream_block *block) {
    struct error err = {0};
    if (!is_changed(block, DELTA_INPUT)) return true;
    struct document *input =
        json_parse(buffer_slice(&block->deltas[DELTA_INPUT]), &err);
    bool is_whole = input && document_root(input)->kind == NODE_MAP;
    document_free(input);
    return is_whole;
}

bool stream_block_close(struct stream_block *block, struct buffer *blocks) {
    block->open = false;
    if (!has_whole_input(block)) return false;
    struct error err = {0};
    struct document *start = json_parse(buffer_slice(&block->start), &err);
    if (!start) return false;
    write_block(block, document_root(start), blocks);
    document_free(start);
    return true;
}
