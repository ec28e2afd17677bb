/* SPDX-License-Identifier: MIT */
#include "load_seat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "core/decimal.h"
#include "core/load_reading.h"
#include "core/load_shown.h"
#include "core/patience.h"
#include "core/ulid.h"
#include "io/loop.h"
#include "load_room.h"
#include "load_run.h"
#include "load_shelf.h"

enum { WORDS_SIZE = ERROR_MESSAGE_SIZE + 64 };

struct load_seat {
    struct loop *loop; /* borrowed */
    struct load_seat_options options;
    struct load_shelf *shelf;
    struct load_menu menu;
    struct load_run *run; /* the last one stays until the next one starts */
    bool active, stopping;
    uint64_t started_ns;
    struct load_status status;
    struct event event; /* large: one for all */
};

static struct load_around on_around(void *owner);
static void on_start(void *owner, const struct load_ready *notes);
static void on_second(void *owner, const struct load_course *course);
static void on_unrecorded(void *owner, const struct error *err);
static void on_done(
    void *owner, const struct load_outcome *outcome, const struct error *err);

struct load_seat *load_seat_new(
    struct loop *loop, const struct load_seat_options *options) {
    struct load_seat *seat = memory_new(sizeof *seat);
    seat->loop = loop;
    seat->options = *options;
    seat->shelf = load_shelf_new(options->target, options->redactor, options->folders);
    load_status_init(&seat->status);
    return seat;
}

void load_seat_free(struct load_seat *seat) {
    if (!seat) return;
    load_run_free(seat->run);
    load_shelf_free(seat->shelf);
    free(seat);
}

bool load_seat_is_active(const struct load_seat *seat) {
    return seat->active;
}

const struct load_menu *load_seat_menu(struct load_seat *seat) {
    seat->menu = (struct load_menu){0};
    seat->menu.choices =
        load_shelf_choices(seat->shelf, loop_clock_ns(), &seat->menu.count);
    if (seat->active) seat->menu.blocked = "a load run goes on; X stops it";
    return &seat->menu;
}

static void say(
    const struct load_seat *seat, enum note_level level, const char *what,
    const char *words) {
    char line[WORDS_SIZE];
    struct text text = TEXT_IN(line);
    text_add(&text, what);
    safe_text_add(&text, slice_of(words));
    seat->options.on_word(seat->options.owner, level, line);
}

/* What is told */

static void tell_run(struct load_seat *seat) {
    const struct load_status *status = &seat->status;
    bool over = status->phase == LOAD_ENDED;
    event_begin(&seat->event, EVENT_RUN);
    struct run *run = &seat->event.run_status;
    memcpy(run->id, status->run, sizeof run->id);
    run->kind = RUN_LOAD;
    run->active = !over;
    run->verdict = status->verdict;
    run->started_ns = seat->started_ns;
    run->ended_ns = over ? loop_clock_ns() : 0;
    text_copy_cut(run->title, sizeof run->title, status->scenario);
    text_copy_cut(run->words, sizeof run->words, status->reason);
    seat->options.on_event(seat->options.owner, &seat->event);
}

static void tell_status(struct load_seat *seat) {
    seat->status.at_ns = loop_clock_ns();
    event_begin(&seat->event, EVENT_LOAD);
    seat->event.load = seat->status;
    seat->options.on_event(seat->options.owner, &seat->event);
}

static void tell_heat(struct load_seat *seat, const struct load_course *course) {
    event_begin(&seat->event, EVENT_LOAD_HEAT);
    load_heat_of(&course->now.wait, seat->event.load_heat.counts);
    seat->options.on_event(seat->options.owner, &seat->event);
}

/* This side of the comparison is filled in each second, the other one stays. */
static void take_before(struct load_seat *seat, const struct load_outcome *outcome) {
    const struct load_before *before = &outcome->before;
    const struct load_knees *knees = &outcome->knees;
    struct load_comparison *comparison = &seat->status.comparison;
    comparison->now.knee_per_s = (float)knees->now_rps;
    if (!before->found) return;
    comparison->then_wall_ms = before->started_ms;
    text_copy_cut(comparison->revision, sizeof comparison->revision, before->version);
    comparison->then = (struct load_result){
        .rps = (float)before->rps,
        .p50_ms = (float)before->p50_ms,
        .p95_ms = (float)before->p95_ms,
        .p99_ms = (float)before->p99_ms,
        .error_ratio = (float)before->error_ratio,
        .knee_per_s = (float)knees->before_rps,
    };
}

/* The run */

static void begin_status(struct load_seat *seat, const struct load_offer *offer) {
    struct load_status *status = &seat->status;
    const struct load_outcome *outcome = load_run_outcome(seat->run);
    const struct scenario *scenario = offer->wish.scenario;
    load_status_init(status);
    status->phase = LOAD_STARTING;
    ulid_from_string(slice_of(outcome->run), status->run);
    text_copy_cut(status->scenario, sizeof status->scenario, scenario->name);
    struct text words = TEXT_IN(status->words);
    load_wish_add_load(&words, &scenario->plan);
    status->total_ms = (uint32_t)(scenario->plan.run_time_ns / NS_PER_MS);
    status->started_ns = seat->started_ns;
    take_before(seat, outcome);
}

/* Said before anything is sent, which is when it can still be stopped. */
static void note_room(struct load_seat *seat) {
    const struct scenario *scenario = load_run_course(seat->run)->scenario;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    load_room_add(&text, seat->options.target, &scenario->plan);
    if (words[0]) say(seat, NOTE_WARN, "", words);
}

bool load_seat_start(struct load_seat *seat, const char *scenario, struct error *err) {
    if (seat->active) return error_set(err, ERROR_CONFLICT, "a load run goes on");
    const struct load_offer *offer =
        load_shelf_take(seat->shelf, scenario, loop_clock_ns(), err);
    if (!offer) return false;
    const struct load_run_options options = {
        .target = seat->options.target,
        .redactor = seat->options.redactor,
        .scenario = offer->wish.scenario,
        .workers = offer->wish.workers,
        .user = seat->options.user,
        .quiet = true,
        .around = on_around,
        .on_start = on_start,
        .on_second = on_second,
        .on_unrecorded = on_unrecorded,
        .on_done = on_done,
        .owner = seat,
    };
    struct load_run *run = load_run_start(seat->loop, &options, err);
    if (!run) return false;
    load_run_free(seat->run);
    seat->run = run;
    seat->active = true;
    seat->stopping = false;
    seat->started_ns = loop_clock_ns();
    begin_status(seat, offer);
    note_room(seat);
    tell_run(seat);
    tell_status(seat);
    return true;
}

bool load_seat_set_level(struct load_seat *seat, const char *level, struct error *err) {
    double wanted = 0;
    struct scan scan = scan_of(slice_of(level));
    bool number = decimal_take(&scan, &wanted) && scan_done(&scan) && isfinite(wanted);
    if (!seat->active || seat->stopping) {
        return error_set(err, ERROR_CONFLICT, "no load run is active");
    }
    const struct load_course *course = load_run_course(seat->run);
    if (!number) return error_set(err, ERROR_USAGE, "\"%s\" is no number", level);
    if (!load_plan_check_level(&course->scenario->plan, wanted, err)) return false;
    load_run_set_level(seat->run, wanted);
    return true;
}

void load_seat_stop(struct load_seat *seat) {
    if (!seat->active) return;
    seat->stopping = true;
    load_run_stop(seat->run);
}

/* The sum over the tracks; NaN where nobody measures, or not any more. */
static struct load_around on_around(void *owner) {
    const struct load_seat *seat = owner;
    const struct state *state = &seat->options.model(seat->options.owner)->state;
    uint64_t now_ns = loop_clock_ns();
    uint64_t age_ns = patience_ns(state);
    double memory = (double)NAN;
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        double bytes = (double)state_value(
            state, (enum track)track, METRIC_MEMORY, now_ns, age_ns);
        if (!isnan(bytes)) memory = isnan(memory) ? bytes : memory + bytes;
    }
    double queue =
        (double)state_value(state, TRACK_STABLE, METRIC_QUEUE_WAITING, now_ns, age_ns);
    return (struct load_around){.memory_bytes = memory, .queue_depth = queue};
}

static void on_start(void *owner, const struct load_ready *notes) {
    struct load_seat *seat = owner;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%s: %s", seat->status.scenario, seat->status.words);
    say(seat, NOTE_INFO, "started ", words);
    for (uint32_t i = 0; i < notes->note_count; i++) {
        say(seat, NOTE_WARN, "", notes->notes[i].words);
    }
    seat->status.phase = LOAD_RUNNING;
    tell_status(seat);
}

static void on_second(void *owner, const struct load_course *course) {
    struct load_seat *seat = owner;
    struct load_status *status = &seat->status;
    load_shown_fill(course, status);
    bool past = status->total_ms > 0 && status->elapsed_ms > status->total_ms;
    status->phase = seat->stopping || past ? LOAD_DRAINING : LOAD_RUNNING;
    tell_status(seat);
    tell_heat(seat, course);
}

static void on_unrecorded(void *owner, const struct error *err) {
    say(owner, NOTE_BAD, "not in the history: ", err->message);
}

static void end_status(struct load_seat *seat, enum verdict verdict, const char *why) {
    struct load_status *status = &seat->status;
    status->phase = LOAD_ENDED;
    status->verdict = (uint8_t)verdict;
    safe_text_copy(status->reason, sizeof status->reason, slice_of(why));
    seat->active = false;
    tell_status(seat);
    tell_run(seat);
}

static void on_done(
    void *owner, const struct load_outcome *outcome, const struct error *err) {
    struct load_seat *seat = owner;
    if (!outcome) {
        end_status(seat, VERDICT_ERROR, err->message);
        say(seat, NOTE_BAD, "not started: ", err->message);
    } else {
        const struct load_judgement *judgement = &outcome->judgement;
        char what[LOAD_FIGURE_SIZE + STATE_NAME_SIZE];
        struct text text = TEXT_IN(what);
        text_addf(&text, "%s: ", verdict_name(judgement->verdict));
        end_status(seat, judgement->verdict, judgement->reason);
        bool passed = judgement->verdict == VERDICT_PASS;
        say(seat, passed ? NOTE_OK : NOTE_BAD, what, judgement->reason);
        bool kept = err->code == ERROR_NONE;
        if (!kept) say(seat, NOTE_BAD, "its end is not in the history: ", err->message);
    }
    seat->options.on_done(seat->options.owner);
}
