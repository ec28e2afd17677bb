/* SPDX-License-Identifier: MIT */
#include "actions/smoke.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions/smoke_request.h"
#include "actions/smoke_state.h"
#include "actions/smoke_tell.h"
#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "io/http.h"
#include "io/loop.h"

enum { MESSAGE_MAX = 4 * CHECK_MESSAGE_SIZE };

#define LIMIT_DEFAULT_NS (300 * NS_PER_S)
#define RETRY_PAUSE_NS   (200 * NS_PER_MS)

static void start_check(void *owner, uint64_t now_ns);
static void start_attempt(void *owner, uint64_t now_ns);
static void on_reply(void *owner, const struct http_reply *reply);
static void poll_again(void *owner, uint64_t now_ns);
static void on_poll_reply(void *owner, const struct http_reply *reply);
static void on_deadline(void *owner, uint64_t now_ns);
static void call_back(void *owner, uint64_t now_ns);

/* Starting */

static void name_run(struct smoke *smoke) {
    uint8_t random[ULID_RANDOM_SIZE];
    loop_random(random, sizeof random);
    smoke->result->started_ms = loop_wall_ms();
    ulid_make(smoke->result->run, smoke->result->started_ms, random);
    if (smoke->options.run) memcpy(smoke->result->run, smoke->options.run, ULID_SIZE);
    ulid_to_string(smoke->result->run, smoke->run_id);
    snprintf(smoke->user, sizeof smoke->user, "smoke-%s", smoke->run_id);
}

struct smoke *smoke_start(struct loop *loop, const struct smoke_options *options) {
    struct smoke *smoke = memory_new(sizeof *smoke);
    smoke->loop = loop;
    smoke->options = *options;
    smoke->http = http_new(loop, HTTP_MAY_ACT);
    smoke->result = memory_new(sizeof *smoke->result);
    smoke->started_ns = loop_clock_ns();
    buffer_init(&smoke->message, MESSAGE_MAX);
    buffer_init(&smoke->poll_path, HTTP_URL_SIZE);
    name_run(smoke);
    smoke_tell_plan(smoke);
    uint64_t limit_ns = options->limit_ns ? options->limit_ns : LIMIT_DEFAULT_NS;
    smoke->deadline = loop_after(loop, limit_ns, on_deadline, smoke);
    smoke->timer = loop_after(loop, 0, start_check, smoke);
    return smoke;
}

void smoke_free(struct smoke *smoke) {
    if (!smoke) return;
    loop_timer_free(smoke->timer);
    loop_timer_free(smoke->deadline);
    http_free(smoke->http);
    smoke_answer_clear(&smoke->answer);
    buffer_clear(&smoke->message);
    buffer_clear(&smoke->poll_path);
    free(smoke->result);
    free(smoke);
}

const struct smoke_result *smoke_so_far(const struct smoke *smoke) {
    return smoke->result;
}

/* Ending */

static void end(struct smoke *smoke, enum smoke_end how) {
    ensure(!smoke->ended);
    smoke->ended = true;
    loop_timer_free(smoke->timer);
    loop_timer_free(smoke->deadline);
    smoke->deadline = NULL;
    http_call_free(smoke->call);
    smoke->call = NULL;
    smoke->result->end = how;
    smoke->result->duration_ns = loop_clock_ns() - smoke->started_ns;
    smoke_result_conclude(smoke->result);
    smoke_tell_run(smoke, false);
    smoke->timer = loop_after(smoke->loop, 0, call_back, smoke);
}

static void call_back(void *owner, uint64_t now_ns) {
    struct smoke *smoke = owner;
    smoke->timer = NULL;
    (void)now_ns;
    smoke->options.on_done(smoke->options.owner, smoke->result);
    smoke_free(smoke);
}

/* The check under way did not come to its end. */
static void cut_short(struct smoke *smoke, enum verdict verdict, const char *words) {
    if (smoke->at >= smoke->result->count) return;
    struct smoke_check *row = smoke_row(smoke);
    row->done = true;
    row->verdict = verdict;
    row->duration_ns = smoke->check_ns ? loop_clock_ns() - smoke->check_ns : 0;
    row->ended_ms = loop_wall_ms();
    text_copy_cut(row->detail, sizeof row->detail, words);
    smoke_tell_check(smoke, false);
}

static void on_deadline(void *owner, uint64_t now_ns) {
    struct smoke *smoke = owner;
    smoke->deadline = NULL;
    (void)now_ns;
    char words[SMOKE_DETAIL_SIZE];
    struct text text = TEXT_IN(words);
    uint64_t took_ns = loop_clock_ns() - smoke->started_ns;
    text_addf(&text, "%s: ", smoke->result->url);
    text_add(&text, smoke->reached ? "the time was over after " : "no answer after ");
    units_add_duration(&text, took_ns);
    cut_short(smoke, smoke->reached ? VERDICT_INCONCLUSIVE : VERDICT_ERROR, words);
    end(smoke, smoke->reached ? SMOKE_TIMED_OUT : SMOKE_UNREACHED);
}

void smoke_stop(struct smoke *smoke) {
    if (smoke->ended) return;
    cut_short(smoke, VERDICT_INCONCLUSIVE, "stopped");
    end(smoke, SMOKE_STOPPED);
}

/* Running */

static void start_check(void *owner, uint64_t now_ns) {
    struct smoke *smoke = owner;
    smoke->timer = NULL;
    if (smoke->at == 0) smoke_tell_run(smoke, true);
    smoke->check_ns = loop_clock_ns();
    smoke_tell_check(smoke, true);
    if (smoke->at == 0) smoke_tell_waiting(smoke);
    start_attempt(smoke, now_ns);
}

static void go_on(struct smoke *smoke) {
    const struct smoke_check *row = smoke_row(smoke);
    bool failed = row->verdict != VERDICT_PASS;
    smoke_tell_check(smoke, false);
    if (row->verdict == VERDICT_ERROR && !smoke->reached) {
        end(smoke, SMOKE_UNREACHED);
    } else if (smoke->at + 1 == smoke->result->count) {
        end(smoke, SMOKE_COMPLETE);
    } else if (failed && (smoke->options.fail_fast || smoke_current(smoke)->critical)) {
        end(smoke, SMOKE_CUT);
    } else {
        smoke->at++;
        smoke->timer = loop_after(smoke->loop, 0, start_check, smoke);
    }
}

/* An attempt has its outcome: it is tried again, or it is the check's. */
static void conclude(struct smoke *smoke, const struct check_finding *finding) {
    struct smoke_check *row = smoke_row(smoke);
    row->duration_ns = loop_clock_ns() - smoke->attempt_ns;
    row->ended_ms = loop_wall_ms();
    row->verdict = finding->verdict;
    row->degraded = finding->degraded && finding->verdict == VERDICT_PASS;
    row->flaky = finding->verdict == VERDICT_PASS && row->attempts > 1;
    if (smoke_plan_file(smoke->options.plan)[0] && finding->line > 0) {
        row->line = finding->line;
    }
    if (finding->verdict != VERDICT_PASS &&
        row->attempts <= smoke_current(smoke)->retries) {
        smoke->timer = loop_after(smoke->loop, RETRY_PAUSE_NS, start_attempt, smoke);
        return;
    }
    row->done = true;
    go_on(smoke);
}

static void judge(struct smoke *smoke, const struct check_answer *answer) {
    struct smoke_check *row = smoke_row(smoke);
    struct check_finding finding =
        check_judge(smoke_current(smoke), answer, smoke_plan_regex);
    /* After a retry the reason of the attempt before stays, for whom a flaky check is
     * to be explained. */
    if (finding.verdict != VERDICT_PASS || finding.degraded || row->attempts == 1) {
        smoke_tell_finding(smoke, &finding);
    }
    conclude(smoke, &finding);
}

static void fail(struct smoke *smoke, enum verdict verdict, const char *words) {
    struct smoke_check *row = smoke_row(smoke);
    struct check_finding finding = {.verdict = verdict};
    smoke_tell_words(smoke, row->detail, sizeof row->detail, slice_of(words));
    conclude(smoke, &finding);
}

/* No whole answer came. As long as nothing ever came, the target was not reached. */
static void fail_call(struct smoke *smoke, const struct http_reply *reply) {
    enum error_code code = reply->error.code;
    if (reply->status > 0 || code == ERROR_PROTOCOL || code == ERROR_LIMIT) {
        smoke->reached = true;
    }
    fail(smoke, smoke->reached ? VERDICT_FAIL : VERDICT_ERROR, reply->error.message);
}

static struct smoke_values values_of(const struct smoke *smoke) {
    bool chat = smoke_current(smoke)->request == CHECK_CHAT;
    return (struct smoke_values){
        .plan = smoke->options.plan,
        .run_id = smoke->run_id,
        .user = chat ? smoke->user : NULL,
        .message = buffer_slice(&smoke->message),
        .answer = smoke_answer_json(&smoke->answer),
    };
}

static void on_bytes(void *owner, struct slice bytes) {
    struct smoke *smoke = owner;
    check_stream_take(&smoke->stream, bytes, loop_clock_ns());
}

static struct smoke_request request_of(
    struct smoke *smoke, const struct smoke_values *values) {
    return (struct smoke_request){
        .target = smoke->options.target,
        .check = smoke_current(smoke),
        .values = values,
        .timeout_ns = smoke_current(smoke)->timeout_ns,
        .on_bytes = on_bytes,
        .bytes_owner = smoke,
    };
}

static bool fill_message(struct smoke *smoke, struct error *err) {
    buffer_reset(&smoke->message);
    if (smoke_current(smoke)->request != CHECK_CHAT) return true;
    struct smoke_values values = values_of(smoke);
    return smoke_fill(
        &values, check_subject(smoke_current(smoke)), SMOKE_IN_TEXT, &smoke->message,
        err);
}

static bool may_go_out(const struct smoke *smoke) {
    const struct smoke_options *options = &smoke->options;
    if (!options->may_act || !check_acts(smoke_current(smoke))) return true;
    return options->may_act(options->owner);
}

static void start_attempt(void *owner, uint64_t now_ns) {
    struct smoke *smoke = owner;
    smoke->timer = NULL;
    (void)now_ns;
    if (!may_go_out(smoke)) {
        smoke_stop(smoke);
        return;
    }
    smoke_row(smoke)->attempts++;
    smoke->attempt_ns = loop_clock_ns();
    buffer_reset(&smoke->poll_path);
    const struct check *check = smoke_current(smoke);
    check_stream_begin(
        &smoke->stream, check->streams ? &check->expect.sse : NULL, smoke->attempt_ns);
    struct error err;
    if (fill_message(smoke, &err)) {
        struct smoke_values values = values_of(smoke);
        struct smoke_request request = request_of(smoke, &values);
        smoke->call = smoke_request_send(smoke->http, &request, on_reply, smoke, &err);
    }
    if (!smoke->call) fail(smoke, VERDICT_FAIL, err.message);
}

/* Where to ask for the rest of the answer; false with `err` set when nobody knows, or
 * ERROR_NONE when this answer is all there is. */
static bool find_poll(
    struct smoke *smoke, const struct check_answer *answer, struct error *err) {
    const struct check *check = smoke_current(smoke);
    const struct target *target = smoke->options.target;
    struct slice job;
    err->code = ERROR_NONE;
    if (check->request == CHECK_CHAT) {
        if (!smoke_answer_job(&smoke->answer, target, &job)) return false;
        smoke->poll_every_ns = SMOKE_JOB_EVERY_NS;
        smoke->poll_until_ns = smoke->attempt_ns + check->timeout_ns;
        return smoke_request_job_path(target, job, &smoke->poll_path) ||
               error_set(err, ERROR_USAGE, "the target does not say where jobs are");
    }
    if (!check->poll.path[0]) return false;
    if (check_until(&check->poll.until, answer, smoke_plan_regex)) return false;
    smoke->poll_every_ns = check->poll.every_ns;
    smoke->poll_until_ns = loop_clock_ns() + check->poll.timeout_ns;
    struct smoke_values values = values_of(smoke);
    return smoke_fill(
        &values, slice_of(check->poll.path), SMOKE_IN_PATH, &smoke->poll_path, err);
}

static void on_reply(void *owner, const struct http_reply *reply) {
    struct smoke *smoke = owner;
    smoke->call = NULL;
    smoke_row(smoke)->status = reply->status;
    if (reply->error.code != ERROR_NONE) {
        fail_call(smoke, reply);
        return;
    }
    smoke->reached = true;
    struct check_answer answer =
        smoke_answer_take(&smoke->answer, smoke->options.target, reply);
    check_stream_end(&smoke->stream, loop_clock_ns());
    answer.stream = smoke->stream.wanted ? &smoke->stream : NULL;
    smoke->first_status = reply->status;
    struct error err;
    bool refused = reply->status >= 400;
    if (!refused && find_poll(smoke, &answer, &err)) {
        smoke->timer = loop_after(smoke->loop, smoke->poll_every_ns, poll_again, smoke);
    } else if (!refused && err.code != ERROR_NONE) {
        fail(smoke, VERDICT_FAIL, err.message);
    } else {
        judge(smoke, &answer);
    }
}

static void poll_again(void *owner, uint64_t now_ns) {
    struct smoke *smoke = owner;
    smoke->timer = NULL;
    (void)now_ns;
    struct smoke_values values = values_of(smoke);
    struct smoke_request request = request_of(smoke, &values);
    smoke->call = smoke_request_poll(
        smoke->http, &request, buffer_string(&smoke->poll_path), on_poll_reply, smoke);
}

static bool poll_is_over(struct smoke *smoke, const struct check_answer *answer) {
    const struct check *check = smoke_current(smoke);
    if (check->request == CHECK_CHAT) {
        return smoke_answer_job_done(&smoke->answer, smoke->options.target);
    }
    return check_until(&check->poll.until, answer, smoke_plan_regex);
}

/* What the first answer said of the status counts; polling only fetches the rest. */
static void judge_polled(struct smoke *smoke, struct check_answer *answer) {
    if (smoke_current(smoke)->expect.status) answer->status = smoke->first_status;
    answer->total_ns = loop_clock_ns() - smoke->attempt_ns;
    judge(smoke, answer);
}

static void on_poll_reply(void *owner, const struct http_reply *reply) {
    struct smoke *smoke = owner;
    smoke->call = NULL;
    smoke_row(smoke)->status = reply->status;
    if (reply->error.code != ERROR_NONE) {
        fail_call(smoke, reply);
        return;
    }
    struct check_answer answer =
        smoke_answer_take(&smoke->answer, smoke->options.target, reply);
    char words[64];
    if (poll_is_over(smoke, &answer)) {
        judge_polled(smoke, &answer);
    } else if (reply->status >= 400) {
        snprintf(words, sizeof words, "polling: HTTP %u", reply->status);
        fail(smoke, VERDICT_FAIL, words);
    } else if (loop_clock_ns() >= smoke->poll_until_ns) {
        struct text text = TEXT_IN(words);
        text_add(&text, "polling: still not done after ");
        units_add_duration(&text, loop_clock_ns() - smoke->attempt_ns);
        fail(smoke, VERDICT_FAIL, words);
    } else {
        smoke->timer = loop_after(smoke->loop, smoke->poll_every_ns, poll_again, smoke);
    }
}
