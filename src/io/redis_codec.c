/* SPDX-License-Identifier: MIT */
#include "io/redis_codec.h"

#include <stdlib.h>
#include <string.h>

#include <hiredis/read.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/safe_text.h"

enum { BLOCK_SIZE = 4096, ALIGNMENT = 16, COUNT_LINE_SIZE = 24 };

/* Replies are built in blocks that are freed together, whatever their shape. */
struct block {
    struct block *next;
    size_t used, size;
    _Alignas(ALIGNMENT) char data[];
};

struct redis_codec {
    redisReader *reader;
    redisReplyObjectFunctions builder; /* the reader keeps a pointer to it */
    struct block *blocks;              /* of the reply being read, or of the last one */
    size_t node_count;                 /* of that reply */
    size_t fed_bytes;                  /* since the last whole reply */
    bool done; /* a reply was handed out: the next call forgets it */
    bool too_many;
    struct redis_reply root;
};

static void forget_blocks(struct redis_codec *codec) {
    while (codec->blocks) {
        struct block *next = codec->blocks->next;
        free(codec->blocks);
        codec->blocks = next;
    }
    codec->node_count = 0;
}

static void *take(struct redis_codec *codec, size_t size) {
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct block *block = codec->blocks;
    if (!block || block->size - block->used < size) {
        size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        block = memory_new(sizeof *block + room);
        block->size = room;
        block->next = codec->blocks;
        codec->blocks = block;
    }
    void *taken = block->data + block->used;
    block->used += size;
    return taken;
}

/* Where a value belongs: the root, or its place in the list around it. */
static struct redis_reply *place(const redisReadTask *task) {
    struct redis_codec *codec = task->privdata;
    if (!task->parent) return &codec->root;
    const struct redis_reply *list = task->parent->obj;
    union {
        const struct redis_reply *kept;
        struct redis_reply *ours;
    } items = {.kept = list->items};
    return &items.ours[task->idx];
}

static void *create_string(const redisReadTask *task, char *bytes, size_t length) {
    struct redis_reply *reply = place(task);
    char *copy = take(task->privdata, length + 1);
    if (length > 0) memcpy(copy, bytes, length);
    enum redis_kind kind = REDIS_STRING;
    if (task->type == REDIS_REPLY_STATUS) kind = REDIS_STATUS;
    if (task->type == REDIS_REPLY_ERROR) kind = REDIS_ERROR;
    *reply = (struct redis_reply){.kind = kind, .string = {copy, length}};
    return reply;
}

static void *create_list(const redisReadTask *task, int count) {
    struct redis_codec *codec = task->privdata;
    struct redis_reply *reply = place(task);
    if (count < 0 || (size_t)count > REDIS_NODES_MAX - codec->node_count) {
        codec->too_many = true;
        return NULL;
    }
    codec->node_count += (size_t)count;
    *reply = (struct redis_reply){
        .kind = REDIS_LIST,
        .count = (size_t)count,
        .items = count ? take(codec, (size_t)count * sizeof *reply) : NULL,
    };
    return reply;
}

static void *create_integer(const redisReadTask *task, long long value) {
    struct redis_reply *reply = place(task);
    *reply = (struct redis_reply){.kind = REDIS_INTEGER, .integer = value};
    return reply;
}

static void *create_nil(const redisReadTask *task) {
    struct redis_reply *reply = place(task);
    *reply = (struct redis_reply){.kind = REDIS_NIL};
    return reply;
}

static void free_nothing(void *reply) {
    (void)reply; /* the blocks go together */
}

struct redis_codec *redis_codec_new(void) {
    struct redis_codec *codec = memory_new(sizeof *codec);
    codec->builder = (redisReplyObjectFunctions){
        .createString = create_string,
        .createArray = create_list,
        .createInteger = create_integer,
        .createNil = create_nil,
        .freeObject = free_nothing,
    };
    codec->reader = redisReaderCreateWithFunctions(&codec->builder);
    ensure(codec->reader);
    codec->reader->privdata = codec;
    return codec;
}

void redis_codec_free(struct redis_codec *codec) {
    if (!codec) return;
    redisReaderFree(codec->reader);
    forget_blocks(codec);
    free(codec);
}

bool redis_codec_feed(
    struct redis_codec *codec, struct slice bytes, struct error *err) {
    codec->fed_bytes += bytes.length;
    if (codec->fed_bytes > REDIS_REPLY_MAX) {
        return error_set(err, ERROR_LIMIT, "Redis sent too long a reply");
    }
    int fed = redisReaderFeed(codec->reader, bytes.data, bytes.length);
    if (fed == REDIS_OK) return true;
    return error_set(err, ERROR_PROTOCOL, "Redis: %s", codec->reader->errstr);
}

/* hiredis looks for the end of a line from its start after every piece. */
static bool line_is_too_long(const redisReader *reader) {
    size_t left = reader->len - reader->pos;
    if (left < REDIS_LINE_MAX) return false;
    return !memmem(reader->buf + reader->pos, REDIS_LINE_MAX, "\r\n", 2);
}

static bool fail(const struct redis_codec *codec, struct error *err) {
    if (codec->too_many) {
        return error_set(err, ERROR_LIMIT, "Redis sent too many values");
    }
    char words[128];
    safe_text_copy(words, sizeof words, slice_of(codec->reader->errstr));
    return error_set(err, ERROR_PROTOCOL, "Redis: %s", words);
}

bool redis_codec_next(
    struct redis_codec *codec, const struct redis_reply **reply, struct error *err) {
    if (codec->done) forget_blocks(codec);
    codec->done = false;
    void *whole = NULL;
    int read = redisReaderGetReply(codec->reader, &whole);
    if (read != REDIS_OK) return fail(codec, err);
    if (whole) {
        codec->done = true;
        codec->fed_bytes = codec->reader->len - codec->reader->pos;
    } else if (line_is_too_long(codec->reader)) {
        return error_set(err, ERROR_PROTOCOL, "Redis: a line without an end");
    }
    *reply = whole;
    return true;
}

/* "$12\r\n", without the cost of printf for every argument of every command. */
static bool add_count(struct buffer *to, char mark, size_t count) {
    char line[COUNT_LINE_SIZE];
    char *at = line + sizeof line;
    *--at = '\n';
    *--at = '\r';
    do {
        *--at = (char)('0' + count % 10);
        count /= 10;
    } while (count > 0);
    *--at = mark;
    return buffer_add(to, at, (size_t)(line + sizeof line - at));
}

bool redis_codec_write(struct buffer *to, const struct slice *args, size_t arg_count) {
    bool whole = add_count(to, '*', arg_count);
    for (size_t i = 0; i < arg_count; i++) {
        whole = whole && add_count(to, '$', args[i].length) &&
                buffer_add(to, args[i].data, args[i].length) &&
                buffer_add_string(to, "\r\n");
    }
    return whole;
}
