/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/http.h"
#include "io/json.h"
#include "io/loop.h"

enum { BODY_MAX = 4 * 1024 * 1024 };
#define LOOK_TIMEOUT_NS (5 * NS_PER_S)
#define TALK_TIMEOUT_NS (60 * NS_PER_S)

struct init {
    struct loop *loop;
    char base[TARGET_URL_SIZE];
    struct discovery discovery;
    struct discovery_question question;
    struct http *http;
    struct http_call *call;
    struct loop_timer *wait;     /* before the next question */
    struct loop_timer *deadline; /* of everything */
    struct error first_error;
    bool late;
    init_done_fn on_done;
    void *owner;
};

static void ask_next(struct init *init);

void init_free(struct init *init) {
    if (!init) return;
    http_call_free(init->call);
    loop_timer_free(init->wait);
    loop_timer_free(init->deadline);
    http_free(init->http);
    free(init);
}

static void finish(struct init *init) {
    struct discovery discovery = init->discovery;
    struct init_result result = {.discovery = &discovery, .late = init->late};
    init_done_fn on_done = init->on_done;
    void *owner = init->owner;
    if (!discovery.reached) result.error = init->first_error;
    init_free(init);
    on_done(owner, &result);
}

static void on_answer(void *owner, const struct http_reply *reply) {
    struct init *init = owner;
    init->call = NULL;
    struct error no_json;
    bool answered = reply->error.code == ERROR_NONE;
    struct document *json = answered ? json_parse(reply->body, &no_json) : NULL;
    struct discovery_answer answer = {
        .status = answered ? reply->status : 0,
        .body = answered ? reply->body : slice_of(""),
        .json = json ? document_root(json) : NULL};
    if (!answered && init->first_error.code == ERROR_NONE) {
        init->first_error = reply->error;
    }
    discovery_on_answer(&init->discovery, &answer);
    document_free(json);
    ask_next(init);
}

static void ask(struct init *init) {
    static const struct http_header headers[] = {
        {"Content-Type", "application/json"}, {"Accept", "*/*"}};
    char url[TARGET_URL_SIZE + TARGET_PATH_SIZE];
    struct text text = TEXT_IN(url);
    const struct discovery_question *question = &init->question;
    text_addf(&text, "%s%s", init->base, question->path);
    struct http_request request = {
        .method = question->posts ? "POST" : "GET",
        .url = url,
        .headers = question->posts ? headers : headers + 1,
        .header_count = question->posts ? 2 : 1,
        .body = slice_of(question->posts ? question->body : ""),
        .timeout_ns = question->posts ? TALK_TIMEOUT_NS : LOOK_TIMEOUT_NS,
        .body_max_bytes = BODY_MAX,
    };
    init->call = http_start(init->http, &request, on_answer, init);
}

static void on_waited(void *owner, uint64_t now_ns) {
    struct init *init = owner;
    (void)now_ns;
    init->wait = NULL;
    ask(init);
}

static void ask_next(struct init *init) {
    if (!discovery_next(&init->discovery, &init->question)) {
        finish(init);
    } else if (init->question.wait_ns > 0) {
        init->wait = loop_after(init->loop, init->question.wait_ns, on_waited, init);
    } else {
        ask(init);
    }
}

static void on_deadline(void *owner, uint64_t now_ns) {
    struct init *init = owner;
    (void)now_ns;
    init->deadline = NULL;
    init->late = true;
    if (init->first_error.code == ERROR_NONE) {
        error_set(&init->first_error, ERROR_TIMEOUT, "no answer in time");
    }
    finish(init);
}

struct init *init_start(
    struct loop *loop, const struct init_options *options, init_done_fn on_done,
    void *owner) {
    struct init *init = memory_new(sizeof *init);
    init->loop = loop;
    init->on_done = on_done;
    init->owner = owner;
    text_copy_cut(init->base, sizeof init->base, options->target->url);
    init->discovery = discovery_start(options->may_talk);
    init->http = http_new(loop, options->may_talk ? HTTP_MAY_ACT : HTTP_READ_ONLY);
    init->deadline = loop_after(loop, options->limit_ns, on_deadline, init);
    discovery_next(&init->discovery, &init->question);
    init->wait = loop_after(loop, 0, on_waited, init);
    return init;
}
