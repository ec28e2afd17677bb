/* SPDX-License-Identifier: MIT */
#include "support/users.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/random.h"
#include "io/http.h"
#include "io/loop.h"

enum { STATUS_OK = 200, SEED = 7 };

struct users {
    struct loop *loop; /* borrowed */
    struct users_options options;
    struct http *http;
    struct random random;
    struct users_result result;
    uint32_t waiting, asked;
    bool resting, alone;
};

static void on_answer(void *owner, const struct http_reply *reply);

static void ask(struct users *users, uint32_t user) {
    char url[64], name[32], key[32], body[96];
    struct text url_text = TEXT_IN(url), name_text = TEXT_IN(name);
    struct text key_text = TEXT_IN(key), body_text = TEXT_IN(body);
    struct http_header headers[2];
    size_t count = 0;
    text_addf(&url_text, "http://127.0.0.1:%u/chat", users->options.port);
    text_addf(&name_text, "user-%u", user);
    text_addf(&key_text, "key-%u", users->asked++);
    bool named = users->options.count > 0 || users->alone;
    if (named && users->options.in_body) {
        text_addf(&body_text, "{\"user_id\":\"%s\",\"message\":\"hello\"}", name);
    } else {
        text_add(&body_text, "{\"message\":\"hello\"}");
    }
    if (named && !users->options.in_body) {
        headers[count++] = (struct http_header){"X-User-Id", name};
    }
    if (users->options.careful) {
        headers[count++] = (struct http_header){"Idempotency-Key", key};
    }
    const struct http_request request = {
        .method = "POST",
        .url = url,
        .headers = headers,
        .header_count = count,
        .body = slice_of(body),
        .timeout_ns = 10 * NS_PER_S};
    users->waiting++;
    http_start(users->http, &request, on_answer, users);
}

static void ask_next(struct users *users) {
    uint32_t count = users->options.count;
    ask(users, count > 0 ? (uint32_t)random_below(&users->random, count) : 0);
}

static void on_answer(void *owner, const struct http_reply *reply) {
    struct users *users = owner;
    users->waiting--;
    if (reply->error.code == ERROR_NONE && reply->status == STATUS_OK) {
        users->result.answered++;
    } else {
        users->result.failed++;
    }
    if (users->alone) {
        loop_stop(users->loop);
    } else if (!users->resting) {
        ask_next(users);
    }
}

struct users *users_new(struct loop *loop, const struct users_options *options) {
    struct users *users = memory_new(sizeof *users);
    users->loop = loop;
    users->options = *options;
    users->http = http_new(loop, HTTP_MAY_ACT);
    users->resting = true;
    random_seed(&users->random, SEED);
    return users;
}

void users_free(struct users *users) {
    if (!users) return;
    http_free(users->http);
    free(users);
}

void users_rest(struct users *users) {
    users->resting = true;
}

void users_go_on(struct users *users) {
    users->resting = false;
    while (users->waiting < USERS_AT_ONCE) ask_next(users);
}

bool users_wait_for_nothing(const struct users *users) {
    return users->waiting == 0;
}

struct users_result users_result(const struct users *users) {
    return users->result;
}

bool users_ask_once(struct users *users, uint32_t user) {
    uint32_t answered = users->result.answered;
    users->alone = true;
    ask(users, user);
    loop_run(users->loop);
    users->alone = false;
    return users->result.answered == answered + 1;
}
