/* What can be learnt from the metrics of an agent service, whatever it calls them. */
/* SPDX-License-Identifier: MIT */
#pragma once

enum meaning_kind {
    MEANING_COUNTER,
    MEANING_SUM,       /* a gauge: instances and label sets add up */
    MEANING_WORST,     /* a gauge: the highest one counts */
    MEANING_HISTOGRAM, /* or a summary; seconds */
    MEANING_TEXT,      /* the value is in a label */
};

/* clang-format off */
/*    id                     kind               what it is */
#define MEANINGS(X) \
    X(MEANING_REQUESTS,      MEANING_COUNTER,   "requests") \
    X(MEANING_FAILED,        MEANING_COUNTER,   "requests that failed") \
    X(MEANING_ERRORS,        MEANING_COUNTER,   "errors, counted apart from requests") \
    X(MEANING_UNDECIDED,     MEANING_COUNTER,   "requests whose end says nothing of the version") \
    X(MEANING_TOKENS,        MEANING_COUNTER,   "tokens in and out") \
    X(MEANING_COST,          MEANING_COUNTER,   "dollars spent") \
    X(MEANING_MODEL_CALLS,   MEANING_COUNTER,   "calls of the model") \
    X(MEANING_RETRIES,       MEANING_COUNTER,   "retries of calls of the model") \
    X(MEANING_THROTTLED,     MEANING_COUNTER,   "calls that were throttled") \
    X(MEANING_TOOL_CALLS,    MEANING_COUNTER,   "calls of tools") \
    X(MEANING_TOOL_FAILED,   MEANING_COUNTER,   "calls of tools that failed") \
    X(MEANING_CACHE_LOOKUPS, MEANING_COUNTER,   "lookups in a cache") \
    X(MEANING_CACHE_HITS,    MEANING_COUNTER,   "lookups that hit") \
    X(MEANING_CPU_SECONDS,   MEANING_COUNTER,   "processor time") \
    X(MEANING_IN_FLIGHT,     MEANING_SUM,       "requests being worked on") \
    X(MEANING_QUEUE_WAITING, MEANING_SUM,       "requests or jobs that wait") \
    X(MEANING_WORKERS,       MEANING_SUM,       "workers") \
    X(MEANING_RPS,           MEANING_SUM,       "requests per second, as told") \
    X(MEANING_MEMORY,        MEANING_SUM,       "resident memory") \
    X(MEANING_FDS,           MEANING_SUM,       "open descriptors") \
    X(MEANING_FDS_MAX,       MEANING_SUM,       "most descriptors") \
    X(MEANING_ERROR_RATIO,   MEANING_WORST,     "share of failed requests, as told") \
    X(MEANING_BREAKER,       MEANING_WORST,     "an open circuit breaker") \
    X(MEANING_START_TIME,    MEANING_WORST,     "when the process started, unix seconds") \
    X(MEANING_LATENCY,       MEANING_HISTOGRAM, "a request from end to end") \
    X(MEANING_UPSTREAM,      MEANING_HISTOGRAM, "a call of the model") \
    X(MEANING_TTFT,          MEANING_HISTOGRAM, "time to first token") \
    X(MEANING_VERSION,       MEANING_TEXT,      "version of the service")
/* clang-format on */

enum meaning {
#define X(id, kind, words) id,
    MEANINGS(X)
#undef X
        MEANING_COUNT
};

enum meaning_kind meaning_kind(enum meaning meaning);
