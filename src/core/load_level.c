/* SPDX-License-Identifier: MIT */
#include "core/load_level.h"

#include <math.h>

#include "base/panic.h"
#include "base/units.h"

/* Levels are made of sums of doubles: this much below a whole number is that number. */
static const double slack = 1e-9;

/* No rise takes longer: so all pieces end before time does. */
static const uint64_t longest_ns = UINT64_C(366) * 24 * 3600 * NS_PER_S;

static double seconds(uint64_t duration_ns) {
    return (double)duration_ns / (double)NS_PER_S;
}

static uint64_t after(uint64_t start_ns, double wait_s) {
    double wait_ns = ceil(wait_s * (double)NS_PER_S);
    if (!(wait_ns < (double)(LOAD_NEVER / 2))) return LOAD_NEVER;
    return start_ns + (uint64_t)wait_ns;
}

static bool ends(const struct load_piece *piece) {
    return piece->duration_ns != LOAD_NEVER;
}

/* Per second. */
static double slope(const struct load_piece *piece) {
    return ends(piece) ? (piece->to - piece->from) / seconds(piece->duration_ns) : 0;
}

static double piece_at(const struct load_piece *piece, double at_s) {
    return piece->from + slope(piece) * at_s;
}

static double piece_sum(const struct load_piece *piece, double at_s) {
    return piece->sum + at_s * (piece->from + slope(piece) * at_s / 2);
}

static void add_piece(
    struct load_level *level, uint64_t duration_ns, double from, double to) {
    ensure(level->count < LOAD_PIECES_MAX);
    struct load_piece *piece = &level->pieces[level->count];
    *piece = (struct load_piece){.duration_ns = duration_ns, .from = from, .to = to};
    if (level->count > 0) {
        const struct load_piece *before = piece - 1;
        piece->start_ns = before->start_ns + before->duration_ns;
        piece->sum = piece_sum(before, seconds(before->duration_ns));
    }
    level->count++;
}

/* From one level to a higher one at a limited speed; nothing to a lower one. */
static void add_rise(struct load_level *level, double from, double to, double per_s) {
    if (per_s <= 0 || to <= from) return;
    uint64_t duration_ns = after(0, (to - from) / per_s);
    if (duration_ns > longest_ns) duration_ns = longest_ns;
    if (duration_ns > 0) add_piece(level, duration_ns, from, to);
}

void load_level_begin(struct load_level *level, const struct load_plan *plan) {
    level->count = 0;
    double now = plan->level;
    if (plan->model == LOAD_USERS) add_rise(level, 0, now, plan->spawn_per_s);
    for (uint32_t i = 0; i < plan->stage_count; i++) {
        const struct load_stage *stage = &plan->stages[i];
        if (stage->duration_ns > 0) {
            add_piece(level, stage->duration_ns, now, stage->level);
        }
        now = stage->level;
    }
    add_piece(level, LOAD_NEVER, now, now);
}

static const struct load_piece *find(const struct load_level *level, uint64_t at_ns) {
    const struct load_piece *piece = level->pieces;
    while (ends(piece) && at_ns >= piece->start_ns + piece->duration_ns) piece++;
    return piece;
}

static double since(const struct load_piece *piece, uint64_t at_ns) {
    return at_ns > piece->start_ns ? seconds(at_ns - piece->start_ns) : 0;
}

void load_level_set(
    struct load_level *level, uint64_t now_ns, double wanted, double per_s) {
    double from = load_level_at(level, now_ns);
    double sum = load_level_sum(level, now_ns);
    level->count = 0;
    add_rise(level, from, wanted, per_s);
    if (level->count == 0) add_piece(level, LOAD_NEVER, wanted, wanted);
    level->pieces[0].start_ns = now_ns;
    level->pieces[0].sum = sum;
    if (ends(&level->pieces[0])) add_piece(level, LOAD_NEVER, wanted, wanted);
}

double load_level_at(const struct load_level *level, uint64_t at_ns) {
    const struct load_piece *piece = find(level, at_ns);
    return piece_at(piece, since(piece, at_ns));
}

double load_level_sum(const struct load_level *level, uint64_t at_ns) {
    const struct load_piece *piece = find(level, at_ns);
    return piece_sum(piece, since(piece, at_ns));
}

/* After how many seconds a piece has brought that much: from*t + slope*t^2/2, solved in
 * the form that loses no digits when the slope is small. */
static double solve(const struct load_piece *piece, double wanted) {
    double under = piece->from * piece->from + 2 * slope(piece) * wanted;
    double bottom = piece->from + sqrt(under > 0 ? under : 0);
    return bottom > 0 ? 2 * wanted / bottom : (double)INFINITY;
}

uint64_t load_level_when(const struct load_level *level, double sum) {
    const struct load_piece *piece = level->pieces;
    while (ends(piece) && piece[1].sum < sum) piece++;
    if (sum <= piece->sum) return piece->start_ns;
    return after(piece->start_ns, solve(piece, sum - piece->sum));
}

uint64_t load_level_start(
    const struct load_level *level, const struct load_plan *plan, uint64_t index) {
    double before = (double)index * plan->shards + plan->shard;
    return load_level_when(level, before + 1.0 / 2);
}

uint64_t load_level_users(
    const struct load_level *level, uint64_t at_ns, uint64_t *next_ns) {
    const struct load_piece *piece = find(level, at_ns);
    double now = piece_at(piece, since(piece, at_ns));
    double change = slope(piece);
    uint64_t end_ns = ends(piece) ? piece->start_ns + piece->duration_ns : LOAD_NEVER;
    double users =
        change > 0 ? fmin(floor(now + slack) + 1, ceil(piece->to)) : ceil(now - slack);
    *next_ns = end_ns;
    if (change > 0 || change < 0) {
        double turn = change > 0 ? users : users - 1;
        uint64_t turn_ns = after(piece->start_ns, (turn - piece->from) / change);
        if (turn_ns < end_ns) *next_ns = turn_ns;
    }
    /* A change that rounding puts before now is still to come. */
    if (*next_ns <= at_ns) *next_ns = at_ns + NS_PER_US;
    return users > 0 ? (uint64_t)users : 0;
}

uint64_t load_level_connections(const struct load_plan *plan) {
    if (plan->model != LOAD_USERS) {
        return load_plan_share(plan, plan->connections_max);
    }
    double most = plan->level;
    for (uint32_t i = 0; i < plan->stage_count; i++) {
        if (plan->stages[i].level > most) most = plan->stages[i].level;
    }
    return load_plan_share(plan, units_whole(most));
}
