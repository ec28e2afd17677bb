/* SPDX-License-Identifier: MIT */
#include "watch_plain.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/model.h"
#include "engine.h"
#include "io/loop.h"
#include "report/plain_words.h"
#include "report/status_judge.h"

enum { LINE_SIZE = 512, SIGNAL_COUNT = 3 };

/* How often a line tells how things are, though nothing has changed; the first comes
 * when there has been time to see something. */
#define STATUS_EVERY_NS (60 * NS_PER_S)
#define STATUS_FIRST_NS (10 * NS_PER_S)

struct watching {
    struct loop *loop;
    struct engine *engine;
    struct state state;
    struct loop_signal *signals[SIGNAL_COUNT];
    struct loop_timer *limit;
    enum verdict verdict; /* as it was said last; VERDICT_COUNT: not yet */
    enum objective_level levels[TRACK_COUNT][OBJECTIVE_KINDS]; /* as said last */
    uint64_t status_ns; /* when the next line about the status is due */
    int signal;
};

static void say(struct watching *watching, int64_t wall_ms, const char *words) {
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    units_add_timestamp(&text, wall_ms);
    text_addf(&text, " %s", words);
    /* A reader that has gone away ends the watch. */
    if (puts(line) < 0 || fflush(stdout) != 0) loop_stop(watching->loop);
}

static void say_session(struct watching *watching, const struct event *event) {
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(
        &text, "watching %s (%s), read-only", event->session.target,
        target_class_name((enum target_class)event->session.target_class));
    say(watching, event->wall_ms, words);
}

/* A part is worth a line when it is new or its status has changed; ready or not. */
static void say_part(
    struct watching *watching, const struct event *event, enum part_status before) {
    const struct part *part = &event->part;
    if (part->status == before) return;
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(
        &text, "%s %s: %s", part_kind_name((enum part_kind)part->kind), part->name,
        part_status_name((enum part_status)part->status));
    if (part->detail[0]) text_addf(&text, ": %s", part->detail);
    say(watching, event->wall_ms, words);
}

static void say_split(
    struct watching *watching, const struct event *event, const struct split *before) {
    const struct split *split = &event->split;
    bool same = before->known == split->known &&
                fabsf(before->wanted - split->wanted) < 0.0005F;
    if (same || !split->known) return;
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, "split: canary ");
    units_add_percent(&text, (double)split->wanted);
    text_add(&text, "%");
    say(watching, event->wall_ms, words);
}

static void say_version(struct watching *watching, const struct event *event) {
    const struct versions_event *news = &event->versions;
    unsigned track = news->track == TRACK_CANARY ? TRACK_CANARY : TRACK_STABLE;
    if (strcmp(watching->state.version[track], news->version) == 0) return;
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(
        &text, "version: %s is %s", track == TRACK_CANARY ? "canary" : "stable",
        news->version[0] ? news->version : "unknown");
    say(watching, event->wall_ms, words);
}

static void say_rollout(
    struct watching *watching, const struct event *event,
    const struct rollout_status *before) {
    const struct rollout_status *news = &event->rollout;
    bool same = before->known == news->known && before->step == news->step &&
                before->phase == news->phase;
    if (same || !news->known) return;
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(
        &text, "rollout: %s, step %u of %u%s%s", rollout_phase_name(news->phase),
        news->step, news->steps, news->reason[0] ? ": " : "", news->reason);
    say(watching, event->wall_ms, words);
}

static bool all_known(const struct state *state) {
    for (uint32_t i = 0; i < state->part_count; i++) {
        if (part_is_awaited(&state->parts[i])) return false;
    }
    return state->part_count > 0;
}

static struct status_judgement judge(const struct watching *watching, uint64_t now_ns) {
    const struct status_rules rules = {.wants_evidence = true, .now_ns = now_ns};
    return status_judge(&watching->state, &rules);
}

/* What cannot be judged is worth a line only once it could. */
static void say_objectives(
    struct watching *watching, int64_t wall_ms, const struct objectives *objectives) {
    for (uint32_t i = 0; i < objectives->count; i++) {
        const struct objective *objective = &objectives->items[i];
        enum objective_level *said =
            &watching->levels[objective->track][objective->kind];
        if (*said == objective->level) continue;
        *said = objective->level;
        char words[LINE_SIZE];
        struct text text = TEXT_IN(words);
        plain_add_objective(&text, objective);
        say(watching, wall_ms, words);
    }
}

static void say_verdict(
    struct watching *watching, int64_t wall_ms,
    const struct status_judgement *judgement) {
    if (judgement->verdict == watching->verdict) return;
    watching->verdict = judgement->verdict;
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(
        &text, "%s%s%s", verdict_name(judgement->verdict),
        judgement->reason[0] ? ": " : "", judgement->reason);
    say(watching, wall_ms, words);
}

static void say_status(
    struct watching *watching, const struct event *event,
    const struct status_judgement *judgement) {
    if (event->at_ns < watching->status_ns) return;
    watching->status_ns = event->at_ns + STATUS_EVERY_NS;
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    plain_add_status(&text, &watching->state, judgement, event->at_ns);
    say(watching, event->wall_ms, words);
}

/* Not before the first poll of every part has ended. */
static void say_judgement(struct watching *watching, const struct event *event) {
    if (watching->status_ns == 0) watching->status_ns = event->at_ns + STATUS_FIRST_NS;
    if (!all_known(&watching->state)) return;
    struct status_judgement judgement = judge(watching, event->at_ns);
    say_objectives(watching, event->wall_ms, &judgement.objectives);
    say_verdict(watching, event->wall_ms, &judgement);
    say_status(watching, event, &judgement);
}

static enum part_status status_before(
    const struct watching *watching, const struct part *part) {
    const struct part *before =
        state_part(&watching->state, (enum part_kind)part->kind, part->name);
    return before ? (enum part_status)before->status : PART_UNKNOWN;
}

static void say_change(struct watching *watching, const struct event *event) {
    switch ((int)event->kind) {
    case EVENT_SESSION: say_session(watching, event); break;
    case EVENT_PART:
        say_part(watching, event, status_before(watching, &event->part));
        break;
    case EVENT_SPLIT: say_split(watching, event, &watching->state.split); break;
    case EVENT_VERSIONS: say_version(watching, event); break;
    case EVENT_ROLLOUT: say_rollout(watching, event, &watching->state.rollout); break;
    default: break;
    }
}

static void on_event(void *owner, const struct event *event) {
    struct watching *watching = owner;
    say_change(watching, event);
    state_apply(&watching->state, event);
    say_judgement(watching, event);
}

static void on_signal(void *owner, int number) {
    struct watching *watching = owner;
    watching->signal = number;
    loop_stop(watching->loop);
}

static void on_limit(void *owner, uint64_t now_ns) {
    struct watching *watching = owner;
    (void)now_ns;
    watching->limit = NULL;
    loop_stop(watching->loop);
}

static void watch(struct watching *watching, uint64_t limit_ns) {
    static const int numbers[SIGNAL_COUNT] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        watching->signals[i] =
            loop_on_signal(watching->loop, numbers[i], on_signal, watching);
    }
    if (limit_ns) {
        watching->limit = loop_after(watching->loop, limit_ns, on_limit, watching);
    }
    engine_start(watching->engine);
    loop_run(watching->loop);
    engine_stop(watching->engine);
    for (size_t i = 0; i < SIGNAL_COUNT; i++) loop_signal_free(watching->signals[i]);
    loop_timer_free(watching->limit);
}

static int say_result(struct watching *watching) {
    uint64_t now_ns = loop_now_ns(watching->loop);
    status_settle(&watching->state, now_ns);
    struct status_judgement judgement = judge(watching, now_ns);
    int code = watching->signal ? 128 + watching->signal : (int)judgement.code;
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(
        &text, "result: %s%s%s, exit %d", verdict_name(judgement.verdict),
        judgement.reason[0] ? ": " : "", judgement.reason, code);
    say(watching, loop_wall_ms(), words);
    return code;
}

int watch_plain(const struct watch_plain_options *options) {
    struct watching *watching = memory_new(sizeof *watching);
    watching->loop = loop_new();
    watching->verdict = VERDICT_COUNT;
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        for (unsigned kind = 0; kind < OBJECTIVE_KINDS; kind++) {
            watching->levels[track][kind] = OBJECTIVE_UNJUDGED;
        }
    }
    state_init(&watching->state);
    const struct engine_options engine = {
        .target = options->target,
        .user = options->user,
        .read_only = true,
        .on_event = on_event,
        .owner = watching,
    };
    watching->engine = engine_new(watching->loop, &engine);
    watch(watching, options->limit_ns);
    int code = say_result(watching);
    engine_free(watching->engine);
    loop_free(watching->loop);
    free(watching);
    return code;
}
