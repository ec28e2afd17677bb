/* SPDX-License-Identifier: MIT */
#include "support/asked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"

void asked_on_answer(void *owner, const struct redis_result *result) {
    struct asked *asked = owner;
    asked->answers++;
    asked->error = result->error;
    assert_int_equal(result->error.code == ERROR_NONE, result->reply != NULL);
    if (result->reply) {
        asked->kind = result->reply->kind;
        asked->integer = result->reply->integer;
        asked->count = result->reply->count;
        struct text text = TEXT_IN(asked->words);
        text_add_slice(&text, result->reply->string);
    }
    if (asked->answers == asked->wanted) loop_stop(asked->loop);
}

void asked_run_until(struct asked *asked, unsigned answers) {
    asked->wanted = answers;
    if (asked->answers < answers) loop_run(asked->loop);
    assert_int_equal(asked->answers, answers);
}

void asked_connect(struct asked *asked, const struct redis_options *options) {
    *asked = (struct asked){.loop = loop_new()};
    struct error err = {0};
    asked->redis = redis_new(asked->loop, options, &err);
    if (!asked->redis) print_message("%s\n", err.message);
    assert_non_null(asked->redis);
}

void asked_connect_to(struct asked *asked, const char *url) {
    const struct redis_options options = {.url = url, .authority = REDIS_MAY_ACT};
    asked_connect(asked, &options);
}

void asked_clear(struct asked *asked) {
    redis_free(asked->redis);
    loop_free(asked->loop);
}
