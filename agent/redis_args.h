/* The arguments of one Redis command under construction. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"
#include "io/redis.h"

enum { REDIS_ARGS_TEXT_SIZE = 2048 };

struct redis_args {
    size_t count;
    struct slice items[REDIS_ARGS_MAX]; /* borrowed, or in `text` */
    size_t text_length;
    char text[REDIS_ARGS_TEXT_SIZE]; /* of numbers and keys */
};

void redis_args_init(struct redis_args *args);

/* Borrowed until the command is sent. */
void redis_args_add(struct redis_args *args, struct slice value);
void redis_args_add_string(struct redis_args *args, const char *value);

/* Written into the arguments. */
void redis_args_add_int(struct redis_args *args, int64_t value);
void redis_args_addf(struct redis_args *args, const char *words, ...)
    __attribute__((format(printf, 2, 3)));

/* A field's name and its value. */
void redis_args_field(struct redis_args *args, const char *name, struct slice value);
void redis_args_field_int(struct redis_args *args, const char *name, int64_t value);
