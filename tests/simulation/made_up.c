/* SPDX-License-Identifier: MIT */
#include "simulation/made_up.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "core/ulid.h"
#include "history/store.h"
#include "io/loop.h"
#include "io/sqlite.h"
#include "simulation/virtual_loop.h"

enum {
    LASTS_S = 400, /* then nothing new goes wrong, and people end it */
    ENDS_S = 500,  /* there was time enough */
    SLOW_MS = 200, /* longer than that nothing that goes back waits for the disk */
    EVENTS_MAX = 1200,
    LINE_SIZE = 256,
};

struct made_up *made_up;

static void on_moment(void *owner, uint64_t now_ns);

void made_up_say(struct made_up *world, const char *words, ...) {
    char line[LINE_SIZE];
    va_list args;
    va_start(args, words);
    vsnprintf(line, sizeof line, words, args);
    va_end(args);
    buffer_addf(&world->log, "%" PRId64 " %s\n", loop_wall_ms(), line);
}

void made_up_say_if_late(struct made_up *world, const struct loop *loop) {
    if (virtual_loop_busy_ns(loop) < SLOW_MS * NS_PER_MS) return;
    made_up_say(world, "refused epoch=%" PRIu64, made_up_seat_of(loop)->epoch);
}

bool made_up_chance(struct made_up *world, double chance) {
    return random_unit(&world->random) < chance;
}

uint64_t made_up_soon_ns(struct made_up *world, uint64_t most_ms) {
    return random_below(&world->random, most_ms * 1000) * NS_PER_US;
}

struct made_up_seat *made_up_seat_of(const struct loop *loop) {
    for (int i = 0; i < SEATS; i++) {
        if (made_up->seats[i].loop == loop) return &made_up->seats[i];
    }
    panic("no controller has this loop");
}

/* The disk */

static void say_event(struct made_up *world, struct statement *statement) {
    char phase[32], op[16], actor[STATE_NAME_SIZE];
    struct text words[] = {TEXT_IN(phase), TEXT_IN(op), TEXT_IN(actor)};
    world->last_event = statement_int(statement, 0);
    text_add_slice(&words[0], statement_string(statement, 2));
    text_add_slice(&words[1], statement_string(statement, 3));
    text_add_slice(&words[2], statement_string(statement, 7));
    for (char *at = phase; *at; at++) {
        if (*at == ' ') *at = '-';
    }
    const struct slice hold = statement_string(statement, 8);
    made_up_say(
        world,
        "commit epoch=%" PRId64 " phase=%s op=%s bp=%" PRId64 " before=%" PRId64
        " asked=%" PRId64 " actor=%s hold=%.*s at=%" PRId64,
        statement_int(statement, 1), phase, op, statement_int(statement, 4),
        statement_int(statement, 5), statement_int(statement, 6), actor,
        (int)hold.length, hold.data, statement_int(statement, 9));
}

void made_up_read_disk(struct made_up *world) {
    struct error err;
    struct statement *statement = statement_new(
        world->sqlite,
        "SELECT e.seq,e.epoch,e.to_phase,coalesce(i.op,'nothing'),"
        "coalesce(i.weight_bp,0),coalesce(i.before_bp,0),e.weight_bp,e.actor,e.hold,"
        "e.ts_ms "
        "FROM rollout_event e"
        " LEFT JOIN intent i ON i.rollout=e.rollout AND i.version=e.version"
        " WHERE e.seq>? AND e.rollout=? ORDER BY e.seq",
        &err);
    ensure(statement);
    statement_bind_int(statement, 1, world->last_event);
    statement_bind_string(statement, 2, world->launch->plan.id);
    while (statement_next(statement, &err) == STATEMENT_ROW) {
        say_event(world, statement);
    }
    statement_free(statement);
}

static void on_work(void *owner, struct loop *loop) {
    struct made_up *world = owner;
    int64_t before = world->last_event;
    made_up_read_disk(world);
    /* Until somebody makes room, and lets go. */
    bool takes_none =
        world->faults.disk_full_ns != 0 || world->faults.journal_held_ns != 0;
    if (takes_none && world->last_event == before) {
        made_up_say(world, "refused epoch=%" PRIu64, made_up_seat_of(loop)->epoch);
    }
}

/* What the disk could not take has not ended: somebody takes it up again. */
static bool is_closed(const struct made_up *world) {
    struct error err;
    struct statement *statement = statement_new(
        world->sqlite, "SELECT count(*) FROM rollout WHERE id=? AND ended_ms IS NULL",
        &err);
    ensure(statement);
    statement_bind_string(statement, 1, world->launch->plan.id);
    ensure(statement_next(statement, &err) == STATEMENT_ROW);
    bool is_open = statement_int(statement, 0) > 0;
    statement_free(statement);
    return !is_open;
}

/* Making it */

static void make_plan(struct rollout_plan *plan, uint64_t seed) {
    uint8_t id[ULID_SIZE], chance[ULID_RANDOM_SIZE];
    *plan = (struct rollout_plan){
        .from = "v1.5.0",
        .to = "v1.6.0",
        .holder = "ann",
        .host = "ops1",
        .reason = "weekly release",
        .step_count = 5,
        .steps = {{500}, {1000}, {2500}, {5000}, {10000}},
        .hold_each_ns = 8 * NS_PER_S,
        .max_each_ns = 60 * NS_PER_S,
        .keep_previous_ns = seed % 3 * 10 * NS_PER_S,
        .stale_ns = 5 * NS_PER_S,
        .blind_max_ns = 20 * NS_PER_S,
        .alpha = 0.01,
        .material = 1.5,
        .budget_ratio = 0.05,
    };
    snprintf(plan->target, sizeof plan->target, "world-%" PRIu64, seed);
    loop_random(chance, sizeof chance);
    ulid_make(id, loop_wall_ms() + (int64_t)seed, chance);
    ulid_to_string(id, plan->id);
}

static void say_plan(struct made_up *world) {
    const struct rollout_plan *plan = &world->launch->plan;
    char steps[64];
    struct text text = TEXT_IN(steps);
    for (uint32_t i = 0; i < plan->step_count; i++) {
        text_addf(&text, "%s%u", i > 0 ? "," : "", plan->steps[i].weight_bp);
    }
    made_up_say(
        world,
        "plan hold=%" PRIu64 " max=%" PRIu64 " stale=%" PRIu64 " budget=%g steps=%s",
        plan->hold_each_ns / NS_PER_MS, plan->max_each_ns / NS_PER_MS,
        plan->stale_ns / NS_PER_MS, plan->budget_ratio, steps);
}

void made_up_begin(struct made_up *world, uint64_t seed) {
    static const double failing[] = {0.01, 0.01, 0.02, 0.3};
    char path[FOLDER_PATH_SIZE];
    struct error err = {0};
    memset(world, 0, sizeof *world);
    made_up = world;
    random_seed(&world->random, seed);
    virtual_loop_begin(seed + 1);
    virtual_loop_watch_works(on_work, world);
    buffer_init(&world->log, MADE_UP_LOG_MAX);
    world->nature = loop_new();
    world->launch = memory_new(sizeof *world->launch);
    make_plan(&world->launch->plan, seed);
    target_init(&world->launch->target);
    text_copy_cut(
        world->launch->target.name, sizeof world->launch->target.name,
        world->launch->plan.target);
    text_copy_cut(
        world->launch->target.split.log, sizeof world->launch->target.split.log, "log");
    world->launch->target.tracks[TRACK_CANARY].url_count = 1;
    /* With some of them somebody else sees to what is deployed. */
    world->launch->target.deploy.kind =
        seed % 4 == 0 ? DEPLOY_EXTERNAL : DEPLOY_COMMAND;
    world->stable_failing = 0.01;
    world->canary_failing = failing[random_below(&world->random, 4)];
    world->crash_in = 20 + random_below(&world->random, EVENTS_MAX);
    if (!store_path(path, &err) || !(world->sqlite = store_open(path, &err))) {
        panic("no history: %s", err.message);
    }
    say_plan(world);
}

/* Controllers come and go */

static struct made_up_seat *free_seat(struct made_up *world) {
    return world->seats[0].loop ? &world->seats[1] : &world->seats[0];
}

static void empty_seat(struct made_up_seat *seat) {
    controller_free(seat->controller);
    loop_free(seat->loop);
    *seat = (struct made_up_seat){0};
}

/* What could not be written down was not begun: its controller ends. */
static void on_begun(void *owner, const struct error *why) {
    struct loop *loop = owner;
    bool begins = made_up->launch->kind == ROLLOUT_LAUNCH_BEGIN;
    if (begins && why->code != ERROR_NONE) loop_stop(loop);
}

/* False when there is none to be taken up. */
static bool start(struct made_up *world, enum rollout_launch_kind kind) {
    struct made_up_seat *seat = free_seat(world);
    struct error err = {0};
    world->launch->kind = kind;
    if (kind != ROLLOUT_LAUNCH_BEGIN) {
        const char *who = made_up_chance(world, 0.7) ? "ann" : "bob";
        text_copy_cut(
            world->launch->plan.holder, sizeof world->launch->plan.holder, who);
    }
    seat->loop = loop_new();
    seat->epoch = world->epoch + 1;
    const struct controller_handler handler = {on_begun, seat->loop, NULL};
    seat->controller = controller_new(seat->loop, world->launch, &handler, &err);
    made_up_say(
        world, "%s epoch=%" PRIu64 " %s", seat->controller ? "start" : "unborn",
        seat->epoch, err.message);
    if (seat->controller) return true;
    loop_free(seat->loop);
    *seat = (struct made_up_seat){0};
    return err.code != ERROR_NOT_FOUND;
}

static void crash(struct made_up *world, struct made_up_seat *seat) {
    virtual_loop_kill(seat->loop);
    made_up_say(world, "died epoch=%" PRIu64, seat->epoch);
    empty_seat(seat);
    world->crashes++;
    world->crash_in = 40 + random_below(&world->random, EVENTS_MAX);
    world->restart_ns = loop_clock_ns() + made_up_soon_ns(world, 20000);
}

/* It is stopped, somebody takes over, and then it goes on. */
static void take_over(struct made_up *world, struct made_up_seat *seat) {
    virtual_loop_freeze(seat->loop, true);
    seat->wakes_ns = loop_clock_ns() + made_up_soon_ns(world, 10000);
    world->crash_in = 40 + random_below(&world->random, EVENTS_MAX);
    world->takeovers++;
    start(world, ROLLOUT_LAUNCH_TAKEOVER);
}

static struct made_up_seat *running(struct made_up *world) {
    for (int i = 0; i < SEATS; i++) {
        if (world->seats[i].loop && world->seats[i].epoch == world->epoch) {
            return &world->seats[i];
        }
    }
    return NULL;
}

static void strike(struct made_up *world) {
    struct made_up_seat *seat = running(world);
    if (!seat || world->is_calm || --world->crash_in > 0) return;
    bool is_alone = !world->seats[0].loop || !world->seats[1].loop;
    if (is_alone && made_up_chance(world, 0.3)) {
        take_over(world, seat);
    } else {
        crash(world, seat);
    }
}

/* False when the rollout has ended, and nothing is to be done any more. */
static bool tend_seats(struct made_up *world) {
    uint64_t now_ns = loop_clock_ns();
    for (int i = 0; i < SEATS; i++) {
        struct made_up_seat *seat = &world->seats[i];
        if (!seat->loop) continue;
        if (seat->wakes_ns != 0 && now_ns >= seat->wakes_ns) {
            seat->wakes_ns = 0;
            virtual_loop_freeze(seat->loop, false);
        }
        if (!virtual_loop_is_over(seat->loop)) continue;
        /* One that has lost the rollout does not speak for it any more. */
        bool has_ended =
            seat->status.ended && seat->epoch == world->epoch && is_closed(world);
        made_up_say(world, "left epoch=%" PRIu64, seat->epoch);
        empty_seat(seat);
        if (has_ended) return false;
    }
    if (running(world)) return true;
    if (world->restart_ns == 0) {
        world->restart_ns = now_ns + made_up_soon_ns(world, 9000);
    }
    if (now_ns < world->restart_ns) return true;
    world->restart_ns = 0;
    return start(world, ROLLOUT_LAUNCH_RESUME);
}

static void on_moment(void *owner, uint64_t now_ns) {
    (void)now_ns;
    made_up_live(owner);
}

void made_up_run(struct made_up *world) {
    uint64_t begun_ns = loop_clock_ns();
    struct loop_timer *moments = loop_every(world->nature, NS_PER_S, on_moment, world);
    bool goes_on = start(world, ROLLOUT_LAUNCH_BEGIN);
    while (goes_on && loop_clock_ns() - begun_ns < ENDS_S * NS_PER_S) {
        world->is_calm = loop_clock_ns() - begun_ns >= LASTS_S * NS_PER_S;
        virtual_loop_turn(loop_clock_ns() + NS_PER_S);
        strike(world);
        goes_on = tend_seats(world);
    }
    loop_timer_free(moments);
    made_up_say(world, "end");
}

void made_up_clear(struct made_up *world) {
    for (int i = 0; i < SEATS; i++) {
        if (world->seats[i].loop) {
            virtual_loop_kill(world->seats[i].loop);
            empty_seat(&world->seats[i]);
        }
    }
    /* What is on its way to the router arrives. */
    while (virtual_loop_turn(loop_clock_ns() + NS_PER_S)) continue;
    loop_free(world->nature);
    made_up_mend_disk(world); /* it is the disk of the next world, too */
    sqlite_close(world->sqlite);
    buffer_clear(&world->log);
    free(world->launch);
    made_up = NULL;
}
