/* SPDX-License-Identifier: MIT */
#include "canary_begin.h"

#include <stdlib.h>
#include <string.h>

#include "base/discreet_text.h"
#include "base/memory.h"
#include "base/text.h"
#include "canary_desk.h"
#include "core/ulid.h"
#include "io/loop.h"
#include "own_path.h"

enum { PROGRAM_SIZE = 4096 };

/* The smoke checks run as a child of the controller, with the same configuration. */
static void add_config(const struct config *config, char file[TARGET_FILE_SIZE]) {
    unsigned count = 0;
    const struct config_layer *layers = config_layers(config, &count);
    for (unsigned i = count; i > 0; i--) {
        const struct config_layer *layer = &layers[i - 1];
        if (!layer->present) continue;
        char *path = realpath(layer->path, NULL);
        if (path) text_copy(file, TARGET_FILE_SIZE, path);
        free(path);
        return;
    }
}

/* What it must not repeat: it hears of what people say on its socket, too. */
static void add_secrets(
    const struct redactor *redactor, struct rollout_launch *launch) {
    struct slice secret;
    while (redactor_secret(redactor, launch->secret_count, &secret)) {
        struct rollout_secret *to = &launch->secrets[launch->secret_count++];
        memcpy(to->words, secret.data, secret.length);
    }
}

/* It is told by everybody, and stands in front of whatever is wrong with it. */
static bool check_version(
    const struct canary_begin_options *options, struct error *err) {
    const struct redactor *redactor = config_redactor(options->config);
    if (discreet_text_is(redactor, options->plan->to)) return true;
    return error_set(
        err, ERROR_USAGE, "a version that holds a secret of the configuration");
}

struct rollout_starter *canary_begin(
    const struct canary_begin_options *options, struct error *err) {
    static const char *const args[] = {"run", NULL};
    char folder[PROGRAM_SIZE];
    char program[PROGRAM_SIZE + sizeof "/flightdeck-canary"];
    struct text text = TEXT_IN(program);
    if (!check_version(options, err) || !own_folder(folder, sizeof folder, err)) {
        return NULL;
    }
    text_addf(&text, "%s/flightdeck-canary", folder);
    struct rollout_launch *launch = memory_new(sizeof *launch);
    launch->kind = options->kind;
    launch->epoch = options->epoch;
    launch->plan = *options->plan;
    launch->target = *config_target(options->config);
    add_config(options->config, launch->config);
    add_secrets(config_redactor(options->config), launch);
    const struct rollout_starter_options how = {
        .program = program,
        .args = args,
        .launch = launch,
        .on_started = options->on_started,
        .owner = options->owner,
    };
    struct rollout_starter *starter = rollout_starter_new(options->loop, &how, err);
    explicit_bzero(launch, sizeof *launch);
    free(launch);
    return starter;
}

void canary_begin_name(struct rollout_plan *plan) {
    uint8_t id[ULID_SIZE], random[ULID_RANDOM_SIZE];
    loop_random(random, sizeof random);
    ulid_make(id, loop_wall_ms(), random);
    ulid_to_string(id, plan->id);
}

struct rollout_plan canary_begin_anew(const struct canary_desk *desk) {
    const struct rollout_order order = canary_desk_order(desk, ROLLOUT_ORDER_RESUME);
    struct rollout_plan plan = {0};
    text_copy_cut(plan.target, sizeof plan.target, desk->target->name);
    text_copy_cut(plan.holder, sizeof plan.holder, desk->user);
    text_copy_cut(plan.host, sizeof plan.host, desk->host);
    text_copy_cut(plan.reason, sizeof plan.reason, order.reason);
    return plan;
}
