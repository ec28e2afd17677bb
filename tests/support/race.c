/* SPDX-License-Identifier: MIT */
#include "support/race.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/exit_code.h"
#include "io/loop.h"

enum {
    RACER_LIMIT_S = 30, /* then the kernel ends it */
    GATE_LIMIT_MS = 20000,
    JITTER_NS = 2000000,
    ARGS_MAX = 12,
};

/* In the process of a racer. */
struct run {
    const struct race *race;
    struct racer *racer;
    struct loop *loop;
    struct rollout_link *line;
    struct rollout_starter *starter;
};

static void pass_gate(const struct run *run) {
    const struct race *race = run->race;
    char byte = 0;
    if (write(race->ready[1], &byte, 1) != 1) _exit(EXIT_CODE_INTERNAL);
    while (read(race->gate[0], &byte, 1) > 0) continue;
    if (run->racer != race->racers) return;
    uint64_t start_ns = loop_clock_ns(); /* so short that no sleep is */
    while (loop_clock_ns() - start_ns < race->jitter_ns) continue;
}

static void on_status(void *owner, const struct rollout_status *status) {
    struct run *run = owner;
    struct racer *racer = run->racer;
    if (racer->epoch != 0) return;
    racer->epoch = status->epoch;
    struct rollout_order order = {
        .kind = racer->kind,
        .expected_version = status->version,
        .force = racer->kind == ROLLOUT_ORDER_PROMOTE,
        .host = "ops1",
        .reason = "the race"};
    text_copy_cut(order.who, sizeof order.who, racer->who);
    pass_gate(run);
    if (rollout_link_order(run->line, &order) == 0) loop_stop(run->loop);
}

static void on_answer(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct run *run = owner;
    struct racer *racer = run->racer;
    racer->answered = why == NULL;
    racer->accepted = answer && answer->accepted;
    text_copy_cut(
        racer->words, sizeof racer->words, why ? why->message : answer->words);
    loop_stop(run->loop);
}

static void on_end(void *owner, const struct error *why) {
    struct run *run = owner;
    text_copy_cut(run->racer->words, sizeof run->racer->words, why->message);
    loop_stop(run->loop);
}

static void press(struct run *run) {
    static const struct rollout_link_handlers handlers = {on_status, on_answer, on_end};
    run->loop = loop_new();
    run->line = rollout_link_new(run->loop, run->race->scene->place, &handlers, run);
    loop_run(run->loop);
}

static void start_controller(struct run *run) {
    static const char *const args[] = {"run", NULL};
    struct rollout_launch *launch = run->race->scene->launch;
    struct error err = {0};
    run->loop = loop_new();
    const struct rollout_starter_options options = {
        .program = BINARIES_FOLDER "/flightdeck-canary",
        .args = args,
        .launch = launch,
        .on_started = on_answer,
        .owner = run,
    };
    struct rollout_plan *plan = &launch->plan;
    text_copy_cut(plan->holder, sizeof plan->holder, run->racer->who);
    pass_gate(run);
    run->starter = rollout_starter_new(run->loop, &options, &err);
    if (run->starter) loop_run(run->loop);
}

/* Somebody is known by his machine, too. */
static void move_to(const char *host) {
    bool alone =
        unshare(CLONE_NEWUTS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWUTS) == 0;
    if (!alone || sethostname(host, strlen(host)) != 0) _exit(EXIT_CODE_INTERNAL);
}

static void command(const struct run *run) {
    const struct racer *racer = run->racer;
    char *args[ARGS_MAX + 2] = {strdup(BINARIES_FOLDER "/flightdeck")};
    for (size_t i = 0; i < ARGS_MAX && racer->args[i]; i++) {
        args[i + 1] = strdup(racer->args[i]);
    }
    if (racer->host) move_to(racer->host);
    dup2(racer->said, STDOUT_FILENO);
    dup2(racer->said, STDERR_FILENO);
    pass_gate(run);
    if (args[0]) execv(args[0], args);
    _exit(127);
}

_Noreturn static void be_racer(const struct race *race, struct racer *racer) {
    struct run run = {.race = race, .racer = racer};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(RACER_LIMIT_S);
    close(race->gate[1]);
    if (racer->args) command(&run);
    if (racer->starts) {
        start_controller(&run);
    } else {
        press(&run);
    }
    _exit(0);
}

static void enter(struct race *race, struct racer *racer) {
    racer->said = memfd_create("said", MFD_CLOEXEC);
    assert_true(racer->said >= 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) be_racer(race, racer);
    racer->pid = pid;
}

static void await_ready(const struct race *race) {
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

static unsigned run_race(struct race *race) {
    unsigned won = 0;
    assert_int_equal(pipe2(race->gate, O_CLOEXEC) | pipe2(race->ready, O_CLOEXEC), 0);
    race->jitter_ns = (uint32_t)random_below(&race->dice, JITTER_NS);
    for (int i = 0; i < RACERS; i++) enter(race, &race->racers[i]);
    await_ready(race);
    close(race->gate[1]);
    for (int i = 0; i < RACERS; i++) leave(&race->racers[i]);
    close(race->gate[0]);
    close(race->ready[0]);
    close(race->ready[1]);
    for (int i = 0; i < RACERS; i++) won += has_won(&race->racers[i]);
    return won;
}

struct race *race_new(const struct rollout_scene *scene) {
    struct race *race = mmap(
        NULL, sizeof *race, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(race, MAP_FAILED);
    race->scene = scene;
    random_seed(&race->dice, 11);
    return race;
}

void race_free(struct race *race) {
    for (int i = 0; i < RACERS; i++) {
        pid_t pid = race->racers[i].pid;
        if (pid > 0 && kill(pid, SIGKILL) == 0) waitpid(pid, NULL, 0);
    }
    munmap(race, sizeof *race);
}

static unsigned race_named(
    struct race *race, const struct racer *like, const char *first,
    const char *second) {
    const char *const names[RACERS] = {first, second};
    for (int i = 0; i < RACERS; i++) {
        race->racers[i] = *like;
        text_copy_cut(race->racers[i].who, STATE_NAME_SIZE, names[i]);
    }
    return run_race(race);
}

unsigned race_presses(
    struct race *race, enum rollout_order_kind kind, const char *first,
    const char *second) {
    const struct racer like = {.kind = kind};
    return race_named(race, &like, first, second);
}

unsigned race_launches(struct race *race, const char *first, const char *second) {
    const struct racer like = {.starts = true};
    return race_named(race, &like, first, second);
}

unsigned race_commands(
    struct race *race, const char *const *args, const char *const *hosts) {
    for (int i = 0; i < RACERS; i++) {
        race->racers[i] = (struct racer){.args = args, .host = hosts ? hosts[i] : NULL};
    }
    return run_race(race);
}

const struct racer *race_racer(const struct race *race, bool won) {
    return &race->racers[has_won(&race->racers[0]) == won ? 0 : 1];
}

void race_fail(const struct race *race, const char *what) {
    fail_msg(
        "%s:\n%d %s\n%d %s", what, race->racers[0].code, race->racers[0].words,
        race->racers[1].code, race->racers[1].words);
}
