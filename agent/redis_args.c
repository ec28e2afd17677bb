/* SPDX-License-Identifier: MIT */
#include "agent/redis_args.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/panic.h"

void redis_args_init(struct redis_args *args) {
    args->count = 0;
    args->text_length = 0;
}

void redis_args_add(struct redis_args *args, struct slice value) {
    ensure(args->count < REDIS_ARGS_MAX);
    args->items[args->count++] = value;
}

void redis_args_add_string(struct redis_args *args, const char *value) {
    redis_args_add(args, slice_of(value));
}

void redis_args_addf(struct redis_args *args, const char *words, ...) {
    char *to = args->text + args->text_length;
    size_t room = sizeof args->text - args->text_length;
    va_list list;
    va_start(list, words);
    int length = vsnprintf(to, room, words, list);
    va_end(list);
    ensure(length >= 0 && (size_t)length < room);
    args->text_length += (size_t)length + 1;
    redis_args_add(args, (struct slice){.data = to, .length = (size_t)length});
}

void redis_args_add_int(struct redis_args *args, int64_t value) {
    redis_args_addf(args, "%" PRId64, value);
}

void redis_args_field(struct redis_args *args, const char *name, struct slice value) {
    redis_args_add_string(args, name);
    redis_args_add(args, value);
}

void redis_args_field_int(struct redis_args *args, const char *name, int64_t value) {
    redis_args_add_string(args, name);
    redis_args_add_int(args, value);
}
