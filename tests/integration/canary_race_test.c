/* Two operators race to start, promote, hold, take back and take over: one acts, the
 * other is told, and two presses act once. Real programs on a real router. */
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
#include "core/exit_code.h"
#include "demo_lease.h"
#include "history/store.h"
#include "io/loop.h"
#include "io/sqlite.h"
#include "operator.h"
#include "support/conductor.h"
#include "support/life.h"
#include "support/race.h"
#include "support/rollout_scene.h"

enum { ROUNDS = 3, LATE_MAX = 2, LEAVE_LIMIT_S = 20 };

static struct rollout_scene scene;
static struct race *race;

/* What the disk knows */

static int64_t count(const char *what) {
    char path[FOLDER_PATH_SIZE];
    struct error err = {0};
    assert_true(store_path(path, &err));
    struct sqlite *sqlite = sqlite_open_read_only(path, &err);
    if (!sqlite) fail_msg("%s", err.message);
    struct statement *statement = statement_new(sqlite, what, &err);
    if (!statement || statement_next(statement, &err) != STATEMENT_ROW) {
        fail_msg("%s", err.message);
    }
    int64_t number = statement_int(statement, 0);
    statement_free(statement);
    sqlite_close(sqlite);
    return number;
}

static int64_t count_moves_to(enum rollout_phase phase) {
    char what[128];
    struct text text = TEXT_IN(what);
    text_addf(
        &text, "SELECT count(*) FROM rollout_event WHERE to_phase='%s'",
        rollout_phase_name(phase));
    return count(what);
}

static int set_up(void **state) {
    (void)state;
    rollout_scene_init(&scene);
    scene.launch->plan.manual = true;
    race = race_new(&scene);
    return 0;
}

/* Also after a test that has failed in the middle. */
static int tear_down(void **state) {
    struct lock_holder who;
    (void)state;
    race_free(race);
    if (conductor_is_there(&scene.demo.home, &who)) kill(who.pid, SIGKILL);
    rollout_scene_clear(&scene);
    return 0;
}

/* The demo has a weight of its own until it notices a controller. */
static void of_two_starts_one_begins_and_the_other_is_told_whose_it_is(void **state) {
    static const char *const start[] = {
        "canary",   "start",    "--target", "demo",        "--to", "v1.6.0",
        "--manual", "--detach", "--steps",  "5%,25%,100%", NULL};
    static const char *const back[] = {"canary", "abort", "--target", "demo", NULL};
    char user[STATE_NAME_SIZE], words[STATE_NAME_SIZE + 16];
    struct text text = TEXT_IN(words);
    (void)state;
    operator_name(user);
    text_addf(&text, "held by %s on ", user);
    for (int round = 0; round < ROUNDS; round++) {
        if (race_commands(race, start, NULL) != 1) race_fail(race, "not one has begun");
        const struct racer *loser = race_racer(race, false);
        if (loser->code != EXIT_CODE_UNREACHABLE || !strstr(loser->words, words)) {
            race_fail(race, "not told who holds it");
        }
        if (race_commands(race, back, NULL) != RACERS) {
            race_fail(race, "not taken back");
        }
        conductor_leaves(&scene.demo.home);
        assert_int_equal(count("SELECT count(*) FROM rollout"), round + 1);
        int weight_bp = rollout_scene_weight(&scene);
        if (weight_bp != DEMO_WEIGHT_BASIS_POINTS) assert_true(weight_bp <= 0);
        assert_int_equal(
            count("SELECT count(*) FROM rollout WHERE ended_ms IS NULL"), 0);
    }
}

/* Until data is fresh nobody may: that both
 * were refused, or the first, says no more. */
static void race_to_promote(const char *second) {
    uint64_t start_ns = loop_clock_ns();
    unsigned won;
    while ((won = race_presses(race, ROLLOUT_ORDER_PROMOTE, "ann", second)) == 0) {
        if (loop_clock_ns() - start_ns > LEAVE_LIMIT_S * NS_PER_S) {
            race_fail(race, "nobody may promote");
        }
    }
    if (won != 1) race_fail(race, "promoted twice");
    const char *told =
        strcmp(second, "ann") == 0 ? "it has moved on since" : "it is ann's on ops1";
    const char *words = race_racer(race, false)->words;
    bool too_early = strstr(words, "no fresh data") != NULL;
    if (!strstr(words, told) && !too_early) race_fail(race, "not told");
    assert_string_equal(race_racer(race, true)->who, "ann");
}

static void of_two_presses_one_acts(void **state) {
    static const uint32_t weights[] = {500, 1000, 1500, 2000, 2500, 10000};
    struct rollout_plan *plan = &scene.launch->plan;
    (void)state;
    plan->step_count = sizeof weights / sizeof *weights;
    for (uint32_t i = 0; i < plan->step_count; i++) {
        plan->steps[i].weight_bp = weights[i];
    }
    assert_true(rollout_scene_start(&scene));
    rollout_scene_wait(&scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, 1});
    for (int round = 0; round < ROUNDS; round++) {
        uint16_t step = (uint16_t)(round + 2);
        race_to_promote(round % 2 == 0 ? "ann" : "bob");
        rollout_scene_wait(&scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, step});
        assert_int_equal(rollout_scene_weight(&scene), weights[step - 1]);
    }
    assert_int_equal(race_presses(race, ROLLOUT_ORDER_HOLD, "ann", "bob"), RACERS);
    assert_int_equal(rollout_scene_weight(&scene), weights[ROUNDS]);
    assert_int_equal(race_presses(race, ROLLOUT_ORDER_ABORT, "bob", "ann"), RACERS);
    rollout_scene_wait(&scene, &(struct rollout_goal){ROLLOUT_ROLLED_BACK, 0, 0});
    assert_true(rollout_scene_weight(&scene) <= 0);
    rollout_link_free(scene.link);
    scene.link = NULL;
    conductor_leaves(&scene.demo.home);
    assert_int_equal(count_moves_to(ROLLOUT_RAISING), ROUNDS + 1);
    assert_int_equal(count_moves_to(ROLLOUT_HOLD), 1);
    assert_int_equal(count_moves_to(ROLLOUT_ROLLING_BACK), 1);
}

/* The loser's promote, with nothing in its way but whose the rollout is. */
static void expect_no_power(const char *loser, const char *winner) {
    char words[STATE_NAME_SIZE + 16];
    struct text text = TEXT_IN(words);
    text_addf(&text, "it is %s's on ", winner);
    assert_int_equal(race_presses(race, ROLLOUT_ORDER_PROMOTE, loser, loser), 0);
    for (int i = 0; i < RACERS; i++) {
        if (!strstr(race->racers[i].words, words)) race_fail(race, "not refused");
    }
}

static void of_two_takeovers_one_has_it(void **state) {
    (void)state;
    assert_true(rollout_scene_start(&scene));
    rollout_scene_wait(&scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, 1});
    for (int round = 0; round < ROUNDS; round++) {
        char names[RACERS][STATE_NAME_SIZE];
        for (int i = 0; i < RACERS; i++) {
            struct text text = TEXT_IN(names[i]);
            text_addf(&text, "%s%d", i == 0 ? "bob" : "cleo", round);
        }
        if (race_presses(race, ROLLOUT_ORDER_TAKEOVER, names[0], names[1]) != 1) {
            race_fail(race, "not one has it");
        }
        const char *told = race_racer(race, false)->words;
        int winner = race_racer(race, true) == &race->racers[1];
        if (!strstr(told, "has taken it over since")) race_fail(race, "not told");
        assert_non_null(strstr(told, names[winner]));
        expect_no_power(names[!winner], names[winner]);
        expect_no_power("ann", names[winner]);
    }
    assert_int_equal(rollout_scene_weight(&scene), 500);
}

static void expect_told_of_winner(void) {
    const char *winner = race_racer(race, true)->who;
    char words[STATE_NAME_SIZE + 32];
    struct text text = TEXT_IN(words);
    text_addf(&text, "held by %s on ops1", winner);
    const char *told = race_racer(race, false)->words;
    if (!strstr(told, words) || !strstr(told, " since ")) race_fail(race, "not told");
    struct lock_holder who = {0};
    assert_true(conductor_is_there(&scene.demo.home, &who));
    assert_string_equal(who.holder, winner);
}

/* Two who have seen the same owner: the second one does not take it from the first. */
static void of_two_who_replace_a_controller_one_does(void **state) {
    (void)state;
    assert_true(rollout_scene_start(&scene));
    rollout_scene_wait(&scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, 1});
    rollout_link_free(scene.link);
    scene.link = NULL;
    for (int round = 0; round < ROUNDS; round++) {
        struct lock_holder seen = conductor_kill(&scene.demo.home);
        scene.launch->kind = ROLLOUT_LAUNCH_RESUME;
        scene.launch->epoch = seen.epoch;
        if (race_launches(race, "bob", "cleo") != 1) race_fail(race, "not one has it");
        expect_told_of_winner();
    }
    for (int round = 0; round < ROUNDS; round++) {
        struct lock_holder seen = {0};
        assert_true(conductor_is_there(&scene.demo.home, &seen));
        assert_int_equal(kill(seen.pid, SIGSTOP), 0); /* it hangs */
        scene.launch->kind = ROLLOUT_LAUNCH_TAKEOVER;
        scene.launch->epoch = seen.epoch;
        unsigned won = race_launches(race, "dora", "emil");
        kill(seen.pid, SIGCONT);
        if (won != 1) race_fail(race, "not one has it");
        expect_told_of_winner();
        assert_true(process_ends(seen.pid, LEAVE_LIMIT_S * 1000)); /* it finds out */
    }
    assert_int_equal(count("SELECT count(*) FROM rollout WHERE ended_ms IS NULL"), 1);
}

/* The same with the command, on two machines. */
static void of_two_commands_that_take_over_one_does(void **state) {
    static const char *const take[] = {"canary",    "takeover", "--target", "demo",
                                       "--confirm", "demo",     NULL};
    static const char *const hosts[RACERS] = {"ops7", "ops8"};
    (void)state;
    assert_true(rollout_scene_start(&scene));
    rollout_scene_wait(&scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, 1});
    rollout_link_free(scene.link);
    scene.link = NULL;
    int late = 0;
    for (int round = 0; round < ROUNDS; round++) {
        conductor_kill(&scene.demo.home);
        unsigned winners = race_commands(race, take, hosts);
        /* One that looked when the other had it already was late, and may take it. */
        if (winners == RACERS && late++ < LATE_MAX) continue;
        if (winners != 1) race_fail(race, "not one has it");
        const struct racer *loser = race_racer(race, false);
        if (!strstr(loser->words, "has taken it over since, at ") ||
            !strstr(loser->words, race_racer(race, true)->host)) {
            race_fail(race, "not told");
        }
        assert_int_equal(loser->code, EXIT_CODE_FAILED);
    }
    /* Who has it already takes it from nobody. */
    if (race_commands(race, take, NULL) == 0) race_fail(race, "not one has it");
}

/* One takes it up, the other one's abort reaches him. */
static void of_two_who_take_back_what_nobody_conducts_both_have_it(void **state) {
    static const char *const back[] = {"canary", "abort", "--target", "demo", NULL};
    (void)state;
    assert_true(rollout_scene_start(&scene));
    rollout_scene_wait(&scene, &(struct rollout_goal){ROLLOUT_WATCHING, 0, 1});
    rollout_link_free(scene.link);
    scene.link = NULL;
    conductor_kill(&scene.demo.home);
    if (race_commands(race, back, NULL) != RACERS) race_fail(race, "not taken back");
    conductor_leaves(&scene.demo.home);
    assert_int_equal(count_moves_to(ROLLOUT_ROLLING_BACK), 1);
    assert_int_equal(count("SELECT count(*) FROM rollout WHERE ended_ms IS NULL"), 0);
}

int main(void) {
#define RACE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RACE_TEST(of_two_starts_one_begins_and_the_other_is_told_whose_it_is),
        RACE_TEST(of_two_presses_one_acts),
        RACE_TEST(of_two_takeovers_one_has_it),
        RACE_TEST(of_two_who_replace_a_controller_one_does),
        RACE_TEST(of_two_commands_that_take_over_one_does),
        RACE_TEST(of_two_who_take_back_what_nobody_conducts_both_have_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
