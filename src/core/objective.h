/* How the requests of the last minute fared: each track against the objectives of the
 * target, the canary against stable. The one judgement behind every face. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/text.h"
#include "core/state.h"

/* What a track can be judged by. Only enough of it, and fresh, makes a judgement. */
enum evidence_kind {
    EVIDENCE_ENOUGH,
    EVIDENCE_FEW,    /* requests */
    EVIDENCE_NONE,   /* not one request */
    EVIDENCE_STALE,  /* the last figures are too old */
    EVIDENCE_ABSENT, /* nobody has counted any yet */
};

struct evidence {
    enum evidence_kind kind;
    float samples; /* requests that were counted */
    float span_ms; /* within that time: a minute, or as much of it as was seen */
    uint64_t age_ns;
};

enum objective_kind {
    OBJECTIVE_P95,
    OBJECTIVE_ERRORS,
    OBJECTIVE_P95_WORSE, /* the canary against stable: a hint, not a decision */
    OBJECTIVE_ERRORS_WORSE,
    OBJECTIVE_KINDS
};

/* From good to bad. */
enum objective_level {
    OBJECTIVE_MET,
    OBJECTIVE_UNJUDGED,
    OBJECTIVE_WARN,
    OBJECTIVE_FAIL
};

struct objective {
    enum objective_kind kind;
    enum track track;
    enum objective_level level;
    bool chance;        /* missed, but so few requests may do that by chance */
    float value, limit; /* NaN where there is none */
    float stable;       /* what the canary is compared with */
    struct evidence evidence;
};

enum { OBJECTIVES_MAX = 6, OBJECTIVE_SAMPLES_MIN = 100, OBJECTIVE_COMPARE_S = 30 };

struct objectives {
    struct evidence evidence[TRACK_COUNT];
    uint32_t count;
    struct objective items[OBJECTIVES_MAX];
};

void objectives_judge(
    const struct state *state, uint64_t now_ns, struct objectives *objectives);

/* Something counts requests or ought to, and no track has enough of them. */
bool objectives_lack_evidence(
    const struct objectives *objectives, const struct state *state);

const char *track_name(enum track track);                     /* "stable" */
const char *objective_level_name(enum objective_level level); /* "INCONCLUSIVE" */
const char *objective_kind_name(enum objective_kind kind);    /* "p95_against_stable" */
enum metric objective_metric(const struct objective *objective);

/* "canary p95 2.22s > SLO 2.00s n 260 in 59s";
 * "p95" for one that is met without more. */
void objective_add_words(struct text *text, const struct objective *objective);

/* "not enough data (n 34 in 8.10s)",
 * "no requests in 59s": why there is no judgement. */
void evidence_add_words(struct text *text, const struct evidence *evidence);
