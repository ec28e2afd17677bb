/* SPDX-License-Identifier: MIT */
#include "control/deploy.h"

#include "base/scan.h"
#include "base/text.h"
#include "base/units.h"

#define COMMAND_NS (600 * NS_PER_S)

/* "${version}" and "${track}" in a word; what they stand for goes in as it is, and no
 * shell reads it. */
static void expand(
    struct text *text, const char *word, const struct deploy_wish *wish) {
    struct scan scan = scan_of(slice_of(word));
    while (!scan_done(&scan)) {
        if (scan_literal(&scan, "${version}")) {
            text_add(text, wish->version);
        } else if (scan_literal(&scan, "${track}")) {
            text_add(text, wish->track == TRACK_CANARY ? "canary" : "stable");
        } else {
            text_add_char(text, *scan.at++);
        }
    }
}

struct errand *deploy_start(
    struct loop *loop, const struct target_deploy *deploy,
    const struct deploy_wish *wish, errand_done_fn on_done, void *owner) {
    char words[TARGET_ARGS_MAX][2 * TARGET_ARG_SIZE];
    const char *args[TARGET_ARGS_MAX + 1] = {NULL};
    const struct errand_options options = {.args = args, .timeout_ns = COMMAND_NS};
    for (uint32_t i = 0; i < deploy->arg_count; i++) {
        struct text text = TEXT_IN(words[i]);
        expand(&text, deploy->args[i], wish);
        args[i] = words[i];
    }
    return errand_start(loop, &options, on_done, owner);
}
