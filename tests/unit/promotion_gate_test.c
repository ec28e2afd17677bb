/* SPDX-License-Identifier: MIT */
#include "core/promotion_gate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/random.h"

static const struct trials none = {0, 0};

/* A gate that allows so many percentage points. */
static struct promotion_gate allowing(double points, double alpha) {
    return (struct promotion_gate){
        .budget = points / 100, .alpha = alpha, .weight_next = 1};
}

static void it_takes_so_many_requests(void **state) {
    (void)state;
    static const struct {
        double points, alpha;
        uint64_t failures, needed;
    } rows[] = {
        {5, 0.05, 0, 82},     {4, 0.05, 0, 105}, {2, 0.05, 0, 225},   {1, 0.05, 0, 486},
        {0.5, 0.05, 0, 1045}, {4, 0.05, 1, 182}, {2, 0.05, 1, 378},   {5, 0.10, 0, 67},
        {2, 0.10, 0, 187},    {1, 0.10, 0, 409}, {0.5, 0.10, 0, 891},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct promotion_gate gate = allowing(rows[i].points, rows[i].alpha);
        struct trials seen = {rows[i].failures, rows[i].failures};
        uint64_t needed = promotion_gate_needed(&gate, &seen, &none);
        assert_int_equal(needed, rows[i].needed);
        struct trials enough = {needed, rows[i].failures};
        struct trials less = {needed - 1, rows[i].failures};
        assert_true(promotion_gate_is_open(&gate, &enough, &none));
        assert_false(promotion_gate_is_open(&gate, &less, &none));
    }
}

static void the_budget_is_of_all_traffic(void **state) {
    (void)state;
    static const struct {
        double weight_next, allowed;
    } rows[] = {{0.25, 0.04}, {0.5, 0.02}, {1, 0.01}, {0.01, 0.10}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct promotion_gate gate = {0.01, 0.05, rows[i].weight_next};
        double allowed = promotion_gate_allowed(&gate);
        assert_true(fabs(allowed - rows[i].allowed) < 1e-12);
    }
}

static void what_stable_fails_anyway_is_not_extra(void **state) {
    (void)state;
    struct promotion_gate gate = allowing(4, 0.05);
    struct trials canary = {400, 40};
    struct trials stable = {7600, 760};
    double extra = promotion_gate_extra(&gate, &canary, &stable);
    assert_true(extra > 0.04 && extra < 0.12);
    uint64_t needed = promotion_gate_needed(&gate, &canary, &stable);
    assert_in_range(needed, 401, 100000);
    /* As expected, it is open by then. */
    struct trials later = {needed + 10, (needed + 10) / 10};
    assert_true(promotion_gate_is_open(&gate, &later, &stable));
}

static void a_canary_that_fails_too_often_is_never_let_through(void **state) {
    (void)state;
    struct promotion_gate gate = allowing(1, 0.05);
    struct trials stable = {100, 50}; /* its lower end is far below what it does */
    struct trials canary = {100, 50};
    assert_true(promotion_gate_needed(&gate, &canary, &stable) == PROMOTION_NEVER);
    assert_false(promotion_gate_is_open(&gate, &canary, &stable));
}

static void good_requests_never_shut_it_and_failures_never_open_it(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 9);
    for (unsigned i = 0; i < 3000; i++) {
        struct promotion_gate gate = allowing(0.2 + 8 * random_unit(&random), 0.05);
        struct trials canary = {1 + random_below(&random, 2000), 0};
        canary.failures = random_below(&random, 1 + canary.count / 20);
        struct trials stable = {1 + random_below(&random, 20000), 0};
        stable.failures = random_below(&random, 1 + stable.count / 50);
        struct trials better = {canary.count + 1, canary.failures};
        struct trials worse = {canary.count + 1, canary.failures + 1};
        double extra = promotion_gate_extra(&gate, &canary, &stable);
        assert_true(promotion_gate_extra(&gate, &better, &stable) < extra);
        assert_true(promotion_gate_extra(&gate, &worse, &stable) > extra);
        if (!promotion_gate_is_open(&gate, &canary, &stable)) continue;
        assert_true(promotion_gate_is_open(&gate, &better, &stable));
        assert_int_equal(promotion_gate_needed(&gate, &canary, &stable), canary.count);
    }
}

static void without_data_it_is_shut(void **state) {
    (void)state;
    static const double weights[] = {0.0001,          0.5, 1, 0, -1, (double)NAN,
                                     (double)INFINITY};
    static const double budgets[] = {0.01, 1, 100, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
        for (size_t j = 0; j < sizeof budgets / sizeof *budgets; j++) {
            struct promotion_gate gate = {budgets[j], 0.05, weights[i]};
            struct trials much = {100000, 500};
            struct trials few = {3, 0};
            assert_false(promotion_gate_is_open(&gate, &none, &none));
            assert_false(promotion_gate_is_open(&gate, &none, &much));
            assert_false(promotion_gate_is_open(&gate, &few, &much));
        }
    }
    struct promotion_gate no_alpha = {0.01, (double)NAN, 0.5};
    struct trials much = {100000, 0};
    assert_false(promotion_gate_is_open(&no_alpha, &much, &much));
    struct promotion_gate no_budget = {(double)NAN, 0.05, 0.5};
    assert_false(promotion_gate_is_open(&no_budget, &much, &much));
    assert_true(promotion_gate_needed(&no_budget, &much, &much) == PROMOTION_NEVER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_takes_so_many_requests),
        cmocka_unit_test(the_budget_is_of_all_traffic),
        cmocka_unit_test(what_stable_fails_anyway_is_not_extra),
        cmocka_unit_test(a_canary_that_fails_too_often_is_never_let_through),
        cmocka_unit_test(good_requests_never_shut_it_and_failures_never_open_it),
        cmocka_unit_test(without_data_it_is_shut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
