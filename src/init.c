/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <stdlib.h>

#include "base/json_writer.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/http.h"
#include "io/json.h"
#include "io/loop.h"
#include "operator.h"
#include "run_record.h"

enum { BODY_MAX = 4 * 1024 * 1024 };
#define LOOK_TIMEOUT_NS (5 * NS_PER_S)
#define TALK_TIMEOUT_NS (60 * NS_PER_S)

struct init {
    struct loop *loop;
    const struct target *target; /* borrowed */
    struct discovery discovery;
    struct discovery_question question;
    struct http *http;
    struct http_call *call;
    struct loop_timer *wait;     /* before the next question */
    struct loop_timer *deadline; /* of everything */
    struct history *history;     /* NULL until the first message */
    struct run_record record;
    bool committing; /* the intent is on its way into the history */
    bool recorded;   /* it is there, its end is not yet */
    char user[STATE_NAME_SIZE];
    struct error first_error, unrecorded;
    bool late, stopped;
    bool over; /* nothing more is asked */
    init_done_fn on_done;
    void *owner;
};

static void ask_next(struct init *init);
static void on_committed(void *owner, const struct error *err);
static void on_answer(void *owner, const struct http_reply *reply);
static void on_recorded(void *owner, const struct error *err);

void init_free(struct init *init) {
    if (!init) return;
    http_call_free(init->call);
    loop_timer_free(init->wait);
    loop_timer_free(init->deadline);
    http_free(init->http);
    history_free(init->history);
    free(init);
}

static void call_back(struct init *init) {
    struct discovery discovery = init->discovery;
    struct init_result result = {
        .discovery = &discovery,
        .unrecorded = init->unrecorded,
        .late = init->late,
        .stopped = init->stopped,
    };
    init_done_fn on_done = init->on_done;
    void *owner = init->owner;
    if (!discovery.reached) result.error = init->first_error;
    init_free(init);
    on_done(owner, &result);
}

/* How the message was answered, as far as it came. */
static enum verdict verdict_of(const struct discovery *discovery) {
    switch (discovery->chat) {
    case CHAT_ANSWERS: return VERDICT_PASS;
    case CHAT_NONE: return VERDICT_FAIL;
    case CHAT_NOT_TRIED:
    case CHAT_UNCLEAR: break;
    }
    return VERDICT_INCONCLUSIVE;
}

static void write_outcome(struct init *init) {
    static const char *const words[] = {
        [CHAT_NOT_TRIED] = "no answer came",
        [CHAT_NONE] = "nothing takes a message",
        [CHAT_ANSWERS] = "the message was answered",
        [CHAT_UNCLEAR] = "the answer was not understood",
    };
    const char *what = words[init->discovery.chat];
    struct run_outcome *outcome = memory_new(sizeof *outcome);
    outcome->end.verdict = verdict_of(&init->discovery);
    outcome->end.aborted = init->stopped;
    outcome->end.exit_code = verdict_exit_code(outcome->end.verdict);
    text_copy_cut(outcome->end.reason, sizeof outcome->end.reason, what);
    struct text body = TEXT_IN(outcome->entry.body);
    text_addf(&body, "{\"chat\":\"%s\"}", what);
    run_record_end(&init->record, init->history, outcome, on_recorded, init);
    free(outcome);
}

static void finish(struct init *init) {
    init->over = true;
    loop_timer_free(init->wait);
    loop_timer_free(init->deadline);
    http_call_free(init->call);
    init->wait = init->deadline = NULL;
    init->call = NULL;
    if (init->recorded) {
        write_outcome(init);
    } else {
        call_back(init);
    }
}

static void on_recorded(void *owner, const struct error *err) {
    struct init *init = owner;
    init->unrecorded = *err;
    call_back(init);
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
    text_addf(&text, "%s%s", init->target->url, question->path);
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

/* What is about to be sent; the paths are tried one after the other. */
static void write_intent(const struct init *init, struct buffer *to) {
    struct json_writer json = json_writer_to(to);
    json_object_begin(&json);
    json_field_string(&json, "to", init->target->url);
    json_key(&json, "sends");
    json_array_begin(&json);
    for (unsigned i = 0; discovery_talk_path(i); i++) {
        char words[TARGET_PATH_SIZE + 16];
        struct text text = TEXT_IN(words);
        text_addf(&text, "POST %s", discovery_talk_path(i));
        json_string(&json, words);
    }
    json_array_end(&json);
    json_field_string(&json, "until", "one takes it");
    json_field_string(&json, "body", discovery_talk_body());
    json_object_end(&json);
}

/* A message acts: what is meant has to be on disk first. */
static void begin_talk(struct init *init) {
    struct buffer words;
    operator_name(init->user);
    init->record = (struct run_record){
        .kind = RUN_SMOKE, /* of one message: the same would be sent by that */
        .acts = true,
        .type = "init",
        .target = init->target->name,
        .user = init->user,
        .scenario = "init",
    };
    run_record_name(&init->record);
    init->history = history_new(init->loop, "");
    buffer_init(&words, JOURNAL_BODY_SIZE - 1);
    write_intent(init, &words);
    init->committing = true;
    run_record_begin(
        &init->record, init->history, buffer_string(&words), on_committed, init);
    buffer_clear(&words);
}

static void on_committed(void *owner, const struct error *err) {
    struct init *init = owner;
    init->committing = false;
    init->recorded = err->code == ERROR_NONE;
    init->unrecorded = *err;
    bool refused =
        !init->recorded && run_record_is_needed(&init->record, init->target->class);
    if (refused || init->over) {
        finish(init);
    } else {
        ask(init);
    }
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
    } else if (init->question.posts && !init->history) {
        begin_talk(init);
    } else if (init->question.wait_ns > 0) {
        init->wait = loop_after(init->loop, init->question.wait_ns, on_waited, init);
    } else {
        ask(init);
    }
}

/* An intent that is on its way has to arrive first: its end is written down too. */
static void end_soon(struct init *init) {
    bool was_over = init->over;
    init->over = true;
    if (!was_over && !init->committing) finish(init);
}

static void on_deadline(void *owner, uint64_t now_ns) {
    struct init *init = owner;
    (void)now_ns;
    init->deadline = NULL;
    init->late = true;
    if (init->first_error.code == ERROR_NONE) {
        error_set(&init->first_error, ERROR_TIMEOUT, "no answer in time");
    }
    end_soon(init);
}

void init_stop(struct init *init) {
    init->stopped = true;
    end_soon(init);
}

struct init *init_start(
    struct loop *loop, const struct init_options *options, init_done_fn on_done,
    void *owner) {
    struct init *init = memory_new(sizeof *init);
    init->loop = loop;
    init->on_done = on_done;
    init->owner = owner;
    init->target = options->target;
    init->discovery = discovery_start(options->may_talk);
    init->http = http_new(loop, options->may_talk ? HTTP_MAY_ACT : HTTP_READ_ONLY);
    init->deadline = loop_after(loop, options->limit_ns, on_deadline, init);
    discovery_next(&init->discovery, &init->question);
    init->wait = loop_after(loop, 0, on_waited, init);
    return init;
}
