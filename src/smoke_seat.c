/* SPDX-License-Identifier: MIT */
#include "smoke_seat.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "core/smoke_result.h"
#include "smoke_run.h"

enum { AIMS = 2, CANARY = 1, WORDS_SIZE = ERROR_MESSAGE_SIZE + 32 };

/* One of the two that it may be sent to. */
struct aim {
    struct smoke_seat *seat;
    struct smoke_run *run; /* NULL: there is nobody to send it to */
};

struct smoke_seat {
    struct loop *loop; /* borrowed */
    struct smoke_seat_options options;
    struct target canary; /* the target, spoken to at an instance of its canary */
    struct aim aims[AIMS];
    struct action_plan blocked; /* of one while the other one runs */
};

static bool may_act(void *owner);
static void on_event(void *owner, const struct event *event);
static void on_unrecorded(void *owner, const struct error *err);
static void on_done(
    void *owner, const struct smoke_result *result, const struct error *err);

/* "" when its instances are known to nobody but a rollout's controller. */
static const char *url_of_canary(const struct target *target) {
    const struct target_track *track = &target->tracks[TRACK_CANARY];
    return track->url_count > 0 ? track->urls[0] : track->dns;
}

static void open_aim(
    struct smoke_seat *seat, unsigned number, const struct target *target) {
    const struct smoke_seat_options *options = &seat->options;
    struct aim *aim = &seat->aims[number];
    aim->seat = seat;
    const struct smoke_run_options run = {
        .target = target,
        .redactor = options->redactor,
        .checks = options->checks,
        .user = options->user,
        .may_act = may_act,
        .on_event = on_event,
        .on_unrecorded = on_unrecorded,
        .on_done = on_done,
        .owner = aim,
    };
    aim->run = smoke_run_new(seat->loop, &run);
}

struct smoke_seat *smoke_seat_new(
    struct loop *loop, const struct smoke_seat_options *options) {
    struct smoke_seat *seat = memory_new(sizeof *seat);
    const char *url = url_of_canary(options->target);
    seat->loop = loop;
    seat->options = *options;
    open_aim(seat, 0, options->target);
    if (!url[0]) return seat;
    seat->canary = *options->target;
    text_copy_cut(seat->canary.url, sizeof seat->canary.url, url);
    open_aim(seat, CANARY, &seat->canary);
    return seat;
}

void smoke_seat_free(struct smoke_seat *seat) {
    if (!seat) return;
    for (unsigned i = 0; i < AIMS; i++) smoke_run_free(seat->aims[i].run);
    free(seat);
}

static bool is_active(const struct smoke_seat *seat, bool canary) {
    const struct smoke_run *run = seat->aims[canary].run;
    return run && smoke_run_is_active(run);
}

bool smoke_seat_is_active(const struct smoke_seat *seat) {
    return is_active(seat, false) || is_active(seat, true);
}

const struct action_plan *smoke_seat_plan(struct smoke_seat *seat, bool canary) {
    struct smoke_run *run = seat->aims[canary].run;
    if (!run) return NULL;
    const struct action_plan *plan = smoke_run_plan(run);
    if (!is_active(seat, !canary)) return plan;
    seat->blocked = *plan;
    seat->blocked.blocked = "a smoke test is running; X stops it";
    return &seat->blocked;
}

bool smoke_seat_start(struct smoke_seat *seat, bool canary, struct error *err) {
    const struct action_plan *plan = smoke_seat_plan(seat, canary);
    if (!plan) {
        return error_set(err, ERROR_NOT_FOUND, "no canary instance is configured");
    }
    if (plan->blocked) return error_set(err, ERROR_CONFLICT, "%s", plan->blocked);
    return smoke_run_start(seat->aims[canary].run, err);
}

void smoke_seat_stop(struct smoke_seat *seat) {
    for (unsigned i = 0; i < AIMS; i++) {
        if (seat->aims[i].run) smoke_run_stop(seat->aims[i].run);
    }
}

/* What is told of a run */

static bool may_act(void *owner) {
    const struct aim *aim = owner;
    return aim->seat->options.may_act(aim->seat->options.owner);
}

static void on_event(void *owner, const struct event *event) {
    const struct aim *aim = owner;
    aim->seat->options.on_event(aim->seat->options.owner, event);
}

static void say(const struct aim *aim, enum note_level level, const char *words) {
    const struct smoke_word word = {level, false, words};
    aim->seat->options.on_word(aim->seat->options.owner, &word);
}

static void on_unrecorded(void *owner, const struct error *err) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "not in the history: %s", err->message);
    say(owner, NOTE_BAD, words);
}

static void on_done(
    void *owner, const struct smoke_result *result, const struct error *err) {
    const struct aim *aim = owner;
    const struct smoke_seat_options *options = &aim->seat->options;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    if (aim == &aim->seat->aims[CANARY]) text_add(&text, "canary: ");
    options->on_done(options->owner);
    if (!result) {
        text_addf(&text, "not started: %s", err->message);
        const struct smoke_word word = {NOTE_BAD, true, words};
        options->on_word(options->owner, &word);
        return;
    }
    text_addf(
        &text, "%s: %u passed, %u failed", verdict_name(result->verdict),
        result->passed, result->failed + result->errors);
    say(aim, result->verdict == VERDICT_PASS ? NOTE_OK : NOTE_BAD, words);
    if (err->code == ERROR_NONE) return;
    text_reset(&text);
    text_addf(&text, "its end is not in the history: %s", err->message);
    say(aim, NOTE_BAD, words);
}
