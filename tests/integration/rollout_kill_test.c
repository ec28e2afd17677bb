/* A controller that is killed right before it writes, syncs, connects or sends:
 * whenever that is, another one takes the rollout up and brings it to its end. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "history/journal.h"
#include "history/store.h"
#include "io/loop.h"
#include "io/sqlite.h"
#include "support/recorded_rollout.h"
#include "support/rollout_ground.h"
#include "support/rollout_scene.h"

enum {
    POINTS = 40,
    LIMIT_S = 90,
    NUMBER_SIZE = 24,
    BACK_FROM_STEP = 3,
    STEPS = 5,
    LANES = 8
};

static const struct rollout_step steps[STEPS] = {
    {2000}, {4000}, {6000}, {8000}, {10000}};

/* Several sweeps at once, each through its share
 * of the points: a rollout mostly waits. */
static unsigned points = POINTS; /* of both kinds of rollout; 0: all there are */
static unsigned long first;      /* of a sweep that is taken up again */
static unsigned lane;

/* One rollout after the other in the same demo. */
struct sweep {
    struct rollout_scene scene;
    struct rollout_starter *starter;
    struct rollout_link *link;
    struct rollout_status status;
    bool goes_back; /* somebody aborts it half way */
    bool has_answered, is_accepted, has_ordered;
    char words[ROLLOUT_WORDS_SIZE]; /* why it did not begin */
    char told[TEST_PATH_SIZE];      /* what kill-at says */
};

/* Starting and listening */

static void on_started(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct sweep *sweep = owner;
    sweep->has_answered = true;
    sweep->is_accepted = answer && answer->accepted;
    text_copy_cut(
        sweep->words, sizeof sweep->words, answer ? answer->words : why->message);
}

static void on_status(void *owner, const struct rollout_status *status) {
    struct sweep *sweep = owner;
    sweep->status = *status;
}

static void on_answer(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct sweep *sweep = owner;
    (void)answer, (void)why;
    sweep->has_ordered = false;
}

static void on_turned(void *owner, uint64_t now_ns) {
    (void)now_ns;
    loop_stop(owner);
}

static void turn(struct sweep *sweep) {
    loop_after(sweep->scene.loop, 20 * NS_PER_MS, on_turned, sweep->scene.loop);
    loop_run(sweep->scene.loop);
}

static void hang_up(struct sweep *sweep) {
    rollout_link_free(sweep->link);
    sweep->link = NULL;
    sweep->has_ordered = false;
}

/* With the Nth point to be killed at; 0 for none.
 * False when it ended without a word. */
static bool start(
    struct sweep *sweep, enum rollout_launch_kind kind, unsigned long at) {
    static const struct rollout_link_handlers handlers = {
        .on_status = on_status, .on_answer = on_answer};
    char number[NUMBER_SIZE];
    snprintf(number, sizeof number, "%lu", at);
    const char *const args[] = {
        number, BINARIES_FOLDER "/flightdeck-canary", "run", NULL};
    const struct rollout_starter_options options = {
        .program = BINARIES_FOLDER "/tests/kill-at",
        .args = args,
        .launch = sweep->scene.launch,
        .on_started = on_started,
        .owner = sweep,
    };
    struct error err = {0};
    sweep->scene.launch->kind = kind;
    sweep->has_answered = false;
    sweep->starter = rollout_starter_new(sweep->scene.loop, &options, &err);
    if (!sweep->starter) fail_msg("%s", err.message);
    while (!sweep->has_answered) turn(sweep);
    if (!sweep->is_accepted) return false;
    memset(&sweep->status, 0, sizeof sweep->status);
    sweep->link =
        rollout_link_new(sweep->scene.loop, sweep->scene.place, &handlers, sweep);
    return true;
}

static bool is_there(const struct sweep *sweep) {
    return sweep->starter && rollout_starter_pid(sweep->starter) > 0;
}

/* Ends it, unless it ends by itself. */
static void leave(struct sweep *sweep) {
    hang_up(sweep);
    pid_t pid = sweep->starter ? rollout_starter_pid(sweep->starter) : 0;
    if (pid > 0 && !sweep->status.ended) kill(pid, SIGTERM);
    while (is_there(sweep)) turn(sweep);
    rollout_starter_free(sweep->starter);
    sweep->starter = NULL;
}

/* Steering */

static void order(struct sweep *sweep, enum rollout_order_kind kind) {
    struct rollout_order order = {
        .kind = kind,
        .expected_version = sweep->status.version,
        .force = true, /* the evidence would take longer */
        .who = "ann",
        .host = "ops1",
        .reason = "the test says so",
    };
    if (sweep->has_ordered) return;
    sweep->has_ordered = rollout_link_order(sweep->link, &order) != 0;
}

static void steer(struct sweep *sweep) {
    const struct rollout_status *status = &sweep->status;
    bool turns_back = sweep->goes_back && status->step >= BACK_FROM_STEP;
    if (status->phase == ROLLOUT_HOLD) order(sweep, ROLLOUT_ORDER_RESUME);
    if (status->phase != ROLLOUT_WATCHING) return;
    order(sweep, turns_back ? ROLLOUT_ORDER_ABORT : ROLLOUT_ORDER_PROMOTE);
}

static bool is_over(const struct sweep *sweep) {
    const struct rollout_status *status = &sweep->status;
    if (status->phase == ROLLOUT_ROLLED_BACK) return status->ended;
    return status->phase == ROLLOUT_DONE;
}

/* Until it has ended or is not there any more. */
static void conduct(struct sweep *sweep) {
    uint64_t begun_ns = loop_clock_ns();
    while (is_there(sweep) && !is_over(sweep)) {
        turn(sweep);
        steer(sweep);
        if (loop_clock_ns() - begun_ns < LIMIT_S * NS_PER_S) continue;
        fail_msg(
            "nothing came of it: %s: %s",
            rollout_phase_name((enum rollout_phase)sweep->status.phase),
            sweep->status.reason);
    }
}

static unsigned long how_far(const struct sweep *sweep, const char *word) {
    char how[NUMBER_SIZE] = "";
    unsigned long count = 0;
    FILE *file = fopen(sweep->told, "re");
    if (!file) return 0;
    if (!fgets(how, sizeof how, file)) how[0] = '\0';
    fclose(file);
    size_t length = strlen(word);
    if (strncmp(how, word, length) == 0) count = strtoul(how + length, NULL, 10);
    remove(sweep->told);
    return count;
}

/* What was written down */

static int64_t ask(struct sqlite *sqlite, const char *sql, const char *id) {
    struct error err = {0};
    struct statement *statement = statement_new(sqlite, sql, &err);
    if (!statement) fail_msg("%s", err.message);
    statement_bind_string(statement, 1, id);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    int64_t answer = statement_int(statement, 0);
    statement_free(statement);
    return answer;
}

/* Each weight is the next step's or the same once more; and how many there were. */
static unsigned check_weights(struct sqlite *sqlite, const char *id) {
    struct error err = {0};
    unsigned step = 0;
    struct statement *statement = statement_new(
        sqlite,
        "SELECT weight_bp FROM intent WHERE rollout=? AND op='weight' ORDER BY seq",
        &err);
    assert_non_null(statement);
    statement_bind_string(statement, 1, id);
    while (statement_next(statement, &err) == STATEMENT_ROW) {
        int64_t weight_bp = statement_int(statement, 0);
        bool is_same = step > 0 && steps[step - 1].weight_bp == weight_bp;
        if (is_same) continue;
        assert_true(step < STEPS);
        assert_int_equal(weight_bp, steps[step].weight_bp);
        step++;
    }
    statement_free(statement);
    return step;
}

static void check_journal(const struct sweep *sweep) {
    char path[FOLDER_PATH_SIZE];
    const char *id = sweep->scene.launch->plan.id;
    struct error err = {0};
    uint64_t rows = 0, broken = 0;
    assert_true(store_path(path, &err));
    struct sqlite *sqlite = sqlite_open_read_only(path, &err);
    if (!sqlite) fail_msg("%s", err.message);
    if (!journal_verify(sqlite, &rows, &broken, &err)) fail_msg("%s", err.message);
    unsigned raised = check_weights(sqlite, id);
    if (!sweep->goes_back) assert_int_equal(raised, STEPS);
    /* Each transition once, and none that is missing. */
    assert_int_equal(
        ask(sqlite,
            "SELECT max(version)-min(version)+1-count(*)+count(*)-count(DISTINCT "
            "version)"
            " FROM rollout_event WHERE rollout=?",
            id),
        0);
    assert_int_equal(
        ask(sqlite,
            "SELECT count(*) FROM intent WHERE rollout=?1 AND op<>'back' AND seq>"
            "(SELECT min(seq) FROM intent WHERE rollout=?1 AND op='back')",
            id),
        0);
    sqlite_close(sqlite);
}

/* One point */

/* It has ended as it should, and the router says so. */
static void check_end(struct sweep *sweep) {
    int weight = rollout_scene_weight(&sweep->scene);
    assert_true(is_over(sweep));
    check_journal(sweep);
    recorded_rollout_expect_same(sweep->scene.launch->plan.id);
    if (sweep->goes_back) {
        assert_int_equal(sweep->status.phase, ROLLOUT_ROLLED_BACK);
        assert_true(weight <= 0);
        return;
    }
    assert_int_equal(sweep->status.phase, ROLLOUT_DONE);
    assert_int_equal(weight, 10000);
    uint64_t begun_ns = loop_clock_ns();
    while (!sweep->status.ended) {
        assert_true(is_there(sweep));
        assert_true(loop_clock_ns() - begun_ns < LIMIT_S * NS_PER_S);
        /* One that meant an earlier moment is refused, and given again. */
        if (sweep->status.phase == ROLLOUT_DONE) order(sweep, ROLLOUT_ORDER_UNDO);
        turn(sweep);
    }
}

/* Begins one that is killed at a point, or stopped at its end. How far it came. */
static unsigned long pass(struct sweep *sweep, unsigned long at) {
    rollout_ground_name(&sweep->scene.launch->plan);
    memset(&sweep->status, 0, sizeof sweep->status);
    if (start(sweep, ROLLOUT_LAUNCH_BEGIN, at)) conduct(sweep);
    leave(sweep);
    return how_far(sweep, at > 0 ? "killed" : "ended");
}

/* Nothing is open: it had ended, or nothing
 * was written down and so nothing was done. */
static void check_closed(struct sweep *sweep) {
    assert_non_null(strstr(sweep->words, "no rollout of"));
    assert_true(rollout_scene_weight(&sweep->scene) <= 0);
}

/* How far it came, having been brought to its end by another controller. */
static unsigned long survive(struct sweep *sweep, unsigned long at) {
    unsigned long passed = pass(sweep, at);
    if (start(sweep, ROLLOUT_LAUNCH_RESUME, 0)) {
        conduct(sweep);
        check_end(sweep);
    } else {
        check_closed(sweep);
    }
    leave(sweep);
    remove(sweep->told);
    return passed;
}

static void prepare(struct sweep *sweep) {
    memset(sweep, 0, sizeof *sweep);
    rollout_scene_init(&sweep->scene);
    test_folder_path(&sweep->scene.demo.home.logs, "kill-at", sweep->told);
    setenv("KILL_AT", sweep->told, 1); /* NOLINT(concurrency-mt-unsafe) */
    struct rollout_plan *plan = &sweep->scene.launch->plan;
    plan->step_count = STEPS;
    memcpy(plan->steps, steps, sizeof steps);
}

/* Who sweeps all of them waits long, and hears how far it is. */
static bool is_killed_at(struct sweep *sweep, unsigned long at) {
    uint64_t begun_ns = loop_clock_ns();
    bool killed = survive(sweep, at) == at;
    if (points > 0) return killed;
    print_message(
        "point %lu, going %s: %s, arrived after %.1f s\n", at,
        sweep->goes_back ? "back" : "on", killed ? "killed" : "not reached",
        (double)(loop_clock_ns() - begun_ns) / NS_PER_S);
    return killed;
}

static void it_arrives_wherever_it_is_killed(void **state) {
    static struct sweep sweep;
    unsigned killed = 0, tried = 0;
    (void)state;
    prepare(&sweep);
    sweep.goes_back = lane % 2 == 1;
    unsigned long all = survive(&sweep, 0);
    assert_true(all > STEPS);
    unsigned long chosen = points > 0 && points / 2 < all ? points / 2 : all;
    for (unsigned long i = first + lane / 2; i < chosen; i += LANES / 2) {
        unsigned long at = points == 0 ? 1 + i : 1 + i * (all - all / 8) / chosen;
        /* Not each rollout takes as many as the first one. */
        killed += is_killed_at(&sweep, at);
        tried++;
    }
    print_message(
        "%u/%u points of %lu, going %s\n", killed, tried, all,
        sweep.goes_back ? "back" : "on");
    assert_true(tried > 0 && killed * 4 >= tried * 3);
    rollout_scene_clear(&sweep.scene);
}

static int run_lane(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_arrives_wherever_it_is_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int count, char **args) {
    pid_t lanes[LANES];
    int failed = 0;
    if (count > 1) points = (unsigned)strtoul(args[1], NULL, 10);
    if (count > 2) first = strtoul(args[2], NULL, 10);
    for (lane = 0; lane < LANES; lane++) {
        lanes[lane] = fork();
        if (lanes[lane] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            exit(run_lane()); /* NOLINT(concurrency-mt-unsafe) */
        }
    }
    for (int i = 0; i < LANES; i++) {
        int status = 0;
        waitpid(lanes[i], &status, 0);
        failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    }
    return failed;
}
