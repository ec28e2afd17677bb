/* A rollout of a version that does harm, or whose router or instances die. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "core/decision.h"
#include "core/exit_code.h"
#include "support/parsed.h"
#include "support/recorded_rollout.h"
#include "support/rollout_scene.h"
#include "support/test_client.h"

static char words[TEST_DEMO_WORDS_SIZE];

/* `flightdeck canary analyze ...`, with NULL at the end. */
static void expect_analysis(
    const struct rollout_scene *scene, const char *const *args, int code,
    const char *said) {
    int ended = test_demo_ask(&scene->demo.home, args, words);
    if (ended == code && strstr(words, said)) return;
    fail_msg("%s: %d, wanted %d with \"%s\"\n%s", args[1], ended, code, said, words);
}

/* The first step has ended in the same way, at the same count and with the same words,
 * as the rollout itself: of the JSON in `words`. */
static void expect_same_end(const char *reason) {
    struct document *document = parsed(words);
    const struct node *root = document_root(document);
    const struct node *step = node_at(node_get(root, "steps"), 0);
    const struct node *ran = node_get(step, "ran");
    const struct node *would = node_get(step, "would");
    char why[DECISION_WORDS_SIZE], again[DECISION_WORDS_SIZE];
    double count = 0, count_again = 0, differing = -1;
    assert_true(node_string(ran, "why", why, sizeof why));
    assert_true(node_string(would, "why", again, sizeof again));
    assert_true(node_number(ran, "canary_requests", &count));
    assert_true(node_number(would, "canary_requests", &count_again));
    assert_true(node_number(node_get(root, "recording"), "differing", &differing));
    assert_string_equal(why, reason);
    assert_int_equal(strncmp(again, why, strlen(why)), 0);
    assert_true(count > 0 && count_again == count);
    assert_true(differing == 0);
    document_free(document);
}

/* What it was decided from leads to the same decision, and other rules to theirs. */
static void decide_again(const struct rollout_scene *scene) {
    const char *id = scene->status.id;
    const char *const again[] = {"canary", "analyze", id, "-f", "json", NULL};
    const char *const book[] = {"canary", "analyze", "--last", "--target",
                                "demo",   "--rule",  "book",   NULL};
    bool had_users = !strstr(scene->status.reason, "the smoke test");
    if (!had_users) { /* its smoke test has found it out */
        expect_analysis(scene, again, EXIT_CODE_INCONCLUSIVE, "\"steps\":[]");
        expect_analysis(scene, book, EXIT_CODE_INCONCLUSIVE, "warning: ");
        return;
    }
    expect_analysis(scene, again, EXIT_CODE_FAILED, "\"decision\":\"roll back\"");
    expect_same_end(scene->status.reason);
    expect_analysis(scene, book, EXIT_CODE_FAILED, "warning: fixed thresholds");
    assert_non_null(strstr(words, "the book's rule: errors of the canary"));
}

/* Its smoke test may find it out; if that passes, its users do. */
static void a_bad_version_is_taken_back_by_itself(void **state) {
    struct rollout_scene scene;
    (void)state;
    rollout_scene_init_bad(&scene);
    assert_true(rollout_scene_start(&scene));
    rollout_scene_wait(&scene, &(struct rollout_goal){ROLLOUT_ROLLED_BACK, 0, 0});
    assert_true(scene.status.ended);
    assert_true(scene.status.reason[0] != '\0');
    assert_true(rollout_scene_weight(&scene) <= 0);
    decide_again(&scene);
    rollout_scene_clear(&scene);
}

static void a_version_that_crashes_is_taken_back_at_once(void **state) {
    struct rollout_scene *scene = *state;
    rollout_scene_start_manual(scene);
    kill(test_demo_part(scene->demo.demo.words, "agent-canary"), SIGKILL);
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_ROLLED_BACK, 0, 0});
    assert_non_null(strstr(scene->status.reason, "canary"));
    assert_true(rollout_scene_weight(scene) <= 0);
}

/* Both versions ask one model. Without it neither can serve, and that says nothing of
 * the new one: it is held, and goes on when the model is back. */
static void an_outage_of_both_takes_nothing_back(void **state) {
    struct rollout_scene *scene = *state;
    rollout_scene_start_manual(scene);
    while (scene->status.metrics[0].stable_units < 250) rollout_scene_turn(scene);
    rollout_scene_tell_demo(scene, "stop", "model");
    rollout_scene_wait(
        scene, &(struct rollout_goal){ROLLOUT_HOLD, ROLLOUT_HELD_AROUND, 1});
    assert_non_null(strstr(scene->status.reason, "stable itself fails"));
    /* Longer than a canary may be gone that is gone alone. */
    for (unsigned i = 0; i < 8; i++) rollout_scene_turn(scene);
    assert_int_equal(scene->status.phase, ROLLOUT_HOLD);
    assert_int_equal(rollout_scene_weight(scene), 500);
    /* Stable is well first, and for longer than such a canary has otherwise. */
    pid_t canary = test_demo_part(scene->demo.demo.words, "agent-canary");
    kill(canary, SIGSTOP);
    rollout_scene_tell_demo(scene, "start", "model");
    for (unsigned i = 0; i < 15; i++) rollout_scene_turn(scene);
    kill(canary, SIGCONT);
    assert_int_equal(scene->status.phase, ROLLOUT_HOLD);
    assert_int_equal(scene->status.hold, ROLLOUT_HELD_AROUND);
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, 1});
    assert_int_equal(rollout_scene_weight(scene), 500);
    /* What counted for neither is not recorded either:
     * the same is decided from the rest. */
    recorded_rollout_expect_same(scene->status.id);
}

static void tell_model(const struct rollout_scene *scene, const char *faults) {
    char model[64], url[96];
    struct text text = TEXT_IN(url);
    struct test_client client;
    struct test_reply reply;
    test_demo_value(&scene->demo.demo, "model", model, sizeof model);
    text_addf(&text, "%s/admin/faults", model);
    test_client_init(&client);
    test_client_post(&client, url, faults, &reply);
    assert_int_equal(reply.status, 200);
    test_reply_clear(&reply);
    test_client_clear(&client);
}

/* Quick, cheap and without a single error. */
static void a_version_that_refuses_its_users_is_taken_back(void **state) {
    struct rollout_scene *scene = *state;
    rollout_scene_start_manual(scene);
    tell_model(scene, "{\"version\":\"v1.6.0\",\"refusal\":1}");
    rollout_scene_wait(scene, &(struct rollout_goal){ROLLOUT_ROLLED_BACK, 0, 0});
    tell_model(scene, "{\"version\":\"v1.6.0\"}");
    if (!strstr(scene->status.reason, "most in refusals: canary ")) {
        fail_msg("%s", scene->status.reason);
    }
    assert_true(rollout_scene_weight(scene) <= 0);
    const char *const status[] = {"canary", "status", "--target", "demo", NULL};
    test_demo_ask(&scene->demo.home, status, words);
    if (!strstr(words, "\n  refusals            stable 0/")) fail_msg("%s", words);
    const char *const again[] = {"canary", "analyze", scene->status.id, NULL};
    expect_analysis(scene, again, EXIT_CODE_FAILED, "most in refusals: canary ");
}

static void a_restarted_router_is_not_raised_again(void **state) {
    struct rollout_scene *scene = *state;
    rollout_scene_start_manual(scene);
    rollout_scene_tell_demo(scene, "stop", "router");
    rollout_scene_tell_demo(scene, "start", "router");
    rollout_scene_wait(
        scene, &(struct rollout_goal){ROLLOUT_HOLD, ROLLOUT_HELD_DRIFT, 1});
    assert_non_null(strstr(scene->status.reason, "it was restarted"));
    assert_int_equal(rollout_scene_weight(scene), -1);
}

#define SHARED(test) cmocka_unit_test_setup(test, rollout_scene_renew)

int main(void) {
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(a_bad_version_is_taken_back_by_itself),
    };
    const struct CMUnitTest shared[] = {
        SHARED(an_outage_of_both_takes_nothing_back),
        SHARED(a_version_that_refuses_its_users_is_taken_back),
        SHARED(a_restarted_router_is_not_raised_again),
        SHARED(a_version_that_crashes_is_taken_back_at_once), /* for good: the last */
    };
    int failed = cmocka_run_group_tests(alone, NULL, NULL);
    failed += cmocka_run_group_tests(shared, rollout_scene_open, rollout_scene_close);
    return failed;
}
