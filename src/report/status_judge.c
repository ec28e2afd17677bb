/* SPDX-License-Identifier: MIT */
#include "report/status_judge.h"

#include "base/text.h"
#include "base/units.h"

enum { HTTP_UNAUTHORIZED = 401, HTTP_FORBIDDEN = 403, NAMED_MAX = 4 };

/* From good to bad; what has not answered yet
 * is worse than degraded, as nobody knows. */
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

static unsigned status_badness(const struct part *part) {
    return badness((enum part_status)part->status);
}

const struct part *status_worst(
    const struct state *state, enum part_kind kind, uint8_t track) {
    const struct part *worst = NULL;
    for (uint32_t i = 0; i < state->part_count; i++) {
        const struct part *part = &state->parts[i];
        if (part->kind != kind) continue;
        if (track != STATE_TRACK_NONE && part->track != track) continue;
        if (!worst || status_badness(part) > status_badness(worst)) worst = part;
    }
    return worst;
}

const char *status_word(const struct part *part) {
    if (!part) return "n/a";
    if (part_is_awaited(part) && part->polled_ns == 0) return "not asked";
    return part_status_name((enum part_status)part->status);
}

static void settle_part(struct part *part, uint64_t now_ns) {
    struct text detail = TEXT_IN(part->detail);
    if (part->polled_ns == 0) {
        text_add(&detail, "the look ended first");
        return;
    }
    part->status = PART_SILENT;
    part->failures = 1;
    text_add(&detail, "no answer after ");
    units_add_duration(
        &detail, now_ns > part->polled_ns ? now_ns - part->polled_ns : 0);
}

void status_settle(struct state *state, uint64_t now_ns) {
    for (uint32_t i = 0; i < state->part_count; i++) {
        struct part *part = &state->parts[i];
        if (part_is_awaited(part)) settle_part(part, now_ns);
    }
}

/* Nobody rolls anything out most of the time: no controller is no fault. */
static unsigned part_badness(const struct part *part) {
    bool idle = part->kind == PART_ROLLOUT && part->status == PART_UNKNOWN;
    return idle ? badness(PART_OK) : status_badness(part);
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

/* What came of asking the instances of the agent. */
struct encounter {
    bool configured; /* there is something to ask */
    bool asked;
    bool reached; /* one let us in */
    bool refused; /* one answered, but did not let us in */
};

static struct encounter meet_agent(const struct state *state) {
    struct encounter agent = {0};
    for (uint32_t i = 0; i < state->part_count; i++) {
        const struct part *part = &state->parts[i];
        if (!is_agent_part(part)) continue;
        agent.configured = true;
        if (part->polled_ns != 0) agent.asked = true;
        if (part->answered_ns == 0) continue;
        if (is_refused(part)) agent.refused = true;
        if (!is_refused(part)) agent.reached = true;
    }
    return agent;
}

/* That an instance is silent is told by its health, not by everything asked of it. */
static bool told_by_health(const struct state *state, const struct part *part) {
    if (!is_agent_part(part) || part->kind == PART_HEALTH) return false;
    const struct part *health = state_part(state, PART_HEALTH, part->name);
    return health && health->status == PART_SILENT && part->status == PART_SILENT;
}

static void begin_item(struct text *reason) {
    if (reason->length > 0) text_add(reason, "; ");
}

/* "redis: connection refused; worker worker-1: silent; and 3 more" */
static void name_parts(
    const struct state *state, unsigned least, unsigned most, struct text *reason) {
    unsigned count = 0;
    for (uint32_t i = 0; i < state->part_count; i++) {
        const struct part *part = &state->parts[i];
        unsigned bad = part_badness(part);
        if (bad < least || bad > most || told_by_health(state, part)) continue;
        if (count++ >= NAMED_MAX) continue;
        begin_item(reason);
        const char *kind = part_kind_name((enum part_kind)part->kind);
        text_add(reason, kind);
        if (!slice_equals(slice_of(part->name), kind)) {
            text_addf(reason, " %s", part->name);
        }
        text_addf(reason, " is %s", status_word(part));
        if (part->detail[0]) text_addf(reason, ": %s", part->detail);
    }
    if (count > NAMED_MAX) text_addf(reason, "; and %u more", count - NAMED_MAX);
}

static void name_objectives(
    const struct objectives *objectives, enum objective_level least,
    struct text *reason) {
    for (uint32_t i = 0; i < objectives->count; i++) {
        if (objectives->items[i].level < least) continue;
        begin_item(reason);
        objective_add_words(reason, &objectives->items[i]);
    }
}

static enum objective_level worst_level(const struct objectives *objectives) {
    enum objective_level worst = OBJECTIVE_MET;
    for (uint32_t i = 0; i < objectives->count; i++) {
        if (objectives->items[i].level > worst) worst = objectives->items[i].level;
    }
    return worst;
}

static bool has_unjudged(const struct objectives *objectives, enum track track) {
    for (uint32_t i = 0; i < objectives->count; i++) {
        const struct objective *objective = &objectives->items[i];
        bool unjudged = objective->level == OBJECTIVE_UNJUDGED;
        if (unjudged && objective->track == track) return true;
    }
    return false;
}

/* "not judged: stable not enough data (n 73 in 2s), canary no requests in 2s" */
static void name_evidence(
    const struct objectives *objectives, bool wanted, struct text *reason) {
    bool first = true;
    for (unsigned i = 0; i < TRACK_COUNT; i++) {
        const struct evidence *evidence = &objectives->evidence[i];
        bool needed = has_unjudged(objectives, (enum track)i) ||
                      (wanted && i == (unsigned)TRACK_STABLE);
        if (!needed || evidence->kind == EVIDENCE_ENOUGH) continue;
        if (first) begin_item(reason);
        text_addf(
            reason, "%s%s ", first ? "requests not judged: " : ", ",
            track_name((enum track)i));
        evidence_add_words(reason, evidence);
        first = false;
    }
}

static unsigned worst_badness(const struct state *state) {
    unsigned most = 0;
    for (uint32_t i = 0; i < state->part_count; i++) {
        unsigned bad = part_badness(&state->parts[i]);
        if (bad > most) most = bad;
    }
    return most;
}

static bool has_degraded(const struct state *state) {
    for (uint32_t i = 0; i < state->part_count; i++) {
        if (state->parts[i].status == PART_DEGRADED) return true;
    }
    return false;
}

static void decide(
    struct status_judgement *judgement, enum verdict verdict, struct text *reason,
    const char *otherwise) {
    judgement->verdict = verdict;
    judgement->code = verdict_exit_code(verdict);
    if (reason->length == 0) text_add(reason, otherwise);
}

static enum verdict unclear_verdict(const struct status_rules *rules) {
    return rules->fail_on_inconclusive ? VERDICT_FAIL : VERDICT_INCONCLUSIVE;
}

static void name_degraded(
    const struct state *state, const struct objectives *objectives,
    struct text *reason) {
    name_parts(state, badness(PART_DEGRADED), badness(PART_DEGRADED), reason);
    name_objectives(objectives, OBJECTIVE_WARN, reason);
}

/* The agent answers and nothing fails: whether all is known that a pass needs. */
static void decide_known(
    const struct state *state, const struct status_rules *rules,
    struct status_judgement *judgement, struct text *reason) {
    enum verdict unclear = unclear_verdict(rules);
    unsigned bad = worst_badness(state);
    if (bad == badness(PART_UNKNOWN)) {
        name_parts(state, badness(PART_UNKNOWN), badness(PART_UNKNOWN), reason);
        decide(judgement, unclear, reason, "");
    } else if (rules->cut_short) {
        decide(
            judgement, unclear, reason,
            "cut short: not everything was asked twice, as rates need");
    } else if (
        rules->wants_evidence &&
        objectives_lack_evidence(&judgement->objectives, state)) {
        name_evidence(&judgement->objectives, true, reason);
        decide(judgement, unclear, reason, "");
    } else {
        name_degraded(state, &judgement->objectives, reason);
        decide(judgement, VERDICT_PASS, reason, "every part answers and is well");
        name_evidence(&judgement->objectives, false, reason);
    }
}

struct status_judgement status_judge(
    const struct state *state, const struct status_rules *rules) {
    struct status_judgement judgement = {.whole = !rules->cut_short};
    struct text reason = TEXT_IN(judgement.reason);
    struct encounter agent = meet_agent(state);
    unsigned bad = worst_badness(state);
    objectives_judge(state, rules->now_ns, &judgement.objectives);
    enum objective_level missed = worst_level(&judgement.objectives);
    judgement.degraded = bad >= badness(PART_DEGRADED) || missed >= OBJECTIVE_WARN;
    if (agent.asked && !agent.reached) {
        name_parts(state, badness(PART_UNKNOWN), badness(PART_SILENT), &reason);
        if (agent.refused) text_add(&reason, "; not authorised");
        decide(&judgement, VERDICT_ERROR, &reason, "the agent does not answer");
    } else if (bad >= badness(PART_BAD) || missed == OBJECTIVE_FAIL) {
        name_parts(state, badness(PART_BAD), badness(PART_SILENT), &reason);
        name_objectives(&judgement.objectives, OBJECTIVE_FAIL, &reason);
        decide(&judgement, VERDICT_FAIL, &reason, "");
    } else if (
        rules->fail_on_degraded && (has_degraded(state) || missed == OBJECTIVE_WARN)) {
        name_degraded(state, &judgement.objectives, &reason);
        decide(&judgement, VERDICT_FAIL, &reason, "");
    } else if (!agent.configured) {
        decide(
            &judgement, unclear_verdict(rules), &reason,
            "there is nothing to ask the agent");
    } else {
        decide_known(state, rules, &judgement, &reason);
    }
    return judgement;
}
