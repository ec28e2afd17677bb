/* The configuration that a command is asked for by its options. */
/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "invocation.h"

static struct config *choose_for(
    const struct invocation *invocation, const char *url, struct error *err) {
    const struct options *options = &invocation->options;
    if (url && (options->by_flag & UINT64_C(1) << OPTION_TARGET)) {
        error_set(err, ERROR_USAGE, "a URL or --target, not both");
        return NULL;
    }
    struct config *config = config_read(options->values[OPTION_CONFIG], err);
    if (!config) return NULL;
    if (config_choose(config, options->values[OPTION_TARGET], url, err)) return config;
    config_free(config);
    return NULL;
}

static void say_note(const struct config *config, const struct invocation *invocation) {
    const char *note = config_note(config);
    if (note[0]) invocation_say(invocation, 1, "%s", note);
}

struct config *config_for(
    const struct invocation *invocation, const char *url, struct error *err) {
    struct config *config = choose_for(invocation, url, err);
    if (!config) return NULL;
    if (config_fill_secrets(config, err)) {
        say_note(config, invocation);
        return config;
    }
    config_free(config);
    return NULL;
}

struct config *config_to_ask(const struct invocation *invocation, struct error *err) {
    struct error missing; /* who needs them fills them in, and hears of it */
    struct config *config = choose_for(invocation, NULL, err);
    if (!config) return NULL;
    config_fill_secrets(config, &missing);
    say_note(config, invocation);
    return config;
}
