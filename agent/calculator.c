/* SPDX-License-Identifier: MIT */
#include "agent/calculator.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/functions.h"
#include "base/panic.h"

/* What waits for its operands. The order of the binary ones is not their precedence. */
enum operation {
    OPERATION_ADD,
    OPERATION_SUBTRACT,
    OPERATION_MULTIPLY,
    OPERATION_DIVIDE,
    OPERATION_REMAINDER,
    OPERATION_NEGATE,
    OPERATION_POWER,
    OPERATION_OPEN,
    OPERATION_CALL,
};

static const uint8_t precedences[] = {
    [OPERATION_ADD] = 1,    [OPERATION_SUBTRACT] = 1,  [OPERATION_MULTIPLY] = 2,
    [OPERATION_DIVIDE] = 2, [OPERATION_REMAINDER] = 2, [OPERATION_NEGATE] = 3,
    [OPERATION_POWER] = 4,  [OPERATION_OPEN] = 0,      [OPERATION_CALL] = 0,
};

struct pending {
    uint8_t operation;
    uint8_t function;  /* of a call */
    uint8_t arguments; /* of a call: how many have begun */
    uint16_t position; /* from 1 */
};

/* Dijkstra's shunting yard: values on one stack, what waits for them on the other. */
struct calculator {
    const char *start;
    struct scan scan;
    double values[CALCULATOR_DEPTH_MAX];
    struct pending pending[CALCULATOR_DEPTH_MAX];
    size_t value_count, pending_count;
    uint32_t operations;
    bool wants_operand; /* a number, name or parenthesis is due */
    struct error *err;
};

static unsigned position_of(const struct calculator *calculator, const char *at) {
    return (unsigned)(at - calculator->start) + 1;
}

static bool fail(const struct calculator *calculator, const char *what, unsigned at) {
    return error_set(calculator->err, ERROR_SYNTAX, "%s at position %u", what, at);
}

static bool fail_here(const struct calculator *calculator, const char *what) {
    return fail(calculator, what, position_of(calculator, calculator->scan.at));
}

static bool push_value(struct calculator *calculator, double value) {
    if (calculator->value_count == CALCULATOR_DEPTH_MAX) {
        return fail_here(calculator, "too deeply nested");
    }
    calculator->values[calculator->value_count++] = value;
    return true;
}

static bool push_pending(struct calculator *calculator, struct pending pending) {
    if (calculator->pending_count == CALCULATOR_DEPTH_MAX) {
        return fail(calculator, "too deeply nested", pending.position);
    }
    if (++calculator->operations > CALCULATOR_OPERATIONS_MAX) {
        return fail(calculator, "too many operations", pending.position);
    }
    calculator->pending[calculator->pending_count++] = pending;
    return true;
}

static struct pending *top(struct calculator *calculator) {
    if (calculator->pending_count == 0) return NULL;
    return &calculator->pending[calculator->pending_count - 1];
}

static double pop_value(struct calculator *calculator) {
    ensure(calculator->value_count > 0);
    return calculator->values[--calculator->value_count];
}

/* Refuses what no finite number is the answer to, then keeps the value. */
static bool keep(struct calculator *calculator, double value, unsigned position) {
    if (isnan(value)) {
        return fail(calculator, "outside the function's domain", position);
    }
    if (isinf(value)) return fail(calculator, "number out of range", position);
    return push_value(calculator, value);
}

static bool raise_power(
    struct calculator *calculator, double base, double exponent, unsigned position) {
    if (base == 0 && exponent < 0) {
        return fail(calculator, "division by zero", position);
    }
    return keep(calculator, pow(base, exponent), position);
}

static bool apply_operator(struct calculator *calculator, struct pending pending) {
    double right = pop_value(calculator);
    unsigned position = pending.position;
    if (pending.operation == OPERATION_NEGATE) return push_value(calculator, -right);

    double left = pop_value(calculator);
    switch ((enum operation)pending.operation) {
    case OPERATION_ADD: return keep(calculator, left + right, position);
    case OPERATION_SUBTRACT: return keep(calculator, left - right, position);
    case OPERATION_MULTIPLY: return keep(calculator, left * right, position);
    case OPERATION_DIVIDE:
        if (right == 0) return fail(calculator, "division by zero", position);
        return keep(calculator, left / right, position);
    case OPERATION_REMAINDER:
        if (right == 0) return fail(calculator, "division by zero", position);
        return keep(calculator, fmod(left, right), position);
    case OPERATION_POWER: return raise_power(calculator, left, right, position);
    case OPERATION_NEGATE:
    case OPERATION_OPEN:
    case OPERATION_CALL: break;
    }
    panic("an operation without operands: %u", pending.operation);
}

static bool apply_function(struct calculator *calculator, struct pending call) {
    ensure(calculator->value_count >= call.arguments);
    calculator->value_count -= call.arguments;
    const double *values = &calculator->values[calculator->value_count];
    if (call.function == FUNCTION_POW) {
        return raise_power(calculator, values[0], values[1], call.position);
    }
    double result =
        function_apply((enum function)call.function, values, call.arguments);
    return keep(calculator, result, call.position);
}

static bool is_open(const struct pending *pending) {
    return pending->operation == OPERATION_OPEN || pending->operation == OPERATION_CALL;
}

/* Applies what waits and binds at least as tightly as `precedence`. */
static bool settle(struct calculator *calculator, uint8_t precedence) {
    for (struct pending *last = top(calculator); last && !is_open(last);
         last = top(calculator)) {
        if (precedences[last->operation] < precedence) return true;
        calculator->pending_count--;
        if (!apply_operator(calculator, *last)) return false;
    }
    return true;
}

static void take_digits(struct scan *scan) {
    while (!scan_done(scan) && isdigit((unsigned char)*scan->at)) scan->at++;
}

/* An exponent belongs to the number only when digits follow the e. */
static void take_exponent(struct scan *scan) {
    struct scan after = *scan;
    if (!scan_char(&after, 'e') && !scan_char(&after, 'E')) return;
    if (!scan_char(&after, '-')) scan_char(&after, '+');
    if (!isdigit((unsigned char)scan_peek(&after))) return;
    take_digits(&after);
    *scan = after;
}

static bool take_number(struct calculator *calculator) {
    struct scan *scan = &calculator->scan;
    const char *from = scan->at;
    take_digits(scan);
    bool has_digits = scan->at > from;
    if (scan_char(scan, '.')) {
        const char *fraction = scan->at;
        take_digits(scan);
        has_digits = has_digits || scan->at > fraction;
    }
    if (!has_digits) {
        return fail(
            calculator, "a number without digits", position_of(calculator, from));
    }
    take_exponent(scan);

    char digits[CALCULATOR_EXPRESSION_MAX + 1];
    size_t length = (size_t)(scan->at - from);
    memcpy(digits, from, length);
    digits[length] = '\0';
    double value = strtod(digits, NULL);
    calculator->wants_operand = false;
    return keep(calculator, value, position_of(calculator, from));
}

static bool take_call(
    struct calculator *calculator, enum function function, unsigned position) {
    scan_blanks(&calculator->scan);
    if (!scan_char(&calculator->scan, '(')) {
        return fail_here(calculator, "a function needs its arguments in parentheses");
    }
    struct pending call = {
        .operation = OPERATION_CALL,
        .function = (uint8_t)function,
        .arguments = 1,
        .position = (uint16_t)position};
    return push_pending(calculator, call);
}

static bool take_name(struct calculator *calculator) {
    struct scan *scan = &calculator->scan;
    struct slice name = {.data = scan->at};
    while (!scan_done(scan) && isalnum((unsigned char)*scan->at)) scan->at++;
    name.length = (size_t)(scan->at - name.data);
    unsigned position = position_of(calculator, name.data);

    enum function function = FUNCTION_ABS;
    if (function_find(name, &function)) {
        return take_call(calculator, function, position);
    }
    bool is_pi = slice_equals(name, "pi");
    if (!is_pi && !slice_equals(name, "e")) {
        return fail(calculator, "unknown name", position);
    }
    calculator->wants_operand = false;
    return push_value(calculator, is_pi ? M_PI : M_E);
}

static bool take_operand(struct calculator *calculator) {
    struct scan *scan = &calculator->scan;
    struct pending pending = {.position = (uint16_t)position_of(calculator, scan->at)};
    char next = scan_peek(scan);
    if (isdigit((unsigned char)next) || next == '.') return take_number(calculator);
    if (isalpha((unsigned char)next)) return take_name(calculator);
    if (scan_char(scan, '+')) return true;
    if (scan_char(scan, '-')) {
        pending.operation = OPERATION_NEGATE;
        return push_pending(calculator, pending);
    }
    if (scan_char(scan, '(')) {
        pending.operation = OPERATION_OPEN;
        return push_pending(calculator, pending);
    }
    return fail_here(calculator, "a number was expected");
}

static bool take_close(struct calculator *calculator) {
    if (!settle(calculator, 0)) return false;
    struct pending *last = top(calculator);
    if (!last) return fail_here(calculator, "a parenthesis too many");
    struct pending open = *last;
    calculator->pending_count--;
    calculator->scan.at++;
    if (open.operation == OPERATION_OPEN) return true;
    if (open.arguments < function_least((enum function)open.function)) {
        return fail(calculator, "too few arguments", open.position);
    }
    return apply_function(calculator, open);
}

static bool take_comma(struct calculator *calculator) {
    if (!settle(calculator, 0)) return false;
    struct pending *call = top(calculator);
    if (!call || call->operation != OPERATION_CALL) {
        return fail_here(calculator, "a comma outside of a function");
    }
    if (call->arguments == function_most((enum function)call->function)) {
        return fail_here(calculator, "too many arguments");
    }
    call->arguments++;
    calculator->scan.at++;
    calculator->wants_operand = true;
    return true;
}

static bool take_operator_sign(struct scan *scan, enum operation *operation) {
    static const struct {
        const char *sign;
        enum operation operation;
    } signs[] = {
        {"**", OPERATION_POWER},    {"^", OPERATION_POWER},
        {"*", OPERATION_MULTIPLY},  {"/", OPERATION_DIVIDE},
        {"%", OPERATION_REMAINDER}, {"+", OPERATION_ADD},
        {"-", OPERATION_SUBTRACT},
    };
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (!scan_literal(scan, signs[i].sign)) continue;
        *operation = signs[i].operation;
        return true;
    }
    return false;
}

static bool take_operator(struct calculator *calculator) {
    struct scan *scan = &calculator->scan;
    char next = scan_peek(scan);
    if (next == ')') return take_close(calculator);
    if (next == ',') return take_comma(calculator);

    unsigned position = position_of(calculator, scan->at);
    enum operation operation = OPERATION_ADD;
    if (!take_operator_sign(scan, &operation)) {
        return fail(calculator, "an operator was expected", position);
    }
    /* Only the power is right associative: an equal one before it waits. */
    uint8_t precedence = precedences[operation];
    if (operation == OPERATION_POWER) precedence++;
    if (!settle(calculator, precedence)) return false;
    calculator->wants_operand = true;
    return push_pending(
        calculator,
        (struct pending){
            .operation = (uint8_t)operation, .position = (uint16_t)position});
}

static bool calculate(struct calculator *calculator) {
    scan_blanks(&calculator->scan);
    while (!scan_done(&calculator->scan)) {
        bool taken = calculator->wants_operand ? take_operand(calculator)
                                               : take_operator(calculator);
        if (!taken) return false;
        scan_blanks(&calculator->scan);
    }
    if (calculator->wants_operand) {
        return fail_here(calculator, "the expression ends too early");
    }
    if (!settle(calculator, 0)) return false;
    struct pending *open = top(calculator);
    if (open) return fail(calculator, "a parenthesis without its end", open->position);
    return true;
}

bool calculator_evaluate(struct slice expression, double *value, struct error *err) {
    if (expression.length > CALCULATOR_EXPRESSION_MAX) {
        return error_set(
            err, ERROR_LIMIT, "too long: %zu bytes, at most %d at position %d",
            expression.length, CALCULATOR_EXPRESSION_MAX,
            CALCULATOR_EXPRESSION_MAX + 1);
    }
    struct calculator calculator = {
        .start = expression.data,
        .scan = scan_of(expression),
        .wants_operand = true,
        .err = err};
    if (!calculate(&calculator)) return false;
    *value = pop_value(&calculator);
    ensure(calculator.value_count == 0);
    return true;
}

bool calculator_answer(struct slice expression, struct text *answer) {
    static const double exact_max = 9007199254740992.0; /* 2^53 */
    struct error err = {0};
    double value = 0;
    if (!calculator_evaluate(expression, &value, &err)) {
        text_addf(answer, "error: %s", err.message);
        return false;
    }
    if (value == 0) value = 0; /* no minus sign on a zero */
    bool is_whole = value == floor(value) && fabs(value) < exact_max;
    text_addf(answer, is_whole ? "%.0f" : "%.15g", value);
    return true;
}
