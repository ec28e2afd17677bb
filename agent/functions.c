/* SPDX-License-Identifier: MIT */
#include "agent/functions.h"

#include <math.h>
#include <stdint.h>

#include "base/panic.h"

static const struct {
    const char *name;
    uint8_t least, most;
} functions[] = {
#define X(id, name, least, most) [id] = {(name), (least), (most)}
    FUNCTIONS(X)
#undef X
};

bool function_find(struct slice name, enum function *function) {
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (!slice_equals(name, functions[i].name)) continue;
        *function = (enum function)i;
        return true;
    }
    return false;
}

unsigned function_least(enum function function) {
    return functions[function].least;
}

unsigned function_most(enum function function) {
    return functions[function].most;
}

static double extreme(const double *values, size_t count, bool largest) {
    double found = values[0];
    for (size_t i = 1; i < count; i++) {
        found = largest ? fmax(found, values[i]) : fmin(found, values[i]);
    }
    return found;
}

/* The logarithm of zero is no number at all here, rather than minus infinity. */
static double logarithm_operand(double value) {
    return value > 0 ? value : (double)NAN;
}

double function_apply(enum function function, const double *values, size_t count) {
    double value = values[0];
    switch (function) {
    case FUNCTION_ABS: return fabs(value);
    case FUNCTION_SQRT: return sqrt(value);
    case FUNCTION_FLOOR: return floor(value);
    case FUNCTION_CEIL: return ceil(value);
    case FUNCTION_ROUND: return round(value);
    case FUNCTION_LN:
    case FUNCTION_LOG: return log(logarithm_operand(value));
    case FUNCTION_LOG10: return log10(logarithm_operand(value));
    case FUNCTION_EXP: return exp(value);
    case FUNCTION_SIN: return sin(value);
    case FUNCTION_COS: return cos(value);
    case FUNCTION_TAN: return tan(value);
    case FUNCTION_POW: return pow(value, values[1]);
    case FUNCTION_MIN: return extreme(values, count, false);
    case FUNCTION_MAX: return extreme(values, count, true);
    case FUNCTION_COUNT: break;
    }
    panic("no function %d", (int)function);
}
