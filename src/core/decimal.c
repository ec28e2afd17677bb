/* SPDX-License-Identifier: MIT */
#include "core/decimal.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGITS_EXACT = 19,     /* any number of so many digits fits 64 bits */
    DOUBLE_POWER_MAX = 22, /* 10^22 is exact in a double */
    LONG_POWER_MAX = 27,   /* 10^27 is exact in a long double of 64 bits */
    EXPONENT_MAX = 100000, /* far past infinity; keeps the sum from overflowing */
};

#define DOUBLE_EXACT_MAX (UINT64_C(1) << 53)

/* What the text says before it is a double: digits * 10^exponent. */
struct decimal {
    bool negative;
    bool inexact; /* more digits than `digits` holds */
    uint64_t digits;
    int32_t exponent;
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Digits from `at` on; those that no longer fit are counted into the exponent. */
static const char *take_digits(
    const char *at, const char *end, struct decimal *decimal, uint32_t *significant) {
    for (; at < end && is_digit(*at); at++) {
        if (*significant == DIGITS_EXACT) {
            decimal->inexact = true;
            decimal->exponent++;
            continue;
        }
        decimal->digits = decimal->digits * 10 + (uint64_t)(*at - '0');
        if (decimal->digits > 0) ++*significant;
    }
    return at;
}

static const char *take_exponent(
    const char *at, const char *end, struct decimal *decimal) {
    const char *digit = at + 1;
    bool negative = digit < end && *digit == '-';
    if (digit < end && (*digit == '-' || *digit == '+')) digit++;
    if (digit == end || !is_digit(*digit)) return at;

    int32_t exponent = 0;
    for (; digit < end && is_digit(*digit); digit++) {
        if (exponent < EXPONENT_MAX) exponent = exponent * 10 + (*digit - '0');
    }
    decimal->exponent += negative ? -exponent : exponent;
    return digit;
}

/* Sign, digits, point, digits, exponent; NULL when there is no digit. */
static const char *take_parts(
    const char *at, const char *end, struct decimal *decimal) {
    if (at < end && (*at == '-' || *at == '+')) decimal->negative = *at++ == '-';

    uint32_t significant = 0;
    const char *digits = at;
    at = take_digits(at, end, decimal, &significant);
    size_t digit_count = (size_t)(at - digits);
    if (at < end && *at == '.') {
        const char *fraction = ++at;
        at = take_digits(at, end, decimal, &significant);
        digit_count += (size_t)(at - fraction);
        decimal->exponent -= (int32_t)(at - fraction);
    }
    if (digit_count == 0) return NULL;
    if (at < end && (*at == 'e' || *at == 'E')) at = take_exponent(at, end, decimal);
    return at;
}

/* Both factors exact: one operation, correctly rounded. */
static bool convert_in_double(const struct decimal *decimal, double *value) {
    static const double powers[DOUBLE_POWER_MAX + 1] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    };
    if (decimal->digits > DOUBLE_EXACT_MAX) return false;
    if (decimal->exponent < -DOUBLE_POWER_MAX || decimal->exponent > DOUBLE_POWER_MAX) {
        return false;
    }
    double digits = (double)decimal->digits;
    *value = decimal->exponent < 0 ? digits / powers[-decimal->exponent]
                                   : digits * powers[decimal->exponent];
    return true;
}

#if LDBL_MANT_DIG == 64

/* The same with 64 bits of precision, then rounded once more to 53. The second rounding
 * can only go wrong next to the middle between two doubles: not answered then. */
static bool convert_in_long_double(const struct decimal *decimal, double *value) {
    static const long double powers[LONG_POWER_MAX + 1] = {
        1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
        1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
        1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L,
    };
    enum { LOW_BITS = 0x7FF, MIDDLE = 0x400 };
    if (decimal->exponent < -LONG_POWER_MAX || decimal->exponent > LONG_POWER_MAX) {
        return false;
    }
    long double digits = (long double)decimal->digits;
    long double wide = decimal->exponent < 0 ? digits / powers[-decimal->exponent]
                                             : digits * powers[decimal->exponent];
    uint64_t mantissa;
    memcpy(&mantissa, &wide, sizeof mantissa);
    uint64_t low = mantissa & LOW_BITS;
    if (low >= MIDDLE - 1 && low <= MIDDLE + 1) return false;
    *value = (double)wide;
    return true;
}

#else

static bool convert_in_long_double(const struct decimal *decimal, double *value) {
    (void)decimal;
    (void)value;
    return false;
}

#endif

/* What is rare goes to the C library, which wants a terminated string. */
static bool convert_in_libc(const char *from, const char *end, double *value) {
    char copy[DECIMAL_LENGTH_MAX + 1];
    size_t length = (size_t)(end - from);
    if (length > DECIMAL_LENGTH_MAX) return false;
    memcpy(copy, from, length);
    copy[length] = '\0';
    *value = strtod(copy, NULL);
    return true;
}

bool decimal_take(struct scan *scan, double *value) {
    struct decimal decimal = {0};
    const char *end = take_parts(scan->at, scan->end, &decimal);
    if (!end) return false;

    bool exact = !decimal.inexact && (convert_in_double(&decimal, value) ||
                                      convert_in_long_double(&decimal, value));
    if (exact) {
        if (decimal.negative) *value = -*value;
    } else if (!convert_in_libc(scan->at, end, value)) {
        return false;
    }
    scan->at = end;
    return true;
}
