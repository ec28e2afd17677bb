/* SPDX-License-Identifier: MIT */
#include "probes/ask.h"

#include <stdarg.h>

#include "base/panic.h"

enum { WORDS_MAX = 8 };

static void on_answer(void *owner, const struct redis_result *result);

void ask_init(
    struct ask *ask, struct probe_context *context, ask_reply_fn on_reply,
    ask_done_fn on_done, void *owner) {
    *ask = (struct ask){
        .context = context,
        .on_reply = on_reply,
        .on_done = on_done,
        .owner = owner,
    };
}

void ask_clear(struct ask *ask) {
    for (uint32_t i = 0; i < ASK_COMMANDS_MAX; i++) {
        struct ask_command *command = &ask->commands[i];
        if (command->ticket) redis_cancel(ask->context->redis, command->ticket);
        command->ticket = 0;
    }
    ask->open = 0;
}

void ask_begin(struct ask *ask, uint64_t timeout_ns) {
    ensure(ask->open == 0);
    ask->error = (struct error){.code = ERROR_NONE};
    ask->timeout_ns = timeout_ns;
}

static struct ask_command *free_command(struct ask *ask) {
    for (uint32_t i = 0; i < ASK_COMMANDS_MAX; i++) {
        if (ask->commands[i].ticket == 0) return &ask->commands[i];
    }
    return NULL;
}

bool ask_add(struct ask *ask, uint32_t tag, ...) {
    struct slice words[WORDS_MAX];
    size_t count = 0;
    va_list args;
    va_start(args, tag);
    const char *word;
    while ((word = va_arg(args, const char *))) {
        ensure(count < WORDS_MAX);
        words[count++] = slice_of(word);
    }
    va_end(args);

    struct ask_command *command = free_command(ask);
    if (!command) return false;
    command->ask = ask;
    command->tag = tag;
    command->ticket = redis_command(
        ask->context->redis, words, count, ask->timeout_ns, on_answer, command);
    ask->open++;
    return true;
}

static void on_answer(void *owner, const struct redis_result *result) {
    struct ask_command *command = owner;
    struct ask *ask = command->ask;
    command->ticket = 0;
    ask->open--;
    if (result->error.code == ERROR_NONE) {
        ask->round_trip_ns = result->round_trip_ns;
        ask->on_reply(ask->owner, command->tag, result->reply);
    } else if (ask->error.code == ERROR_NONE) {
        ask->error = result->error;
    }
    if (ask->open == 0) ask->on_done(ask->owner, &ask->error);
}
