/* The functions that the calculator knows:
 * names, how many arguments, what they give. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/scan.h"

enum { FUNCTION_ARGUMENTS_MAX = 32 };

/* clang-format off */
/*    id              name     least  most arguments */
#define FUNCTIONS(X) \
    X(FUNCTION_ABS,   "abs",   1, 1), \
    X(FUNCTION_SQRT,  "sqrt",  1, 1), \
    X(FUNCTION_FLOOR, "floor", 1, 1), \
    X(FUNCTION_CEIL,  "ceil",  1, 1), \
    X(FUNCTION_ROUND, "round", 1, 1), \
    X(FUNCTION_LN,    "ln",    1, 1), \
    X(FUNCTION_LOG,   "log",   1, 1), \
    X(FUNCTION_LOG10, "log10", 1, 1), \
    X(FUNCTION_EXP,   "exp",   1, 1), \
    X(FUNCTION_SIN,   "sin",   1, 1), \
    X(FUNCTION_COS,   "cos",   1, 1), \
    X(FUNCTION_TAN,   "tan",   1, 1), \
    X(FUNCTION_POW,   "pow",   2, 2), \
    X(FUNCTION_MIN,   "min",   1, FUNCTION_ARGUMENTS_MAX), \
    X(FUNCTION_MAX,   "max",   1, FUNCTION_ARGUMENTS_MAX)
/* clang-format on */

enum function {
#define X(id, name, least, most) id
    FUNCTIONS(X),
#undef X
    FUNCTION_COUNT
};

bool function_find(struct slice name, enum function *function);
unsigned function_least(enum function function);
unsigned function_most(enum function function);

/* NaN outside of the function's domain, an infinity when the result is out of range. */
double function_apply(enum function function, const double *values, size_t count);
