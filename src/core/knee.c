/* SPDX-License-Identifier: MIT */
#include "core/knee.h"

#include <math.h>

#include "base/panic.h"

#define PRECISION 0.05

void knee_init(struct knee *knee, double start, double least, double most) {
    ensure(least > 0 && least <= most);
    *knee = (struct knee){
        .least = least,
        .most = most,
        .precision = PRECISION,
        .rate = fmin(fmax(start, least), most),
        .steps_most = KNEE_STEPS_MAX,
    };
}

static bool finish(struct knee *knee, enum knee_end end) {
    knee->end = end;
    return false;
}

static bool is_near(const struct knee *knee) {
    bool between = knee->kept > 0 && knee->broken > 0;
    return between && knee->broken - knee->kept <= knee->precision * knee->kept;
}

/* A rate is a ratio: the middle of 100 and 400 is 200. */
static double next_rate(const struct knee *knee) {
    if (!(knee->broken > 0)) return fmin(knee->kept * 2, knee->most);
    if (!(knee->kept > 0)) return fmax(knee->broken / 2, knee->least);
    return sqrt(knee->kept * knee->broken);
}

bool knee_on_step(struct knee *knee, enum verdict verdict) {
    knee->steps++;
    if (verdict == VERDICT_PASS) {
        knee->kept = knee->rate;
        if (knee->rate >= knee->most) return finish(knee, KNEE_ABOVE);
    } else if (verdict == VERDICT_FAIL) {
        knee->broken = knee->rate;
        if (knee->rate <= knee->least) return finish(knee, KNEE_BELOW);
    } else {
        return finish(knee, KNEE_LIMITED);
    }
    if (is_near(knee)) return finish(knee, KNEE_FOUND);
    if (knee->steps == knee->steps_most) {
        bool between = knee->kept > 0 && knee->broken > 0;
        return finish(knee, between ? KNEE_FOUND : KNEE_LIMITED);
    }
    knee->rate = next_rate(knee);
    return true;
}

const char *knee_end_words(enum knee_end end) {
    switch (end) {
    case KNEE_SEARCHES: return "still searching";
    case KNEE_FOUND: return "found";
    case KNEE_ABOVE: return "above the highest rate that was tried";
    case KNEE_BELOW: return "below the lowest rate that was tried";
    case KNEE_LIMITED: break;
    }
    return "not found: a step said nothing";
}
