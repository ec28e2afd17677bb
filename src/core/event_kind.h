/* What may happen: one row per kind of event. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* clang-format off */
/*    id               name        payload */
#define EVENT_KINDS(X) \
    X(EVENT_SESSION,   "session",  session)   /* a watch over a target begins */ \
    X(EVENT_PART,      "part",     part)      /* the outcome of one poll of one part */ \
    X(EVENT_VALUES,    "values",   values)    /* metrics of one track, or of the target */ \
    X(EVENT_HEAT,      "heat",     heat)      /* how many requests took how long */ \
    X(EVENT_ERRORS,    "errors",   errors)    /* the whole table of errors */ \
    X(EVENT_NOTE,      "note",     note)      /* a line for the timeline */ \
    X(EVENT_RUN,       "run",      run_status) /* a run starts, goes on, ends */ \
    X(EVENT_CHECK,     "check",    check)     /* one check of a smoke run */ \
    X(EVENT_ARMED,     "armed",    armed)     /* the operator armed or disarmed */ \
    X(EVENT_SPLIT,     "split",    split)     /* the traffic split was read */ \
    X(EVENT_ROLLOUT,   "rollout",  rollout)   /* what a controller publishes */ \
    X(EVENT_VERSIONS,  "versions", versions)  /* a track's version or instances changed */ \
    X(EVENT_KEYFRAME,  "keyframe", keyframe)  /* a piece of a state, for scrubbing */ \
    X(EVENT_LOAD,      "load",     load)      /* how a load run goes, each second */ \
    X(EVENT_LOAD_HEAT, "load_heat", load_heat) /* how many of its requests took how long */ \
    X(EVENT_ANSWER,    "answer",   answer)    /* of a rollout's controller to an order */
/* clang-format on */

enum event_kind {
#define X(id, name, payload) id,
    EVENT_KINDS(X)
#undef X
        EVENT_KIND_COUNT
};

const char *event_kind_name(enum event_kind kind);
