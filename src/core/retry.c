/* SPDX-License-Identifier: MIT */
#include "core/retry.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/scan.h"
#include "base/units.h"

enum {
    STATUS_TIMEOUT = 408,
    STATUS_CONFLICT = 409,
    STATUS_TOO_MANY = 429,
    STATUS_SERVER_ERROR = 500,
    DOUBLINGS_MAX = 20,
};

static const struct retry_policy sdk = {
    .retries_max = 2,
    .base_ns = NS_PER_S / 2,
    .cap_ns = 8 * NS_PER_S,
    .jitter = 0.25,
    .asked_max_ns = 60 * NS_PER_S};

static const struct retry_policy book = {
    .retries_max = 3,
    .base_ns = NS_PER_S,
    .cap_ns = 60 * NS_PER_S,
    .asked_max_ns = 60 * NS_PER_S};

struct retry_policy retry_policy_default(void) {
    return sdk;
}

bool retry_policy_named(const char *name, struct retry_policy *policy) {
    bool is_sdk = strcmp(name, "sdk") == 0;
    if (!is_sdk && strcmp(name, "book") != 0) return false;
    *policy = is_sdk ? sdk : book;
    return true;
}

static bool is_worth_it(const struct retry_failure *failure) {
    if (failure->should_retry) {
        if (strcmp(failure->should_retry, "true") == 0) return true;
        if (strcmp(failure->should_retry, "false") == 0) return false;
    }
    if (failure->final) return false;
    switch (failure->status) {
    case 0:
    case STATUS_TIMEOUT:
    case STATUS_CONFLICT:
    case STATUS_TOO_MANY: return true;
    default: return failure->status >= STATUS_SERVER_ERROR;
    }
}

/* Plain digits with an optional fraction; the header of a stranger is no place for
 * anything else. So many digits that they mean infinity are just a long time. */
static bool parse_number(const char *from, double *number) {
    size_t length = strspn(from, "0123456789.");
    if (length == 0 || from[length] != '\0') return false;
    char *end = NULL;
    *number = strtod(from, &end);
    return *end == '\0';
}

/* "Wed, 21 Oct 2026 07:28:00 GMT" */
static bool parse_date(const char *from, int64_t *wall_ms) {
    struct tm date = {0};
    const char *end = strptime(from, "%a, %d %b %Y %H:%M:%S GMT", &date);
    if (!end || *end != '\0') return false;
    *wall_ms = (int64_t)timegm(&date) * 1000;
    return true;
}

static bool asked_s(const struct retry_failure *failure, double *seconds) {
    int64_t until_ms = 0;
    if (failure->retry_after_ms && parse_number(failure->retry_after_ms, seconds)) {
        *seconds /= 1000;
        return true;
    }
    if (!failure->retry_after) return false;
    if (parse_number(failure->retry_after, seconds)) return true;
    if (!parse_date(failure->retry_after, &until_ms)) return false;
    *seconds = (double)(until_ms - failure->wall_ms) / 1000;
    return true;
}

bool retry_asked_ns(const struct retry_failure *failure, uint64_t *wait_ns) {
    static const double longest_s = 86400.0 * 365;
    double seconds = 0;
    if (!asked_s(failure, &seconds) || seconds < 0) return false;
    if (seconds > longest_s) seconds = longest_s;
    *wait_ns = (uint64_t)(seconds * (double)NS_PER_S);
    return true;
}

bool retry_again(
    const struct retry_policy *policy, const struct retry_failure *failure,
    uint32_t failures, double chance, uint64_t *wait_ns) {
    if (failures > policy->retries_max || !is_worth_it(failure)) return false;

    uint64_t asked_ns = 0;
    if (retry_asked_ns(failure, &asked_ns) && asked_ns > 0 &&
        asked_ns <= policy->asked_max_ns) {
        *wait_ns = asked_ns;
        return true;
    }
    uint32_t doublings = failures > 0 ? failures - 1 : 0;
    if (doublings > DOUBLINGS_MAX) doublings = DOUBLINGS_MAX;
    uint64_t full_ns = policy->base_ns << doublings;
    if (full_ns > policy->cap_ns) full_ns = policy->cap_ns;
    *wait_ns = (uint64_t)((double)full_ns * (1 - policy->jitter * chance));
    return true;
}
