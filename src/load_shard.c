/* SPDX-License-Identifier: MIT */
#include "load_shard.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actions/load_share.h"
#include "base/memory.h"
#include "base/text.h"
#include "core/load_aim.h"
#include "core/load_course.h"
#include "io/loop.h"
#include "load_run.h"
#include "load_source.h"
#include "report/load_summary.h"
#include "stop.h"

enum { LINE_SIZE = 320 };

struct sending {
    const struct load_shard *shard;
    struct loop *loop;
    struct stop stop;
    struct loop_timer *limit; /* of --timeout */
    struct load_share *share;
    struct load_course *course; /* of this shard alone */
    char program[LOAD_PROGRAM_SIZE];
    unsigned reports; /* of the running second */
    int code;
};

static void say(const struct sending *sending, const char *words) {
    const struct load_split *split = sending->shard->split;
    invocation_say(
        sending->shard->invocation, 0, "shard %u/%u: %s", (unsigned)split->shard,
        (unsigned)split->shards, words);
}

static void on_say(void *owner, const char *words) {
    say(owner, words);
}

static void end_second(struct sending *sending) {
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    sending->reports = 0;
    load_course_on_second(sending->course);
    load_summary_line(sending->course, &text);
    say(sending, line);
}

static void on_report(void *owner, const struct load_report *report) {
    struct sending *sending = owner;
    load_course_on_report(sending->course, report);
    if (++sending->reports == LOAD_RUN_REPORTS_PER_S) end_second(sending);
}

static void on_stop(void *owner, unsigned count) {
    struct sending *sending = owner;
    (void)count;
    load_share_stop(sending->share);
}

static void on_limit(void *owner, uint64_t now_ns) {
    struct sending *sending = owner;
    (void)now_ns;
    sending->limit = NULL;
    load_share_stop(sending->share);
}

/* What was asked for wrongly, what was never reached,
 * and what did not come to its end. */
static enum exit_code code_of(enum error_code code) {
    switch (code) {
    case ERROR_NONE: return EXIT_CODE_OK;
    case ERROR_CONNECT:
    case ERROR_TLS:
    case ERROR_AUTH:
    case ERROR_REPLY:
    case ERROR_PROTOCOL: return EXIT_CODE_UNREACHABLE;
    case ERROR_TIMEOUT:
    case ERROR_LOST:
    case ERROR_LIMIT:
    case ERROR_CANCELLED: return EXIT_CODE_INCONCLUSIVE;
    case ERROR_USAGE:
    case ERROR_SYNTAX:
    case ERROR_SYSTEM:
    case ERROR_NOT_FOUND:
    case ERROR_FORBIDDEN:
    case ERROR_CONFLICT: break;
    }
    return EXIT_CODE_USAGE;
}

static void on_finish(void *owner, const struct error *err) {
    struct sending *sending = owner;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    const struct load_sum *all = &sending->course->all;
    enum exit_code code = code_of(err->code);
    if (sending->reports > 0) end_second(sending);
    text_addf(
        &text, "%llu requests, %llu failed%s", (unsigned long long)all->requests,
        (unsigned long long)all->failures,
        err->code == ERROR_NONE ? "; its collector judges" : "");
    if (all->requests > 0 || err->code == ERROR_NONE) say(sending, line);
    if (err->code != ERROR_NONE) invocation_fail(sending->shard->invocation, code, err);
    sending->code = (int)stop_code(&sending->stop, code);
    loop_stop(sending->loop);
}

static bool start(struct sending *sending, struct load_plan *plan, struct error *err) {
    const struct load_shard *shard = sending->shard;
    const struct load_split *split = shard->split;
    *plan = shard->wish->scenario->plan;
    plan->shard = split->shard;
    plan->shards = split->shards;
    plan->report_ns = LOAD_RUN_REPORT_NS;
    if (!load_source_program(sending->program, err) ||
        !load_aim(shard->target, &plan->target, err) || !load_plan_check(plan, err)) {
        return false;
    }
    const struct load_share_options options = {
        .url = split->url,
        .name = split->name,
        .program = sending->program,
        .plan = plan,
        .who = split->who,
        .patience_ns = split->patience_ns,
        .stderr_fd = STDERR_FILENO,
        .on_say = on_say,
        .on_report = on_report,
        .on_finish = on_finish,
        .owner = sending};
    sending->share = load_share_start(sending->loop, &options, err);
    return sending->share != NULL;
}

static void run(struct sending *sending) {
    const struct invocation *invocation = sending->shard->invocation;
    uint64_t timeout_ns = invocation->options.timeout_ns;
    stop_watch(&sending->stop, sending->loop, on_stop, sending);
    if (timeout_ns > 0) {
        sending->limit = loop_after(sending->loop, timeout_ns, on_limit, sending);
    }
    loop_run(sending->loop);
    stop_forget(&sending->stop);
    loop_timer_free(sending->limit);
    load_share_free(sending->share);
}

int load_shard_send(const struct load_shard *shard) {
    struct sending sending = {.shard = shard, .loop = loop_new()};
    struct load_plan *plan = memory_new(sizeof *plan);
    struct error err;
    sending.course = load_course_new(shard->wish->scenario);
    bool started = start(&sending, plan, &err);
    explicit_bzero(plan, sizeof *plan);
    free(plan);
    if (started) {
        run(&sending);
    } else {
        sending.code =
            invocation_fail(shard->invocation, invocation_code_of(&err), &err);
    }
    load_course_free(sending.course);
    loop_free(sending.loop);
    return sending.code;
}
