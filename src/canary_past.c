/* SPDX-License-Identifier: MIT */
#include "canary_past.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "core/rollout_end.h"
#include "history/rollout_last.h"
#include "report/rollout_report.h"

static void tell_steps(const struct rollout *rollout, struct rollout_status *status) {
    const struct rollout_plan *plan = &rollout->plan;
    status->steps = (uint16_t)plan->step_count;
    for (uint32_t i = 0; i < plan->step_count; i++) {
        status->steps_bp[i] = (uint16_t)plan->steps[i].weight_bp;
    }
    status->step = rollout->has_begun ? (uint16_t)(rollout->step + 1) : 0;
    status->wanted_bp = (uint16_t)rollout->wanted_bp;
}

static void tell_nothing_of_traffic(struct rollout_status *status) {
    status->seen = status->harm = status->harm_limit = NAN;
    status->bound = status->bound_limit = status->split_evidence = NAN;
    status->data_age_ms = UINT32_MAX;
    for (int arm = 0; arm < 2; arm++) {
        for (int i = 0; i < 3; i++) {
            status->latency[arm][i] = (struct rollout_latency){NAN, NAN, NAN};
        }
    }
}

static void tell(const struct rollout_last *last, struct rollout_status *status) {
    const struct rollout *rollout = &last->rollout;
    const struct rollout_plan *plan = &rollout->plan;
    *status = (struct rollout_status){
        .known = true,
        .since_ms = last->at_ms,
        .epoch = last->epoch,
        .version = rollout->version,
        .phase = (uint8_t)rollout->phase,
        .hold = (uint8_t)rollout->hold,
        .reached = (uint8_t)rollout_reached(rollout),
        .ended = rollout->ended,
        .finalizing = rollout->finalizing,
    };
    text_copy_cut(status->id, sizeof status->id, plan->id);
    text_copy_cut(status->from, sizeof status->from, plan->from);
    text_copy_cut(status->to, sizeof status->to, plan->to);
    text_copy_cut(status->holder, sizeof status->holder, plan->holder);
    text_copy_cut(status->host, sizeof status->host, plan->host);
    text_copy_cut(status->reason, sizeof status->reason, rollout->reason);
    text_copy_cut(status->actor, sizeof status->actor, rollout_person(rollout));
    tell_steps(rollout, status);
    tell_nothing_of_traffic(status);
}

bool canary_past_read(const char *target, struct rollout_status *status) {
    struct rollout_last *last = memory_new(sizeof *last);
    struct error ignored; /* what cannot be read is not known */
    bool found = rollout_last_read("", target, last, &ignored);
    if (found) tell(last, status);
    free(last);
    return found;
}

enum exit_code canary_past_code(const struct rollout_status *status) {
    return status->ended ? rollout_report_code(status) : EXIT_CODE_PERSON;
}
