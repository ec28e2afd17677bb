/* What happens in a made-up world each second:
 * what goes wrong, who asks, who orders. */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/sqlite.h"
#include "simulation/made_up.h"

enum { REQUESTS_PER_S = 60, BUCKETS = 10000 };

/* Faults */

struct fault {
    uint64_t *until_ns;
    double chance; /* that it begins, each second */
    uint64_t most_ms;
};

static void begin_faults(struct made_up *world) {
    struct made_up_faults *faults = &world->faults;
    const struct fault all[] = {
        {&faults->router_silent_ns, 0.003, 6000},
        {&faults->router_unsure_ns, 0.01, 5000},
        {&faults->canary_down_ns, 0.002, 12000},
        {&faults->blind_ns, 0.008, 40000},
        {&faults->contradicts_ns, 0.003, 8000},
        {&faults->split_broken_ns, 0.002, 60000},
        {&faults->unwell_ns, 0.002, 30000},
    };
    uint64_t now_ns = loop_clock_ns();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (now_ns < *all[i].until_ns || !made_up_chance(world, all[i].chance)) {
            continue;
        }
        *all[i].until_ns = now_ns + made_up_soon_ns(world, all[i].most_ms);
    }
    /* What is seen of it is written down each second. */
    faults->contradicts_ns += NS_PER_S - 1;
    faults->contradicts_ns -= faults->contradicts_ns % NS_PER_S;
}

/* Somebody else writes to the router, or it is restarted. */
static void meddle(struct made_up *world) {
    if (made_up_chance(world, 0.002)) {
        world->router.weight_bp = (uint32_t)random_below(&world->random, BUCKETS);
        world->router.lease_until_ns = loop_clock_ns() + 20 * NS_PER_S;
        made_up_say(world, "meddled bp=%u", world->router.weight_bp);
    }
    if (made_up_chance(world, 0.002)) {
        world->router = (struct made_up_router){0};
        made_up_say(world, "restarted");
    }
}

static void fill_disk(struct made_up *world, bool fills) {
    struct error err;
    sqlite_run(
        world->sqlite,
        fills ? "CREATE TRIGGER IF NOT EXISTS full BEFORE UPDATE ON rollout"
                " BEGIN SELECT RAISE(ABORT,'the disk is full'); END"
              : "DROP TRIGGER IF EXISTS full",
        &err);
}

static void tend_disk(struct made_up *world) {
    uint64_t now_ns = loop_clock_ns();
    uint64_t *until_ns = &world->faults.disk_full_ns;
    if (*until_ns != 0 && now_ns >= *until_ns) {
        fill_disk(world, false);
        *until_ns = 0;
    }
    bool is_taken = *until_ns != 0 || world->faults.journal_held_ns != 0;
    if (world->is_calm || is_taken || !made_up_chance(world, 0.002)) return;
    fill_disk(world, true);
    *until_ns = now_ns + made_up_soon_ns(world, 10000);
}

/* Somebody else has it, as a backup does: longer than anybody waits. */
static void tend_journal(struct made_up *world) {
    uint64_t now_ns = loop_clock_ns();
    uint64_t *until_ns = &world->faults.journal_held_ns;
    struct error err;
    if (*until_ns != 0 && now_ns >= *until_ns) {
        sqlite_rollback(world->sqlite);
        *until_ns = 0;
    }
    bool is_taken = *until_ns != 0 || world->faults.disk_full_ns != 0;
    if (world->is_calm || is_taken || !made_up_chance(world, 0.004)) return;
    if (!sqlite_begin(world->sqlite, &err)) return;
    *until_ns = now_ns + made_up_soon_ns(world, 40000);
    world->holds++;
}

void made_up_mend_disk(struct made_up *world) {
    sqlite_rollback(world->sqlite);
    fill_disk(world, false);
    world->faults.disk_full_ns = world->faults.journal_held_ns = 0;
}

/* Traffic */

static struct observation ask(struct made_up *world, uint32_t weight_bp) {
    uint64_t now_ns = loop_clock_ns();
    uint32_t drawn_bp = weight_bp;
    if (now_ns < world->faults.split_broken_ns) drawn_bp = weight_bp * 4;
    bool on_canary = random_below(&world->random, BUCKETS) < drawn_bp;
    enum arm arm = on_canary ? ARM_CANARY : ARM_STABLE;
    double failing = on_canary ? world->canary_failing : world->stable_failing;
    if (now_ns < world->faults.unwell_ns) failing = 0.4;
    bool failed = made_up_chance(world, failing);
    world->units[arm]++;
    return (struct observation){
        .assigned = arm,
        .served = arm,
        .weight_bp = weight_bp,
        .failed = failed ? HARM_BIT(HARM_ERRORS) : 0,
        .latency_us = (uint64_t)random_lognormal(&world->random, 20000, 0.8),
        .cost_micro = OBSERVATION_UNKNOWN,
        .tokens = OBSERVATION_UNKNOWN,
        .chance = random_unit(&world->random),
    };
}

static void flow(struct made_up *world) {
    uint32_t weight_bp = made_up_weight(world);
    if (loop_clock_ns() < world->faults.blind_ns) return;
    world->last_unit_ns = loop_clock_ns();
    for (int i = 0; i < REQUESTS_PER_S; i++) {
        const struct observation seen = ask(world, weight_bp);
        for (int seat = 0; seat < SEATS; seat++) {
            const struct made_up_seat *who = &world->seats[seat];
            bool hears = who->has_traffic && who->wakes_ns == 0;
            if (hears) who->traffic.on_observation(who->traffic.owner, &seen);
        }
    }
}

static void say_seen(struct made_up *world) {
    uint64_t age_ms = (loop_clock_ns() - world->last_unit_ns) / NS_PER_MS;
    bool contradicts = loop_clock_ns() < world->faults.contradicts_ns;
    made_up_say(
        world,
        "seen epoch=%" PRIu64 " stable=%" PRIu64 " canary=%" PRIu64 " age=%" PRIu64,
        world->epoch, world->units[ARM_STABLE], world->units[ARM_CANARY],
        contradicts ? UINT32_MAX : age_ms);
    world->units[ARM_STABLE] = world->units[ARM_CANARY] = 0;
}

/* People */

static void order(
    struct made_up *world, struct made_up_seat *seat, enum rollout_order_kind kind) {
    struct rollout_order order = {
        .kind = kind,
        .number = 1,
        .expected_version = seat->status.version - made_up_chance(world, 0.1),
        .force = made_up_chance(world, 0.3),
        .host = "ops1",
        .reason = "because",
    };
    struct rollout_answer answer;
    text_copy_cut(
        order.who, sizeof order.who, made_up_chance(world, 0.7) ? "ann" : "bob");
    seat->on_order(seat->order_owner, &order, &answer);
    made_up_say(
        world, "order kind=%s who=%s force=%d accepted=%d", rollout_order_name(kind),
        order.who, order.force, answer.accepted);
    /* Twice in a row, as people press. */
    if (!made_up_chance(world, 0.2)) return;
    seat->on_order(seat->order_owner, &order, &answer);
    made_up_say(
        world, "order kind=%s who=%s force=%d accepted=%d", rollout_order_name(kind),
        order.who, order.force, answer.accepted);
}

static void order_something(struct made_up *world, struct made_up_seat *seat) {
    static const struct {
        enum rollout_order_kind kind;
        double chance;
    } habits[] = {
        {ROLLOUT_ORDER_HOLD, 0.004},     {ROLLOUT_ORDER_PROMOTE, 0.02},
        {ROLLOUT_ORDER_ABORT, 0.001},    {ROLLOUT_ORDER_UNDO, 0.01},
        {ROLLOUT_ORDER_TAKEOVER, 0.005},
    };
    bool is_held = seat->status.phase == ROLLOUT_HOLD;
    if (world->is_calm) {
        order(world, seat, is_held ? ROLLOUT_ORDER_ABORT : ROLLOUT_ORDER_PROMOTE);
        return;
    }
    if (is_held && made_up_chance(world, 0.15)) {
        order(world, seat, ROLLOUT_ORDER_RESUME);
    }
    if (seat->status.phase == ROLLOUT_FINALIZING && made_up_chance(world, 0.05)) {
        order(world, seat, ROLLOUT_ORDER_ABORT);
    }
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++) {
        if (made_up_chance(world, habits[i].chance)) order(world, seat, habits[i].kind);
    }
}

void made_up_live(struct made_up *world) {
    if (!world->is_calm) {
        begin_faults(world);
        meddle(world);
    }
    tend_disk(world);
    tend_journal(world);
    flow(world);
    say_seen(world);
    for (int i = 0; i < SEATS; i++) {
        struct made_up_seat *seat = &world->seats[i];
        bool hears = seat->on_order && seat->wakes_ns == 0;
        if (hears) order_something(world, seat);
    }
}
