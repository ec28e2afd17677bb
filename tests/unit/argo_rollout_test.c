/* SPDX-License-Identifier: MIT */
#include "core/argo_rollout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/parsed.h"

#define STEPS                                                              \
    "[{\"setWeight\":5},{\"pause\":{}},{\"setWeight\":25},{\"pause\":{}}," \
    "{\"setWeight\":50},{\"pause\":{}}]"
#define ROLLOUT(steps, status)                                                      \
    "{\"kind\":\"Rollout\",\"metadata\":{\"generation\":2},\"spec\":{\"strategy\":" \
    "{\"canary\":{\"steps\":" steps "}}},\"status\":{" status "}}"
#define AT(step) "\"observedGeneration\":\"2\",\"currentStepIndex\":" step ","
#define PAUSED   "\"pauseConditions\":[{\"reason\":\"CanaryPauseStep\"}],"

static bool read(const char *json, struct argo_rollout *rollout, struct error *err) {
    struct document *document = parsed(json);
    *err = (struct error){0};
    bool is_read = argo_rollout_read(document_root(document), rollout, err);
    document_free(document);
    return is_read;
}

static void a_pause_leads_to_the_weight_behind_it(void **state) {
    (void)state;
    static const struct {
        const char *json;
        int32_t weight, next;
    } rows[] = {
        {ROLLOUT(STEPS, AT("1") PAUSED "\"currentPodHash\":\"b\",\"stableRS\":\"a\""),
         5, 25},
        {ROLLOUT(STEPS, AT("5") PAUSED "\"currentPodHash\":\"b\",\"stableRS\":\"a\""),
         50, 100},
        {ROLLOUT(STEPS, AT("1") "\"currentPodHash\":\"b\",\"stableRS\":\"a\""), 5,
         ARGO_NO_WEIGHT},
        {ROLLOUT(STEPS, AT("6") "\"currentPodHash\":\"a\",\"stableRS\":\"a\""), 0,
         ARGO_NO_WEIGHT},
        {ROLLOUT(
             STEPS, AT("3") PAUSED "\"canary\":{\"weights\":{\"canary\":{\"weight\":24}"
                                   "}},\"currentPodHash\":\"b\""),
         24, 50},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct argo_rollout rollout;
        struct error err;
        assert_true(read(rows[i].json, &rollout, &err));
        assert_true(rollout.observed);
        assert_int_equal(rollout.weight, rows[i].weight);
        assert_int_equal(argo_rollout_next_weight(&rollout), rows[i].next);
    }
}

static void what_presses_by_itself_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "{}",
        ROLLOUT("[]", ""),
        ROLLOUT("[{\"setWeight\":5},{\"pause\":{\"duration\":\"1h\"}}]", ""),
        ROLLOUT("[{\"setWeight\":5},{\"analysis\":{}}]", ""),
        ROLLOUT("[{\"setWeight\":500}]", ""),
        "{\"kind\":\"Rollout\",\"spec\":{\"strategy\":{\"blueGreen\":{}}}}",
        "{\"kind\":\"Rollout\",\"spec\":{\"strategy\":{\"canary\":{\"analysis\":{},"
        "\"steps\":" STEPS "}}}}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct argo_rollout rollout;
        struct error err;
        assert_false(read(wrong[i], &rollout, &err));
        assert_int_not_equal(err.code, ERROR_NONE);
    }
}

static void another_generation_is_not_yet_observed(void **state) {
    (void)state;
    struct argo_rollout rollout;
    struct error err;
    assert_true(read(
        ROLLOUT(STEPS, "\"observedGeneration\":\"1\",\"abort\":true"), &rollout, &err));
    assert_false(rollout.observed);
    assert_true(rollout.aborted);
    assert_false(rollout.complete);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pause_leads_to_the_weight_behind_it),
        cmocka_unit_test(what_presses_by_itself_is_refused),
        cmocka_unit_test(another_generation_is_not_yet_observed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
