/* SPDX-License-Identifier: MIT */
#include "control/deploy.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/scan.h"
#include "base/text.h"
#include "base/units.h"
#include "control/errand.h"
#include "control/kubernetes_deploy.h"
#include "io/loop.h"

#define COMMAND_NS (600 * NS_PER_S)

struct deploy {
    struct errand *errand;
    struct kubernetes_deploy *kubernetes;
    struct loop_timer *soon; /* there is nothing to do, or nothing can be done */
    struct error why;
    deploy_done_fn on_done;
    void *owner;
};

static void on_soon(void *owner, uint64_t now_ns);
static void on_command_done(void *owner, int code, const char *why);
static void on_cluster_done(void *owner, const struct router_done *done);

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

static struct errand *start_command(
    struct loop *loop, const struct deploy_wish *wish, struct deploy *deploy) {
    const struct target_deploy *told = &wish->target->deploy;
    char words[TARGET_ARGS_MAX][2 * TARGET_ARG_SIZE];
    const char *args[TARGET_ARGS_MAX + 1] = {NULL};
    const struct errand_options options = {.args = args, .timeout_ns = COMMAND_NS};
    for (uint32_t i = 0; i < told->arg_count; i++) {
        struct text text = TEXT_IN(words[i]);
        expand(&text, told->args[i], wish);
        args[i] = words[i];
    }
    return errand_start(loop, &options, on_command_done, deploy);
}

static void begin(
    struct loop *loop, const struct deploy_wish *wish, struct deploy *deploy) {
    const struct kubernetes_deploy_wish asked = {
        wish->kubernetes, wish->target, wish->track, wish->version, wish->epoch};
    switch ((enum deploy_kind)wish->target->deploy.kind) {
    case DEPLOY_EXTERNAL: break;
    case DEPLOY_COMMAND:
        if (wish->target->deploy.arg_count == 0) break;
        deploy->errand = start_command(loop, wish, deploy);
        return;
    case DEPLOY_KUBERNETES:
        deploy->kubernetes = kubernetes_deploy_start(
            loop, &asked, on_cluster_done, deploy, &deploy->why);
        if (deploy->kubernetes) return;
        break;
    }
    deploy->soon = loop_soon(loop, on_soon, deploy);
}

struct deploy *deploy_start(
    struct loop *loop, const struct deploy_wish *wish, deploy_done_fn on_done,
    void *owner) {
    struct deploy *deploy = memory_new(sizeof *deploy);
    deploy->on_done = on_done;
    deploy->owner = owner;
    begin(loop, wish, deploy);
    return deploy;
}

void deploy_free(struct deploy *deploy) {
    if (!deploy) return;
    errand_free(deploy->errand);
    kubernetes_deploy_free(deploy->kubernetes);
    loop_timer_free(deploy->soon);
    free(deploy);
}

static void on_soon(void *owner, uint64_t now_ns) {
    struct deploy *deploy = owner;
    (void)now_ns;
    deploy->soon = NULL;
    deploy->on_done(deploy->owner, deploy->why.code == ERROR_NONE, deploy->why.message);
}

static void on_command_done(void *owner, int code, const char *why) {
    struct deploy *deploy = owner;
    deploy->errand = NULL;
    deploy->on_done(deploy->owner, code == 0, code == 0 ? "" : why);
}

static void on_cluster_done(void *owner, const struct router_done *done) {
    struct deploy *deploy = owner;
    deploy->on_done(deploy->owner, done->outcome == ROUTER_DONE, done->error.message);
}
