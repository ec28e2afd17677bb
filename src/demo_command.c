/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "commands.h"
#include "core/target.h"
#include "demo_child.h"
#include "demo_control.h"
#include "demo_lease.h"
#include "demo_room.h"
#include "demo_run.h"
#include "demo_traffic.h"
#include "own_path.h"
#include "terminal.h"
#include "themes.h"

enum { TRAFFIC_SECONDS = 5, TRAFFIC_SEED = 11, ANSWER_MAX = DEMO_CONTROL_ANSWER_MAX };

#define TRAFFIC_RPS 40.0

static int run_stack_only(const struct invocation *invocation) {
    const struct options *options = &invocation->options;
    struct error err = {0};
    struct demo_run run = {
        .plan =
            {
                .real_model = options_has(options, OPTION_REAL_MODEL),
                .bad_canary = options_has(options, OPTION_BAD_CANARY),
                .traffic_rps = TRAFFIC_RPS,
                .users_max = demo_room_users(demo_room_descriptors(), DEMO_USERS_MAX),
                .ready_ns = DEMO_READY_S * NS_PER_S,
            },
        .config = options->values[OPTION_WRITE_CONFIG],
        .quiet = options_has(options, OPTION_QUIET),
    };
    if (!own_folder(run.plan.programs, sizeof run.plan.programs, &err)) {
        return invocation_fail(invocation, EXIT_CODE_UNREACHABLE, &err);
    }
    return demo_run(&run);
}

static struct demo_child *start_child(
    const struct invocation *invocation, const char *program, int *signal,
    struct error *err) {
    const char *arguments[8] = {NULL};
    unsigned count = 0;
    if (options_has(&invocation->options, OPTION_BAD_CANARY)) {
        arguments[count++] = "--bad-canary";
    }
    if (options_has(&invocation->options, OPTION_REAL_MODEL)) {
        arguments[count++] = "--real-model";
    }
    invocation_say(
        invocation, 0, "starting redis, the model, two agents, workers and the router");
    return demo_child_start(program, arguments, signal, err);
}

/* Smoke first, then some traffic, then one look at everything; the worst of them
 * counts. A stack that was told to stop in between has said nothing about itself. */
static int look_around(
    const struct invocation *invocation, struct demo_child *child,
    const char *program) {
    const char *name = demo_child_name(child);
    const char *const smoke[] = {program, "smoke", "--target", name, NULL};
    const char *const status[] = {program, "status", "--target", name, NULL};
    int signal = 0;
    printf("%s", demo_child_description(child));
    fflush(stdout);
    int smoked = demo_child_run(child, smoke);
    if (smoked > 128) return smoked;
    invocation_say(invocation, 0, "%d s of traffic", TRAFFIC_SECONDS);
    bool waited = demo_child_wait(child, TRAFFIC_SECONDS * NS_PER_S, &signal);
    if (!waited) return 128 + signal;
    printf("\n");
    fflush(stdout);
    int looked = demo_child_run(child, status);
    if (looked > 128) return looked;
    return (int)exit_code_worse((enum exit_code)smoked, (enum exit_code)looked);
}

/* The rollout that a bad canary is there for. One that an earlier demo left behind goes
 * back first. Without a screen its outcome is waited for. */
static void let_in(
    const struct invocation *invocation, struct demo_child *child,
    const char *program) {
    const char *name = demo_child_name(child);
    bool headless = options_has(&invocation->options, OPTION_HEADLESS);
    const char *const abort[] = {program, "canary", "abort",     "--target", name,
                                 "-q",    "-o",     "/dev/null", NULL};
    const char *const start[] = {
        program,
        "canary",
        "start",
        "--target",
        name,
        "--to",
        DEMO_CANARY_RELEASE,
        "--reason",
        "the demo's bad canary",
        headless ? "--timeout=3m" : "--detach",
        headless ? NULL : "-q",
        NULL};
    int code = demo_child_run(child, start);
    if (code != EXIT_CODE_UNREACHABLE) return;
    demo_child_run(child, abort);
    demo_child_run(child, start);
}

static void let_out(struct demo_child *child, const char *program) {
    const char *name = demo_child_name(child);
    const char *const abort[] = {
        program, "canary",    "abort",    "--target",      name, "-q",
        "-o",    "/dev/null", "--reason", "the demo ends", NULL};
    if (demo_lease_is_controlled(name)) demo_child_run(child, abort);
}

/* The cockpit is the command without a name; NULL when there is no screen for it. */
static const struct program_command *choose_cockpit(
    const struct invocation *invocation) {
    struct error err;
    if (options_has(&invocation->options, OPTION_HEADLESS)) return NULL;
    if (!isatty(STDOUT_FILENO) || !terminal_usable(&err)) return NULL;
    for (unsigned i = 0; i < program_command_count; i++) {
        if (program_commands[i].name[0] == '\0') return &program_commands[i];
    }
    return NULL;
}

static int run_cockpit(
    const struct invocation *invocation, const struct program_command *cockpit,
    const char *name) {
    struct invocation on_demo = *invocation;
    on_demo.command = "";
    on_demo.operands.count = 0;
    on_demo.options.given |= UINT64_C(1) << OPTION_TARGET;
    on_demo.options.by_flag |= UINT64_C(1) << OPTION_TARGET;
    on_demo.options.values[OPTION_TARGET] = name;
    return cockpit->run(&on_demo);
}

/* Found out here, and not by an agent when half of the stack is up. */
static bool has_key_if_needed(const struct invocation *invocation, struct error *err) {
    if (!options_has(&invocation->options, OPTION_REAL_MODEL)) return true;
    const char *key = getenv(DEMO_KEY_VARIABLE); /* NOLINT(concurrency-mt-unsafe) */
    if (key && key[0] != '\0') return true;
    return error_set(
        err, ERROR_USAGE, "--real-model: " DEMO_KEY_VARIABLE " is not set");
}

/* With or without a screen to show it on. */
static bool has_theme(const struct invocation *invocation, struct error *err) {
    const char *name = invocation->options.values[OPTION_THEME];
    struct theme theme;
    struct theme_warnings warnings;
    if (!name || strcmp(name, "auto") == 0) return true;
    return themes_load(name, &theme, &warnings, err) || error_wrap(err, "--theme");
}

int demo_command(const struct invocation *invocation) {
    struct error err = {0};
    if (!has_key_if_needed(invocation, &err) || !has_theme(invocation, &err)) {
        return invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    }
    if (options_has(&invocation->options, OPTION_STACK_ONLY)) {
        return run_stack_only(invocation);
    }
    char program[DEMO_PATH_SIZE];
    int signal = 0;
    if (!own_path(program, sizeof program, &err)) {
        return invocation_fail(invocation, EXIT_CODE_UNREACHABLE, &err);
    }
    struct demo_child *child = start_child(invocation, program, &signal, &err);
    if (!child && signal != 0) return 128 + signal;
    if (!child) return invocation_fail(invocation, EXIT_CODE_UNREACHABLE, &err);
    const struct program_command *cockpit = choose_cockpit(invocation);
    if (options_has(&invocation->options, OPTION_BAD_CANARY)) {
        let_in(invocation, child, program);
    }
    int code = cockpit ? run_cockpit(invocation, cockpit, demo_child_name(child))
                       : look_around(invocation, child, program);
    let_out(child, program);
    demo_child_free(child);
    return code;
}

static const char *demo_name(const struct invocation *invocation) {
    const char *name = invocation->options.values[OPTION_TARGET];
    return name ? name : "demo";
}

/* Sends a line to the demo that --target names and prints its answer. */
static int ask(const struct invocation *invocation, const char *line) {
    struct buffer answer;
    struct error err = {0};
    buffer_init(&answer, ANSWER_MAX);
    int code = EXIT_CODE_OK;
    if (demo_control_ask(demo_name(invocation), line, &answer, &err)) {
        code = invocation_finish(invocation, buffer_slice(&answer), EXIT_CODE_OK);
    } else {
        bool refused = err.code == ERROR_REPLY;
        code = invocation_fail(
            invocation, refused ? EXIT_CODE_USAGE : EXIT_CODE_UNREACHABLE, &err);
    }
    buffer_clear(&answer);
    return code;
}

/* Whether the demo lists such a part. */
static bool has_part(const struct buffer *status, const char *part) {
    struct scan lines = scan_of(buffer_slice(status));
    struct slice line;
    struct slice word;
    while (scan_line(&lines, &line)) {
        struct scan words = scan_of(line);
        if (!scan_word(&words, &word) || !slice_equals(word, "part")) continue;
        if (scan_word(&words, &word) && slice_equals(word, part)) return true;
    }
    return false;
}

/* What a running demo would be told; nothing is. */
static int say_what(const struct invocation *invocation, const char *line) {
    const char *name = demo_name(invocation);
    const char *part = invocation_operand(invocation, 0);
    struct buffer answer;
    struct error err = {0};
    buffer_init(&answer, ANSWER_MAX);
    int code = EXIT_CODE_UNREACHABLE;
    if (!demo_control_ask(name, "status", &answer, &err)) {
        invocation_fail(invocation, code, &err);
    } else if (!has_part(&answer, part)) {
        error_set(&err, ERROR_USAGE, "no part \"%.60s\"", part);
        code = invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    } else {
        buffer_reset(&answer);
        buffer_addf(&answer, "would tell the demo \"%s\": %s\n", name, line);
        code = invocation_finish(invocation, buffer_slice(&answer), EXIT_CODE_OK);
    }
    buffer_clear(&answer);
    return code;
}

static int ask_about_part(const struct invocation *invocation, const char *verb) {
    char line[DEMO_CONTROL_LINE_SIZE];
    struct text text = TEXT_IN(line);
    const char *count = invocation_operand(invocation, 1);
    text_addf(&text, "%s %s", verb, invocation_operand(invocation, 0));
    if (count) text_addf(&text, " %s", count);
    struct error err = {0};
    if (text.truncated) {
        error_set(&err, ERROR_USAGE, "no part has such a long name");
        return invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    }
    bool dry = options_has(&invocation->options, OPTION_DRY_RUN);
    return dry ? say_what(invocation, line) : ask(invocation, line);
}

int demo_status_command(const struct invocation *invocation) {
    return ask(invocation, "status");
}

int demo_stop_command(const struct invocation *invocation) {
    return ask_about_part(invocation, "stop");
}

int demo_start_command(const struct invocation *invocation) {
    return ask_about_part(invocation, "start");
}

int demo_scale_command(const struct invocation *invocation) {
    return ask_about_part(invocation, "scale");
}

int demo_traffic_command(const struct invocation *invocation) {
    const char *rate = invocation_operand(invocation, 1);
    struct error err = {0};
    struct demo_traffic_options options = {
        .url = invocation_operand(invocation, 0),
        .rps = TRAFFIC_RPS,
        .seed = TRAFFIC_SEED};
    char *end = NULL;
    if (rate) options.rps = strtod(rate, &end);
    if (rate && *end != '\0') {
        error_set(
            &err, ERROR_USAGE, "\"%s\" requests per second: expected a number", rate);
        return invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    }
    if (!target_url_is_loopback(options.url)) {
        error_set(
            &err, ERROR_USAGE, "traffic goes to this machine only, not to %s",
            options.url);
        return invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    }
    int code = demo_traffic_run(&options, &err);
    return err.code == ERROR_NONE ? code
                                  : invocation_fail(invocation, EXIT_CODE_USAGE, &err);
}
