/* flightdeck-watch: looks over the operator's shoulder.
 * The code that acts is not in this program. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "config.h"
#include "core/exit_code.h"
#include "crash.h"
#include "guard.h"
#include "invocation.h"
#include "io/loop.h"
#include "operator.h"
#include "session.h"
#include "terminal.h"
#include "watch_plain.h"

static const char usage[] =
    "usage: flightdeck-watch [URL] [OPTIONS]\n"
    "The cockpit's screens on the configured target or a URL, read-only.\n\n"
    "  -t, --target NAME      the target to use, or a running demo\n"
    "  -c, --config FILE      read this instead of ./flightdeck.yaml\n"
    "      --theme NAME       colours of the cockpit\n"
    "      --color WHEN       auto, always or never\n"
    "      --plain            one line per change, without a screen\n"
    "      --timeout DURATION with --plain: how long\n";

#define BIT(option) (UINT64_C(1) << (option))

static const uint64_t taken =
    BIT(OPTION_TARGET) | BIT(OPTION_CONFIG) | BIT(OPTION_THEME) | BIT(OPTION_COLOR) |
    BIT(OPTION_PLAIN) | BIT(OPTION_TIMEOUT) | BIT(OPTION_HELP) | BIT(OPTION_VERSION);

/* What the guarded process needs. */
struct seat {
    const struct invocation *invocation; /* borrowed */
    struct config *config;
    char user[STATE_NAME_SIZE];
};

static const char *theme_of(const struct seat *seat) {
    const char *named = seat->invocation->options.values[OPTION_THEME];
    if (named) return named;
    const char *configured = config_values(seat->config)->theme;
    return configured[0] ? configured : NULL;
}

static int run_screens(void *owner, struct restore *restore) {
    const struct seat *seat = owner;
    const struct session_options options = {
        .target = config_target(seat->config),
        .user = seat->user,
        .read_only = true,
        .stage =
            {
                .theme = theme_of(seat),
                .color = seat->invocation->options.values[OPTION_COLOR],
                .restore = restore,
            },
    };
    const struct session_owner nobody = {0};
    struct loop *loop = loop_new();
    struct error err = {0};
    struct session *session = session_new(loop, &options, &nobody, &err);
    int code = session ? session_run(session)
                       : invocation_fail(seat->invocation, EXIT_CODE_USAGE, &err);
    session_free(session);
    loop_free(loop);
    return code;
}

static int watch(struct seat *seat) {
    const struct invocation *invocation = seat->invocation;
    if (options_has(&invocation->options, OPTION_PLAIN)) {
        const struct watch_plain_options plain = {
            .target = config_target(seat->config),
            .user = seat->user,
            .limit_ns = invocation->options.timeout_ns,
        };
        return watch_plain(&plain);
    }
    struct error err;
    if (!terminal_usable(&err)) {
        return invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    }
    const struct guard_work work = {.run = run_screens, .owner = seat};
    return guard_run(&work);
}

static bool read_arguments(
    int argc, char *const *argv, struct invocation *invocation, struct error *err) {
    struct options *options = &invocation->options;
    if (!options_read(options, argc, argv, &invocation->operands, err)) return false;
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (!options_has(options, (enum option_id)i) || (taken & BIT(i))) continue;
        return error_set(
            err, ERROR_USAGE, "--%s makes no sense here",
            option_row((enum option_id)i)->name);
    }
    if (invocation->operands.count > 1) {
        return error_set(err, ERROR_USAGE, "more than one URL");
    }
    return options_read_variables(options, taken, err);
}

int main(int argc, char *argv[]) {
    crash_catch();
    memory_give_back();
    struct invocation invocation = {.command = "watch", .program = argv[0]};
    struct seat seat = {.invocation = &invocation};
    struct error err = {0};
    if (!read_arguments(argc, argv, &invocation, &err)) {
        return invocation_fail(&invocation, EXIT_CODE_USAGE, &err);
    }
    if (options_has(&invocation.options, OPTION_HELP)) {
        fputs(usage, stdout);
        return EXIT_CODE_OK;
    }
    if (options_has(&invocation.options, OPTION_VERSION)) {
        puts("flightdeck-watch " FLIGHTDECK_VERSION);
        return EXIT_CODE_OK;
    }
    seat.config = config_for(&invocation, invocation_operand(&invocation, 0), &err);
    if (!seat.config) return invocation_fail(&invocation, EXIT_CODE_USAGE, &err);
    operator_name(seat.user);
    int code = watch(&seat);
    config_free(seat.config);
    return code;
}
