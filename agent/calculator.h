/* The calculate tool: arithmetic in bounded time and memory, without recursion. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/scan.h"
#include "base/text.h"

enum {
    CALCULATOR_EXPRESSION_MAX = 1024, /* bytes */
    CALCULATOR_DEPTH_MAX = 128,       /* values, and operators, that wait */
    CALCULATOR_OPERATIONS_MAX = 512,
};

/* Additive + -, then * / %, then unary - +, then ^ or ** (right associative, so that
 * -2^2 is -4). Names: pi, e and the functions of the table in calculator.c; log is the
 * natural logarithm. The sign of a % b is that of a. */
bool calculator_evaluate(struct slice expression, double *value, struct error *err);

/* The number as people write it ("4", "0.1"), or, with false, a text that begins with
 * "error" and names the position. */
bool calculator_answer(struct slice expression, struct text *answer);
