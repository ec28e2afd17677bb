/* SPDX-License-Identifier: MIT */
#include "core/smoke_result.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static void count(struct smoke_result *result, const struct smoke_check *check) {
    if (!check->done) {
        result->not_run++;
        return;
    }
    switch (check->verdict) {
    case VERDICT_PASS:
        result->passed++;
        if (check->flaky) result->flaky++;
        if (check->degraded) result->degraded++;
        break;
    case VERDICT_FAIL: result->failed++; break;
    case VERDICT_INCONCLUSIVE: result->inconclusive++; break;
    case VERDICT_ERROR: result->errors++; break;
    case VERDICT_COUNT: break;
    }
}

static const struct smoke_check *worst(const struct smoke_result *result) {
    const struct smoke_check *found = NULL;
    for (uint32_t i = 0; i < result->count; i++) {
        const struct smoke_check *check = &result->checks[i];
        if (!check->done || check->verdict == VERDICT_PASS) continue;
        if (!found ||
            (check->verdict != found->verdict &&
             verdict_worse(found->verdict, check->verdict) == check->verdict)) {
            found = check;
        }
    }
    return found;
}

static void say(struct smoke_result *result, const struct smoke_check *why) {
    struct text text = TEXT_IN(result->reason);
    if (why && result->end == SMOKE_UNREACHED) {
        text_add(&text, why->detail);
    } else if (why) {
        text_addf(&text, "%s: %s", why->name, why->detail);
    } else if (result->not_run > 0) {
        text_addf(&text, "%u checks were not run", result->not_run);
    } else if (result->count == 0) {
        text_add(&text, "there was nothing to check");
    } else {
        text_addf(&text, "all %u checks passed", result->passed);
    }
}

void smoke_result_conclude(struct smoke_result *result) {
    result->passed = result->failed = result->inconclusive = result->errors = 0;
    result->not_run = result->flaky = result->degraded = 0;
    for (uint32_t i = 0; i < result->count; i++) count(result, &result->checks[i]);

    const struct smoke_check *why = worst(result);
    result->verdict = why ? why->verdict : VERDICT_PASS;
    /* What was not looked at is not green. */
    if (result->not_run > 0 || result->count == 0) {
        result->verdict = verdict_worse(result->verdict, VERDICT_INCONCLUSIVE);
    }
    if (result->end == SMOKE_UNREACHED) result->verdict = VERDICT_ERROR;
    say(result, why);
}

const char *smoke_end_name(enum smoke_end end) {
    static const char *const names[] = {
        [SMOKE_COMPLETE] = "complete",
        [SMOKE_UNREACHED] = "unreached",
        [SMOKE_CUT] = "cut",
        [SMOKE_TIMED_OUT] = "timed_out",
        [SMOKE_STOPPED] = "interrupted",
    };
    return names[end];
}
