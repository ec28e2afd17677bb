/* Two operators race to start, promote, hold, take back and take over: one acts, the other
 * is told, and two presses act once. Real programs on a real router. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "core/exit_code.h"
#include "core/random.h"
#include "demo_lease.h"
#include "history/lock.h"
#include "history/store.h"
#include "io/folders.h"
#include "io/loop.h"
#include "io/rollout_place.h"
#include "io/sqlite.h"
#include "operator.h"
#include "support/rollout_scene.h"

enum {
    RACERS = 2,
    ROUNDS = 3,
    RACER_LIMIT_S = 30, /* then the kernel ends it */
    GATE_LIMIT_MS = 20000,
    LEAVE_LIMIT_S = 20,
    JITTER_NS = 2000000,
    ARGS_MAX = 12,
    SAID_SIZE = 4096,
};

/* Who races: presses a key at a controller's socket, starts another one in its place, or
 * runs a command. */
struct racer {
    char who[STATE_NAME_SIZE];
    enum rollout_order_kind kind;
    bool starts;             /* a controller: the scene's launch, as his */
    const char *const *args; /* of a command; NULL for the others */
    const char *host;        /* on which it runs; NULL for this one */
    /* What became of it */
    pid_t pid;
    int said; /* what a command wrote */
    bool answered, accepted;
    int code;
    uint64_t epoch; /* that it has seen */
    char words[SAID_SIZE];
};

/* Shared with the racers. */
struct race {
    struct racer racers[RACERS];
    int gate[2], ready[2];
    uint32_t jitter_ns;
};

static struct rollout_scene scene;
static struct race *race;
static struct random dice;
static struct rollout_link *line; /* of a racer, in its own process */
static struct rollout_starter *starter;
static struct racer *self;

/* The racers: all stand at the gate before one may go */

static void pass_gate(uint32_t jitter_ns) {
    char byte = 0;
    if (write(race->ready[1], &byte, 1) != 1) _exit(EXIT_CODE_INTERNAL);
    while (read(race->gate[0], &byte, 1) > 0) continue;
    uint64_t start_ns = loop_clock_ns(); /* so short that no sleep is */
    while (loop_clock_ns() - start_ns < jitter_ns) continue;
}

static uint32_t own_jitter_ns(void) {
    return self == race->racers ? race->jitter_ns : 0;
}

static void on_status(void *owner, const struct rollout_status *status) {
    struct racer *racer = self;
    if (racer->epoch != 0) return;
    racer->epoch = status->epoch;
    struct rollout_order order = {
        .kind = racer->kind,
        .expected_version = status->version,
        .force = racer->kind == ROLLOUT_ORDER_PROMOTE,
        .host = "ops1",
        .reason = "the race"};
    text_copy_cut(order.who, sizeof order.who, racer->who);
    pass_gate(own_jitter_ns());
    if (rollout_link_order(line, &order) == 0) loop_stop(owner);
}

static void on_answer(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    self->answered = why == NULL;
    self->accepted = answer->accepted;
    text_copy_cut(self->words, sizeof self->words, why ? why->message : answer->words);
    loop_stop(owner);
}

static void on_end(void *owner, const struct error *why) {
    text_copy_cut(self->words, sizeof self->words, why->message);
    loop_stop(owner);
}

_Noreturn static void press(void) {
    static const struct rollout_link_handlers handlers = {on_status, on_answer, on_end};
    struct loop *loop = loop_new();
    line = rollout_link_new(loop, scene.place, &handlers, loop);
    loop_run(loop);
    _exit(0);
}

static void on_started(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    self->answered = answer != NULL;
    self->accepted = answer && answer->accepted;
    text_copy_cut(
        self->words, sizeof self->words, answer ? answer->words : why->message);
    loop_stop(owner);
}

_Noreturn static void start_controller(void) {
    static const char *const args[] = {"run", NULL};
    struct loop *loop = loop_new();
    struct error err = {0};
    const struct rollout_starter_options options = {
        .program = BINARIES_FOLDER "/flightdeck-canary",
        .args = args,
        .launch = scene.launch,
        .on_started = on_started,
        .owner = loop,
    };
    struct rollout_plan *plan = &scene.launch->plan;
    text_copy_cut(plan->holder, sizeof plan->holder, self->who);
    pass_gate(own_jitter_ns());
    starter = rollout_starter_new(loop, &options, &err);
    if (starter) loop_run(loop);
    _exit(0);
}

/* Somebody is known by his machine, too. */
static void move_to(const char *host) {
    bool alone =
        unshare(CLONE_NEWUTS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWUTS) == 0;
    if (!alone || sethostname(host, strlen(host)) != 0) _exit(EXIT_CODE_INTERNAL);
}

_Noreturn static void command(void) {
    char *args[ARGS_MAX + 2] = {strdup(BINARIES_FOLDER "/flightdeck")};
    for (size_t i = 0; i < ARGS_MAX && self->args[i]; i++) {
        args[i + 1] = strdup(self->args[i]);
    }
    if (self->host) move_to(self->host);
    dup2(self->said, STDOUT_FILENO);
    dup2(self->said, STDERR_FILENO);
    pass_gate(own_jitter_ns());
    if (args[0]) execv(args[0], args);
    _exit(127);
}

static void enter(struct racer *racer) {
    racer->said = memfd_create("said", MFD_CLOEXEC);
    assert_true(racer->said >= 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0) racer->pid = pid;
    if (pid > 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(RACER_LIMIT_S);
    close(race->gate[1]);
    self = racer;
    if (racer->args) command();
    if (racer->starts) start_controller();
    press();
}

/* The race */

static void await_ready(void) {
    struct pollfd ready = {.fd = race->ready[0], .events = POLLIN};
    for (int i = 0; i < RACERS; i++) {
        char byte;
        if (poll(&ready, 1, GATE_LIMIT_MS) != 1) fail_msg("nobody is at the gate");
        assert_int_equal(read(race->ready[0], &byte, 1), 1);
    }
}

static void leave(struct racer *racer) {
    int status = 0;
    assert_int_equal(waitpid(racer->pid, &status, 0), racer->pid);
    racer->pid = 0;
    racer->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (racer->args) {
        ssize_t got = pread(racer->said, racer->words, sizeof racer->words - 1, 0);
        racer->words[got > 0 ? got : 0] = '\0';
    } else if (!racer->answered) {
        fail_msg("no answer to %s: %s", racer->who, racer->words);
    }
    close(racer->said);
}

static bool has_won(const struct racer *racer) {
    return racer->args ? racer->code == EXIT_CODE_OK : racer->accepted;
}

/* Returns how many have won. */
static unsigned run_race(void) {
    unsigned won = 0;
    assert_int_equal(pipe2(race->gate, O_CLOEXEC) | pipe2(race->ready, O_CLOEXEC), 0);
    race->jitter_ns = (uint32_t)random_below(&dice, JITTER_NS);
    for (int i = 0; i < RACERS; i++) enter(&race->racers[i]);
    await_ready();
    close(race->gate[1]);
    for (int i = 0; i < RACERS; i++) leave(&race->racers[i]);
    close(race->gate[0]);
    close(race->ready[0]);
    close(race->ready[1]);
    for (int i = 0; i < RACERS; i++) won += has_won(&race->racers[i]);
    return won;
}

static unsigned race_presses(
    enum rollout_order_kind kind, const char *first, const char *second) {
    const char *const names[RACERS] = {first, second};
    for (int i = 0; i < RACERS; i++) {
        race->racers[i] = (struct racer){.kind = kind};
        text_copy_cut(race->racers[i].who, STATE_NAME_SIZE, names[i]);
    }
    return run_race();
}

/* What the scene's launch says, as theirs. */
static unsigned race_launches(const char *first, const char *second) {
    const char *const names[RACERS] = {first, second};
    for (int i = 0; i < RACERS; i++) {
        race->racers[i] = (struct racer){.starts = true};
        text_copy_cut(race->racers[i].who, STATE_NAME_SIZE, names[i]);
    }
    return run_race();
}

static unsigned race_commands(const char *const *args) {
    for (int i = 0; i < RACERS; i++) race->racers[i] = (struct racer){.args = args};
    return run_race();
}

static void fail_with_words(const char *what) {
    fail_msg(
        "%s:\n%d %s\n%d %s", what, race->racers[0].code, race->racers[0].words,
        race->racers[1].code, race->racers[1].words);
}

/* Of two, after one has won. */
static const struct racer *find_racer(bool won) {
    return &race->racers[has_won(&race->racers[0]) == won ? 0 : 1];
}

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

static bool has_controller(struct lock_holder *who) {
    char folder[FOLDER_PATH_SIZE], name[ROLLOUT_LOCK_SIZE];
    struct error err;
    rollout_lock_name("demo", name);
    return folder_state(folder, &err) && lock_is_held(folder, name, who);
}

/* False when it is still there after a while. */
static bool wait_for_end_of(pid_t pid) {
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    if (process < 0) return true;
    struct pollfd end = {.fd = process, .events = POLLIN};
    bool ended = poll(&end, 1, LEAVE_LIMIT_S * 1000) == 1;
    close(process);
    return ended;
}

static bool wait_until_left(void) {
    struct lock_holder who;
    while (has_controller(&who)) {
        if (!wait_for_end_of(who.pid)) return false;
    }
    return true;
}

static struct lock_holder kill_controller(void) {
    struct lock_holder who = {0};
    assert_true(has_controller(&who));
    kill(who.pid, SIGKILL);
    assert_true(wait_for_end_of(who.pid));
    return who;
}

static int set_up(void **state) {
    (void)state;
    race = mmap(
        NULL, sizeof *race, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (race == MAP_FAILED) return -1;
    random_seed(&dice, 11);
    rollout_scene_init(&scene);
    scene.launch->plan.manual = true;
    return 0;
}

/* Also after a test that has failed in the middle. */
static int tear_down(void **state) {
    struct lock_holder who;
    (void)state;
    for (int i = 0; i < RACERS; i++) {
        pid_t pid = race->racers[i].pid;
        if (pid > 0 && kill(pid, SIGKILL) == 0) waitpid(pid, NULL, 0);
    }
    if (has_controller(&who)) kill(who.pid, SIGKILL);
    rollout_scene_clear(&scene);
    munmap(race, sizeof *race);
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
        if (race_commands(start) != 1) fail_with_words("not one has begun");
        const struct racer *loser = find_racer(false);
        if (loser->code != EXIT_CODE_UNREACHABLE || !strstr(loser->words, words)) {
            fail_with_words("not told who holds it");
        }
        if (race_commands(back) != RACERS) fail_with_words("not taken back");
        assert_true(wait_until_left());
        assert_int_equal(count("SELECT count(*) FROM rollout"), round + 1);
        int weight_bp = rollout_scene_weight(&scene);
        if (weight_bp != DEMO_WEIGHT_BASIS_POINTS) assert_true(weight_bp <= 0);
        assert_int_equal(
            count("SELECT count(*) FROM rollout WHERE ended_ms IS NULL"), 0);
    }
}

/* Until data is fresh nobody may: that both were refused, or the first, says no more. */
static void race_to_promote(const char *second) {
    uint64_t start_ns = loop_clock_ns();
    unsigned won;
    while ((won = race_presses(ROLLOUT_ORDER_PROMOTE, "ann", second)) == 0) {
        if (loop_clock_ns() - start_ns > LEAVE_LIMIT_S * NS_PER_S) {
            fail_with_words("nobody may promote");
        }
    }
    if (won != 1) fail_with_words("promoted twice");
    const char *told =
        strcmp(second, "ann") == 0 ? "it has moved on since" : "it is ann's on ops1";
    const char *words = find_racer(false)->words;
    bool too_early = strstr(words, "no fresh data") != NULL;
    if (!strstr(words, told) && !too_early) fail_with_words("not told");
    assert_string_equal(find_racer(true)->who, "ann");
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
    assert_int_equal(race_presses(ROLLOUT_ORDER_HOLD, "ann", "bob"), RACERS);
    assert_int_equal(rollout_scene_weight(&scene), weights[ROUNDS]);
    assert_int_equal(race_presses(ROLLOUT_ORDER_ABORT, "bob", "ann"), RACERS);
    rollout_scene_wait(&scene, &(struct rollout_goal){ROLLOUT_ROLLED_BACK, 0, 0});
    assert_true(rollout_scene_weight(&scene) <= 0);
    rollout_link_free(scene.link);
    scene.link = NULL;
    assert_true(wait_until_left());
    assert_int_equal(count_moves_to(ROLLOUT_RAISING), ROUNDS + 1);
    assert_int_equal(count_moves_to(ROLLOUT_HOLD), 1);
    assert_int_equal(count_moves_to(ROLLOUT_ROLLING_BACK), 1);
}

/* The loser's promote, with nothing in its way but whose the rollout is. */
static void expect_no_power(const char *loser, const char *winner) {
    char words[STATE_NAME_SIZE + 16];
    struct text text = TEXT_IN(words);
    text_addf(&text, "it is %s's on ", winner);
    assert_int_equal(race_presses(ROLLOUT_ORDER_PROMOTE, loser, loser), 0);
    for (int i = 0; i < RACERS; i++) {
        if (!strstr(race->racers[i].words, words)) fail_with_words("not refused");
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
        if (race_presses(ROLLOUT_ORDER_TAKEOVER, names[0], names[1]) != 1) {
            fail_with_words("not one has it");
        }
        const char *told = find_racer(false)->words;
        int winner = find_racer(true) == &race->racers[1];
        if (!strstr(told, "has taken it over since")) fail_with_words("not told");
        assert_non_null(strstr(told, names[winner]));
        expect_no_power(names[!winner], names[winner]);
        expect_no_power("ann", names[winner]);
    }
    assert_int_equal(rollout_scene_weight(&scene), 500);
}

static void expect_told_of_winner(void) {
    const char *winner = find_racer(true)->who;
    char words[STATE_NAME_SIZE + 32];
    struct text text = TEXT_IN(words);
    text_addf(&text, "held by %s on ops1", winner);
    const char *told = find_racer(false)->words;
    if (!strstr(told, words) || !strstr(told, " since ")) fail_with_words("not told");
    struct lock_holder who = {0};
    assert_true(has_controller(&who));
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
        struct lock_holder seen = kill_controller();
        scene.launch->kind = ROLLOUT_LAUNCH_RESUME;
        scene.launch->epoch = seen.epoch;
        if (race_launches("bob", "cleo") != 1) fail_with_words("not one has it");
        expect_told_of_winner();
    }
    for (int round = 0; round < ROUNDS; round++) {
        struct lock_holder seen = {0};
        assert_true(has_controller(&seen));
        assert_int_equal(kill(seen.pid, SIGSTOP), 0); /* it hangs */
        scene.launch->kind = ROLLOUT_LAUNCH_TAKEOVER;
        scene.launch->epoch = seen.epoch;
        unsigned won = race_launches("dora", "emil");
        kill(seen.pid, SIGCONT);
        if (won != 1) fail_with_words("not one has it");
        expect_told_of_winner();
        assert_true(wait_for_end_of(seen.pid)); /* it finds out */
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
    for (int round = 0; round < ROUNDS; round++) {
        kill_controller();
        for (int i = 0; i < RACERS; i++) {
            race->racers[i] = (struct racer){.args = take, .host = hosts[i]};
        }
        if (run_race() != 1) fail_with_words("not one has it");
        const struct racer *loser = find_racer(false);
        if (!strstr(loser->words, "has taken it over since, at ") ||
            !strstr(loser->words, find_racer(true)->host)) {
            fail_with_words("not told");
        }
        assert_int_equal(loser->code, EXIT_CODE_FAILED);
    }
    /* Who has it already takes it from nobody. */
    if (race_commands(take) == 0) fail_with_words("not one has it");
}

int main(void) {
#define RACE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RACE_TEST(of_two_starts_one_begins_and_the_other_is_told_whose_it_is),
        RACE_TEST(of_two_presses_one_acts),
        RACE_TEST(of_two_takeovers_one_has_it),
        RACE_TEST(of_two_who_replace_a_controller_one_does),
        RACE_TEST(of_two_commands_that_take_over_one_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
