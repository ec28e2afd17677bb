/* SPDX-License-Identifier: MIT */
#include "cockpit.h"
#include "command_functions.h"
#include "config.h"
#include "guard.h"
#include "invocation.h"

/* What the guarded process needs. */
struct seat {
    const struct invocation *invocation; /* borrowed */
    struct config *config;
};

static const char *theme_of(const struct seat *seat) {
    const char *named = seat->invocation->options.values[OPTION_THEME];
    if (named) return named;
    const char *configured = config_values(seat->config)->theme;
    return configured[0] ? configured : NULL;
}

static int run(void *owner, struct restore *restore) {
    const struct seat *seat = owner;
    const struct options *given = &seat->invocation->options;
    struct cockpit_options options = {
        .config = seat->config,
        .target = config_target(seat->config),
        .redactor = config_redactor(seat->config),
        .theme = theme_of(seat),
        .color = given->values[OPTION_COLOR],
        .checks = given->values[OPTION_CHECKS],
        .arm_for_ns = config_values(seat->config)->arm_for_ns,
    };
    load_folders_of(seat->config, &options.scenarios);
    return cockpit_run(&options, restore);
}

int cockpit_command(const struct invocation *invocation) {
    struct error err;
    struct seat seat = {.invocation = invocation};
    seat.config = config_for(invocation, invocation_operand(invocation, 0), &err);
    if (!seat.config) return invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    const struct guard_work work = {.run = run, .owner = &seat};
    int code = guard_run(&work);
    config_free(seat.config);
    return code;
}
