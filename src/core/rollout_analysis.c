/* SPDX-License-Identifier: MIT */
#include "core/rollout_analysis.h"

#include <string.h>

#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "core/rollout_move.h"

void rollout_analysis_init(
    struct rollout_analysis *analysis, const struct rollout_plan *plan,
    const struct rollout_plan *asked, bool known_assignment) {
    memset(analysis, 0, sizeof *analysis);
    analysis->plan = *plan;
    analysis->asked = *asked;
    analysis->known_assignment = known_assignment;
    analysis->point_every = 1;
    rollout_case_init(&analysis->ran, plan, known_assignment);
    rollout_case_init(&analysis->would, asked, known_assignment);
}

/* Stretches */

/* The one under way; NULL before the first, and when there were too many. */
static struct rollout_stretch *current(struct rollout_analysis *analysis) {
    if (analysis->stretch_count == 0 || analysis->stretches_left_out > 0) return NULL;
    return &analysis->stretches[analysis->stretch_count - 1];
}

static void begin_stretch(
    struct rollout_analysis *analysis, const struct rollout_input *input) {
    if (input->step.weight_bp == 0) return;
    if (analysis->stretch_count == ROLLOUT_STRETCHES_MAX) {
        analysis->stretches_left_out++;
        return;
    }
    analysis->stretches[analysis->stretch_count++] = (struct rollout_stretch){
        .step = analysis->last.step,
        .weight_bp = input->step.weight_bp,
        .from_ms = input->at_ms,
        .until_ms = input->at_ms,
    };
}

static const struct harm *errors_of(const struct rollout_analysis *analysis) {
    return &analysis->ran.evidence.harms[HARM_ERRORS];
}

static void count(
    struct rollout_analysis *analysis, struct rollout_stretch *stretch, int64_t at_ms) {
    memcpy(stretch->arms, errors_of(analysis)->step, sizeof stretch->arms);
    stretch->until_ms = at_ms;
}

/* How a step has ended when that comes after it. */
static enum rollout_end end_of_phase(enum rollout_phase phase) {
    switch (phase) {
    case ROLLOUT_RAISING:
    case ROLLOUT_FINALIZING:
    case ROLLOUT_DONE: return ROLLOUT_END_UP;
    case ROLLOUT_ROLLING_BACK: return ROLLOUT_END_BACK;
    case ROLLOUT_HOLD: return ROLLOUT_END_HOLD;
    case ROLLOUT_IDLE:
    case ROLLOUT_PREFLIGHT:
    case ROLLOUT_DEPLOYING:
    case ROLLOUT_SMOKE:
    case ROLLOUT_WATCHING:
    case ROLLOUT_ROLLED_BACK:
    case ROLLOUT_STRANDED:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return ROLLOUT_END_NONE;
}

/* What it did */

static enum rollout_end end_of_transition(
    const struct rollout_stretch *stretch,
    const struct rollout_transition *transition) {
    bool is_same =
        transition->phase == ROLLOUT_RAISING && transition->step <= stretch->step;
    return is_same ? ROLLOUT_END_NONE : end_of_phase(transition->phase);
}

static void follow(
    struct rollout_analysis *analysis, const struct rollout_input *input) {
    struct rollout_transition *last = &analysis->last;
    struct rollout_stretch *stretch = current(analysis);
    *last = input->transition;
    safe_text_mend(last->reason, sizeof last->reason);
    safe_text_mend(last->actor, sizeof last->actor);
    if (last->left_out > analysis->left_out) analysis->left_out = last->left_out;
    /* Where the recording is full it may be in a later step by now. */
    if (!stretch || (analysis->is_full && stretch->ran.end == ROLLOUT_END_UP)) return;
    enum rollout_end end = end_of_transition(stretch, last);
    /* A person may go on from whatever it is. */
    bool is_resumed = stretch->ran.end == ROLLOUT_END_HOLD && end == ROLLOUT_END_UP;
    if (!rollout_ending_yields(&stretch->ran, end) && !is_resumed) return;
    bool goes_afterwards = stretch->ran.end == ROLLOUT_END_UP;
    if (goes_afterwards && stretch->ran_then.end != ROLLOUT_END_NONE) return;
    struct rollout_ending *ending =
        goes_afterwards ? &stretch->ran_then : &stretch->ran;
    *ending = (struct rollout_ending){
        .end = end,
        .hold = last->hold,
        .at_ms = input->at_ms,
        .in_step_ms = stretch->ran.in_step_ms,
        .requests = errors_of(analysis)->all[ARM_CANARY].count,
        .evidence = analysis->ran.decision.evidence,
    };
    text_copy_cut(ending->why, sizeof ending->why, last->reason);
    text_copy_cut(ending->actor, sizeof ending->actor, last->actor);
}

/* What the rule would have done */

static enum rollout_end end_of_turn(
    const struct rollout_moment *moment, const struct rollout_turn *turn) {
    return turn->phase == moment->phase ? ROLLOUT_END_NONE : end_of_phase(turn->phase);
}

static void judge(
    struct rollout_analysis *analysis, struct rollout_stretch *stretch,
    struct rollout_moment moment, int64_t at_ms) {
    const struct rollout_sight sight = rollout_case_decide(&analysis->would, &moment);
    const struct rollout_turn turn =
        rollout_moment_turn(&moment, &analysis->asked, &sight);
    enum rollout_end end = end_of_turn(&moment, &turn);
    if (!stretch || !rollout_ending_yields(&stretch->would, end)) return;
    bool goes_afterwards = stretch->would.end == ROLLOUT_END_UP;
    if (goes_afterwards && stretch->then.end != ROLLOUT_END_NONE) return;
    struct rollout_ending *ending = goes_afterwards ? &stretch->then : &stretch->would;
    *ending = (struct rollout_ending){
        .end = end,
        .hold = turn.hold,
        .at_ms = at_ms,
        .in_step_ms = (moment.clock_ns + moment.unclocked_ns) / NS_PER_MS,
        .requests = errors_of(analysis)->all[ARM_CANARY].count,
        .evidence = moment.evidence,
        .actor = ROLLOUT_AUTO,
    };
    const char *why = moment.is_gone && end == ROLLOUT_END_BACK
                          ? "the canary did not answer any more"
                          : analysis->would.decision.why;
    text_copy_cut(ending->why, sizeof ending->why, why);
}

/* The series: every second point goes when it is full,
 * so that it always spans it all. */
static void add_point(
    struct rollout_analysis *analysis, const struct rollout_point *point) {
    if (analysis->since_point++ % analysis->point_every != 0) return;
    if (analysis->point_count == ROLLOUT_POINTS_MAX) {
        for (size_t i = 0; i < ROLLOUT_POINTS_MAX / 2; i++) {
            analysis->points[i] = analysis->points[2 * i];
        }
        analysis->point_count /= 2;
        analysis->point_every *= 2;
    }
    analysis->points[analysis->point_count++] = *point;
}

static bool decide(
    struct rollout_analysis *analysis, const struct rollout_input *input) {
    struct rollout_moment again = input->moment;
    struct rollout_stretch *stretch = current(analysis);
    if (again.step >= analysis->plan.step_count) return false;
    rollout_case_decide(&analysis->ran, &again);
    analysis->moments++;
    bool is_same = again.decision == input->moment.decision &&
                   again.evidence == input->moment.evidence;
    if (!is_same) analysis->differing++;
    if (stretch) {
        count(analysis, stretch, input->at_ms);
        stretch->ran.in_step_ms = (again.clock_ns + again.unclocked_ns) / NS_PER_MS;
    }
    judge(analysis, stretch, input->moment, input->at_ms);
    if (!stretch) return true;
    const struct rollout_point point = {
        .at_ms = input->at_ms,
        .requests = errors_of(analysis)->all[ARM_CANARY].count,
        .ran = input->moment.evidence,
        .would = analysis->would.decision.evidence,
    };
    add_point(analysis, &point);
    return true;
}

bool rollout_analysis_take(
    struct rollout_analysis *analysis, const struct rollout_input *input) {
    if (analysis->first_ms == 0) analysis->first_ms = input->at_ms;
    analysis->last_ms = input->at_ms;
    rollout_case_take(&analysis->ran, input);
    rollout_case_take(&analysis->would, input);
    switch (input->kind) {
    case ROLLOUT_INPUT_OUTCOME:
    case ROLLOUT_INPUT_COUNTS: analysis->outcomes++; break;
    case ROLLOUT_INPUT_STEP: begin_stretch(analysis, input); break;
    case ROLLOUT_INPUT_MOMENT: return decide(analysis, input);
    case ROLLOUT_INPUT_TRANSITION: follow(analysis, input); break;
    case ROLLOUT_INPUT_GAP: analysis->has_gap = true; break;
    case ROLLOUT_INPUT_FULL: analysis->is_full = true; break;
    case ROLLOUT_INPUT_FORGET:
    case ROLLOUT_INPUT_START_OVER:
    case ROLLOUT_INPUT_OVERDUE:
    case ROLLOUT_INPUT_KIND_COUNT: break;
    }
    return true;
}

/* The whole */

static bool is_back(const struct rollout_stretch *stretch) {
    return stretch->would.end == ROLLOUT_END_BACK ||
           stretch->then.end == ROLLOUT_END_BACK;
}

/* In one of its stretches, if there are several. */
static bool is_promoted(const struct rollout_analysis *analysis, uint32_t step) {
    for (uint32_t i = 0; i < analysis->stretch_count; i++) {
        const struct rollout_stretch *stretch = &analysis->stretches[i];
        if (stretch->step == step && stretch->would.end == ROLLOUT_END_UP) return true;
    }
    return false;
}

enum rollout_end rollout_analysis_end(const struct rollout_analysis *analysis) {
    bool is_up = analysis->stretch_count > 0;
    for (uint32_t i = 0; i < analysis->stretch_count; i++) {
        const struct rollout_stretch *stretch = &analysis->stretches[i];
        if (is_back(stretch)) return ROLLOUT_END_BACK;
        if (!is_promoted(analysis, stretch->step)) is_up = false;
    }
    /* What is not there promotes nothing. */
    bool is_whole = !analysis->is_full && analysis->stretches_left_out == 0;
    return is_up && is_whole ? ROLLOUT_END_UP : ROLLOUT_END_HOLD;
}

enum exit_code rollout_analysis_code(const struct rollout_analysis *analysis) {
    switch (rollout_analysis_end(analysis)) {
    case ROLLOUT_END_UP: return EXIT_CODE_OK;
    case ROLLOUT_END_BACK: return EXIT_CODE_FAILED;
    case ROLLOUT_END_NONE:
    case ROLLOUT_END_HOLD:
    case ROLLOUT_END_COUNT: break;
    }
    return EXIT_CODE_INCONCLUSIVE;
}
