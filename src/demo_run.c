/* SPDX-License-Identifier: MIT */
#include "demo_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "core/exit_code.h"
#include "demo_control.h"
#include "demo_lease.h"
#include "demo_ports.h"
#include "demo_stack.h"
#include "guard.h"
#include "io/leash.h"
#include "io/loop.h"

enum { DESCRIPTION_MAX = 16 * 1024, FILE_MODE = 0600, SIGNALS = 3 };

struct session {
    const struct demo_run *run;
    struct loop *loop;
    struct demo_stack *stack;
    struct demo_control *control;
    enum exit_code code;
    bool ending;
};

static void end(struct session *session, enum exit_code code) {
    if (session->ending) return;
    session->ending = true;
    session->code = code;
    demo_stack_stop(session->stack);
}

static void fail(struct session *session, const struct error *why) {
    dprintf(STDERR_FILENO, "flightdeck demo: %s\n", why->message);
    end(session, EXIT_CODE_UNREACHABLE);
}

static bool write_config(const struct demo_run *run, struct error *err) {
    if (!run->config) return true;
    struct buffer text;
    buffer_init(&text, DESCRIPTION_MAX);
    demo_plan_target(&run->plan, &text);
    int descriptor =
        open(run->config, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, FILE_MODE);
    ssize_t written = descriptor < 0 ? -1 : write(descriptor, text.data, text.length);
    bool whole = written == (ssize_t)text.length;
    if (!whole) error_set(err, ERROR_SYSTEM, "%s: %s", run->config, strerror(errno));
    if (descriptor >= 0) close(descriptor);
    buffer_clear(&text);
    return whole;
}

static void on_ready(void *owner) {
    struct session *session = owner;
    struct error err = {0};
    if (!write_config(session->run, &err)) {
        fail(session, &err);
        return;
    }
    struct buffer words;
    buffer_init(&words, DESCRIPTION_MAX);
    demo_stack_describe(session->stack, &words);
    buffer_add_char(&words, '\n');
    /* A reader that has gone away is no reason to end. */
    ssize_t written = write(STDOUT_FILENO, words.data, words.length);
    (void)written;
    buffer_clear(&words);
}

static void on_failed(void *owner, const struct error *why) {
    fail(owner, why);
}

static void on_ended(void *owner, const char *words) {
    const struct session *session = owner;
    if (!session->run->quiet) dprintf(STDERR_FILENO, "flightdeck demo: %s\n", words);
}

static void on_stopped(void *owner) {
    struct session *session = owner;
    loop_stop(session->loop);
}

static void on_signal(void *owner, int number) {
    end(owner, number == SIGINT ? EXIT_CODE_INTERRUPTED : EXIT_CODE_TERMINATED);
}

static void on_leash_end(void *owner) {
    end(owner, EXIT_CODE_OK);
}

static void run_loop(struct session *session) {
    static const int numbers[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
    struct loop_signal *signals[SIGNALS];
    for (unsigned i = 0; i < SIGNALS; i++) {
        signals[i] = loop_on_signal(session->loop, numbers[i], on_signal, session);
    }
    struct leash *leash = leash_from_environment(session->loop, on_leash_end, session);
    loop_run(session->loop);
    leash_free(leash);
    for (unsigned i = 0; i < SIGNALS; i++) loop_signal_free(signals[i]);
}

/* In the guarded process. */
static int run_stack(void *owner, struct restore *restore) {
    static const struct demo_stack_handlers handlers = {
        .on_ready = on_ready,
        .on_failed = on_failed,
        .on_ended = on_ended,
        .on_stopped = on_stopped,
    };
    (void)restore;
    const struct demo_run *run = owner;
    struct session session = {.run = run, .loop = loop_new()};
    struct error err = {0};
    session.stack = demo_stack_new(session.loop, &run->plan, &handlers, &session);
    session.control =
        demo_control_new(session.loop, &run->plan.place, session.stack, &err);
    if (!session.control) fail(&session, &err);
    run_loop(&session);

    demo_lease_end_controller(run->plan.place.name);
    demo_control_free(session.control);
    demo_stack_free(session.stack);
    loop_free(session.loop);
    demo_place_remove(&run->plan.place, &err);
    return session.code;
}

/* In the guard, when the stack was killed:
 * its parts died with it, its files did not. */
static void tidy_up(void *owner) {
    const struct demo_run *run = owner;
    struct error err = {0};
    if (demo_place_remove(&run->plan.place, &err)) return;
    dprintf(STDERR_FILENO, "flightdeck demo: %s\n", err.message);
}

static bool find_place(struct demo_plan *plan, struct error *err) {
    uint16_t ports[TRACK_COUNT + 2];
    if (!demo_ports_pick(ports, TRACK_COUNT + 2, err)) return false;
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        plan->agent_ports[track] = ports[track];
    }
    plan->model_port = ports[TRACK_COUNT];
    plan->front_port = ports[TRACK_COUNT + 1];
    return demo_place_claim(&plan->place, err);
}

int demo_run(struct demo_run *run) {
    struct error err = {0};
    if (!find_place(&run->plan, &err)) {
        dprintf(STDERR_FILENO, "flightdeck demo: %s\n", err.message);
        return EXIT_CODE_UNREACHABLE;
    }
    const struct guard_work work = {.run = run_stack, .after = tidy_up, .owner = run};
    return guard_run(&work);
}
