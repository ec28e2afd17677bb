/* SPDX-License-Identifier: MIT */
#include "report/status_judge.h"

#include "base/text.h"

enum { HTTP_UNAUTHORIZED = 401, HTTP_FORBIDDEN = 403, NAMED_MAX = 4 };

/* From good to bad; what has not answered yet is worse than degraded, as nobody knows. */
static unsigned badness(enum part_status status) {
    switch (status) {
    case PART_OK: return 0;
    case PART_DEGRADED: return 1;
    case PART_UNKNOWN: return 2;
    case PART_BAD: return 3;
    case PART_SILENT: return 4;
    }
    return 2;
}

bool status_of_kind(
    const struct state *state, enum part_kind kind, enum part_status *status) {
    bool found = false;
    for (uint32_t i = 0; i < state->part_count; i++) {
        const struct part *part = &state->parts[i];
        if (part->kind != kind) continue;
        enum part_status other = (enum part_status)part->status;
        if (!found || badness(other) > badness(*status)) *status = other;
        found = true;
    }
    return found;
}

/* Nobody rolls anything out most of the time: no controller is no fault. */
static unsigned part_badness(const struct part *part) {
    bool idle = part->kind == PART_ROLLOUT && part->status == PART_UNKNOWN;
    return idle ? badness(PART_OK) : badness((enum part_status)part->status);
}

/* What the agent itself answers, as opposed to what stands around it. */
static bool is_agent_part(const struct part *part) {
    return part->kind == PART_HEALTH || part->kind == PART_READY ||
           part->kind == PART_METRICS || part->kind == PART_ERRORS;
}

static bool is_refused(const struct part *part) {
    return part->http_status == HTTP_UNAUTHORIZED ||
           part->http_status == HTTP_FORBIDDEN;
}

/* Whether any instance of the agent let us in. `refused`: one answered, but did not. */
static bool agent_reached(const struct state *state, bool *asked, bool *refused) {
    *asked = false;
    *refused = false;
    for (uint32_t i = 0; i < state->part_count; i++) {
        const struct part *part = &state->parts[i];
        if (!is_agent_part(part)) continue;
        *asked = true;
        if (part->answered_ns == 0) continue;
        if (!is_refused(part)) return true;
        *refused = true;
    }
    return false;
}

/* "redis: connection refused; worker worker-1: silent; and 3 more" */
static void name_parts(
    const struct state *state, unsigned least, unsigned most, struct text *reason) {
    unsigned count = 0;
    for (uint32_t i = 0; i < state->part_count; i++) {
        const struct part *part = &state->parts[i];
        unsigned bad = part_badness(part);
        if (bad < least || bad > most || count++ >= NAMED_MAX) continue;
        if (reason->length > 0) text_add(reason, "; ");
        const char *kind = part_kind_name((enum part_kind)part->kind);
        text_add(reason, kind);
        if (!slice_equals(slice_of(part->name), kind)) {
            text_addf(reason, " %s", part->name);
        }
        text_addf(reason, " is %s", part_status_name((enum part_status)part->status));
        if (part->detail[0]) text_addf(reason, ": %s", part->detail);
    }
    if (count > NAMED_MAX) text_addf(reason, "; and %u more", count - NAMED_MAX);
}

static unsigned worst(const struct state *state) {
    unsigned most = 0;
    for (uint32_t i = 0; i < state->part_count; i++) {
        unsigned bad = part_badness(&state->parts[i]);
        if (bad > most) most = bad;
    }
    return most;
}

static void decide(
    struct status_judgement *judgement, enum verdict verdict, struct text *reason,
    const char *otherwise) {
    judgement->verdict = verdict;
    judgement->code = verdict_exit_code(verdict);
    if (reason->length == 0) text_add(reason, otherwise);
}

struct status_judgement status_judge(
    const struct state *state, bool fail_on_degraded, bool fail_on_inconclusive) {
    struct status_judgement judgement = {0};
    struct text reason = TEXT_IN(judgement.reason);
    bool asked = false;
    bool refused = false;
    bool reached = agent_reached(state, &asked, &refused);
    enum verdict unclear = fail_on_inconclusive ? VERDICT_FAIL : VERDICT_INCONCLUSIVE;
    unsigned bad = worst(state);
    judgement.degraded = bad >= badness(PART_DEGRADED);
    if (asked && !reached) {
        if (refused) text_add(&reason, "not authorised: ");
        name_parts(state, badness(PART_UNKNOWN), badness(PART_SILENT), &reason);
        decide(&judgement, VERDICT_ERROR, &reason, "the agent does not answer");
    } else if (bad >= badness(PART_BAD)) {
        name_parts(state, badness(PART_BAD), badness(PART_SILENT), &reason);
        decide(&judgement, VERDICT_FAIL, &reason, "");
    } else if (!asked) {
        decide(&judgement, unclear, &reason, "there is nothing to ask the agent");
    } else if (bad == badness(PART_UNKNOWN)) {
        name_parts(state, badness(PART_UNKNOWN), badness(PART_UNKNOWN), &reason);
        decide(&judgement, unclear, &reason, "");
    } else if (bad == badness(PART_DEGRADED)) {
        name_parts(state, badness(PART_DEGRADED), badness(PART_DEGRADED), &reason);
        decide(&judgement, fail_on_degraded ? VERDICT_FAIL : VERDICT_PASS, &reason, "");
    } else {
        decide(&judgement, VERDICT_PASS, &reason, "every part answers and is well");
    }
    return judgement;
}
