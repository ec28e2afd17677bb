/*  (Service is narrowed) ──► image ──► (one pod, where there is none) ──► Deployment
 *  ──► settled, or not ──► its pods: one that is stuck ──► again
 */
/* SPDX-License-Identifier: MIT */
#include "control/kubernetes_deploy.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/cluster.h"
#include "control/cluster_changes.h"
#include "control/replica_plan.h"
#include "core/argo_rollout.h"
#include "core/deployment.h"
#include "core/label_selector.h"
#include "core/pods.h"
#include "io/loop.h"

enum { IMAGE_SIZE = 512, SELECTOR_SIZE = 192 };

#define POLL_NS   (500 * NS_PER_MS)
#define DEPLOY_NS (900 * NS_PER_S) /* its progressDeadlineSeconds ends it earlier */

struct kubernetes_deploy {
    struct loop *loop; /* borrowed */
    struct cluster *cluster;
    struct target_kubernetes target;
    struct target_deploy wish;
    bool is_rollout, narrows;
    int64_t least; /* pods that there have to be */
    char image[IMAGE_SIZE];
    char path[CLUSTER_PATH_SIZE], pods_path[CLUSTER_PATH_SIZE];
    uint64_t epoch, until_ns;
    struct image_wish to;
    struct selector_wish selector;
    struct replicas_wish replicas;
    struct loop_timer *poll;
    char words[ROLLOUT_WORDS_SIZE]; /* what is still missing */
    router_done_fn on_done;
    void *owner;
};

static void on_narrowed(void *owner, const struct cluster_done *done);
static void on_image(void *owner, const struct cluster_done *done);
static void on_scaled(void *owner, const struct cluster_done *done);
static void on_read(void *owner, const struct cluster_done *done);
static void on_pods(void *owner, const struct cluster_done *done);
static void on_poll(void *owner, uint64_t now_ns);

/* The callback may free all of it. */
static void finish(
    struct kubernetes_deploy *deploy, enum router_outcome outcome,
    const struct error *why) {
    struct router_done done = {.outcome = outcome};
    if (why) done.error = *why;
    deploy->on_done(deploy->owner, &done);
}

static void change(
    struct kubernetes_deploy *deploy, struct cluster_change change, const char *path,
    cluster_done_fn on_changed) {
    change.path = path;
    change.epoch = deploy->epoch;
    cluster_change(deploy->cluster, &change, on_changed, deploy);
}

static void set_image(struct kubernetes_deploy *deploy) {
    struct cluster_change image = image_change;
    deploy->to = (struct image_wish){
        .container = deploy->wish.container, .image = deploy->image, .before = ""};
    image.wish = &deploy->to;
    change(deploy, image, deploy->path, on_image);
}

static void narrow(struct kubernetes_deploy *deploy) {
    struct cluster_change selector = selector_change;
    char path[CLUSTER_PATH_SIZE];
    cluster_path(deploy->cluster, "/api/v1", "services", deploy->target.service, path);
    deploy->selector =
        (struct selector_wish){.label = REPLICA_LABEL, .value = REPLICA_STABLE};
    selector.wish = &deploy->selector;
    change(deploy, selector, path, on_narrowed);
}

/* "registry/agent:${version}" with the version in it. */
static bool make_image(
    struct kubernetes_deploy *deploy, const char *version, struct error *err) {
    struct text text = TEXT_IN(deploy->image);
    struct scan scan = scan_of(slice_of(deploy->wish.image));
    while (!scan_done(&scan)) {
        if (scan_literal(&scan, "${version}")) {
            text_add(&text, version);
        } else {
            text_add_char(&text, *scan.at++);
        }
    }
    if (text.length > 0 && !text.truncated) return true;
    return error_set(err, ERROR_USAGE, "deploy.kubernetes: there is no image");
}

static bool name_object(
    struct kubernetes_deploy *deploy, enum track track, struct error *err) {
    const struct target_kubernetes *target = &deploy->target;
    bool canary = track == TRACK_CANARY;
    const char *name = canary ? deploy->wish.deployment : target->stable;
    deploy->is_rollout = target->router == CLUSTER_ARGO;
    deploy->narrows = canary && target->router == CLUSTER_REPLICAS;
    /* Stable has to carry all the traffic then; of the canary one pod shows whether the
     * version runs at all. */
    deploy->least =
        !canary && target->router == CLUSTER_REPLICAS ? target->replicas : 1;
    if (deploy->is_rollout) name = target->rollout;
    if (!*name || (deploy->narrows && !*target->service)) {
        return error_set(
            err, ERROR_USAGE, "deploy.kubernetes: which object is to be changed?");
    }
    if (deploy->is_rollout) {
        cluster_path(
            deploy->cluster, "/apis/argoproj.io/v1alpha1", "rollouts", name,
            deploy->path);
    } else {
        cluster_path(
            deploy->cluster, "/apis/apps/v1", "deployments", name, deploy->path);
    }
    return true;
}

/* Names become parts of paths: that of the Deployment, too. */
static bool check_names(const struct target *target, struct error *err) {
    struct target_kubernetes names = target->kubernetes;
    return text_copy(names.lease, sizeof names.lease, target->deploy.deployment) &&
           target_kubernetes_check(&names, err);
}

struct kubernetes_deploy *kubernetes_deploy_start(
    struct loop *loop, const struct kubernetes_deploy_wish *wish,
    router_done_fn on_done, void *owner, struct error *err) {
    if (!check_names(wish->target, err)) return NULL;
    if (!wish->kubernetes) {
        error_set(err, ERROR_USAGE, "deploy.kubernetes: there is no cluster");
        return NULL;
    }
    struct kubernetes_deploy *deploy = memory_new(sizeof *deploy);
    deploy->loop = loop;
    deploy->target = wish->target->kubernetes;
    deploy->wish = wish->target->deploy;
    deploy->epoch = wish->epoch;
    deploy->on_done = on_done;
    deploy->owner = owner;
    deploy->until_ns = loop_clock_ns() + DEPLOY_NS;
    deploy->cluster = cluster_new(loop, wish->kubernetes);
    if (!make_image(deploy, wish->version, err) ||
        !name_object(deploy, wish->track, err)) {
        kubernetes_deploy_free(deploy);
        return NULL;
    }
    if (deploy->narrows) {
        narrow(deploy);
    } else {
        set_image(deploy);
    }
    return deploy;
}

void kubernetes_deploy_free(struct kubernetes_deploy *deploy) {
    if (!deploy) return;
    loop_timer_free(deploy->poll);
    cluster_free(deploy->cluster);
    free(deploy);
}

static void on_narrowed(void *owner, const struct cluster_done *done) {
    struct kubernetes_deploy *deploy = owner;
    if (done->outcome != ROUTER_DONE) {
        finish(deploy, done->outcome, &done->error);
        return;
    }
    set_image(deploy);
}

static void look(struct kubernetes_deploy *deploy) {
    cluster_read(deploy->cluster, deploy->path, on_read, deploy);
}

static void on_image(void *owner, const struct cluster_done *done) {
    struct kubernetes_deploy *deploy = owner;
    struct deployment deployment;
    struct error err = {0};
    if (done->outcome != ROUTER_DONE) {
        finish(deploy, done->outcome, &done->error);
    } else if (
        !deploy->is_rollout && deployment_read(done->object, &deployment, &err) &&
        deployment.wanted < deploy->least) {
        struct cluster_change replicas = replicas_change;
        deploy->replicas =
            (struct replicas_wish){.to = deploy->least, .before = deployment.wanted};
        replicas.wish = &deploy->replicas;
        change(deploy, replicas, deploy->path, on_scaled);
    } else {
        look(deploy);
    }
}

static void on_scaled(void *owner, const struct cluster_done *done) {
    struct kubernetes_deploy *deploy = owner;
    if (done->outcome != ROUTER_DONE) {
        finish(deploy, done->outcome, &done->error);
        return;
    }
    look(deploy);
}

static void again(struct kubernetes_deploy *deploy) {
    struct error err = {0};
    if (loop_clock_ns() < deploy->until_ns) {
        deploy->poll = loop_after(deploy->loop, POLL_NS, on_poll, deploy);
        return;
    }
    error_set(&err, ERROR_TIMEOUT, "%s", deploy->words);
    finish(deploy, ROUTER_UNKNOWN, &err);
}

static void on_poll(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct kubernetes_deploy *deploy = owner;
    deploy->poll = NULL;
    look(deploy);
}

/* A Rollout is there once Argo has gone to its first weight, or back to rest. */
static void judge_rollout(struct kubernetes_deploy *deploy, const struct node *object) {
    struct argo_rollout rollout;
    struct error err = {0};
    if (!argo_rollout_read(object, &rollout, &err)) {
        finish(deploy, ROUTER_REFUSED, &err);
    } else if (rollout.observed && (rollout.paused || rollout.complete)) {
        finish(deploy, ROUTER_DONE, NULL);
    } else {
        text_copy_cut(deploy->words, sizeof deploy->words, rollout.words);
        again(deploy);
    }
}

static void judge_deployment(
    struct kubernetes_deploy *deploy, const struct node *object) {
    struct deployment deployment;
    struct error err = {0};
    char selector[SELECTOR_SIZE];
    if (!deployment_read(object, &deployment, &err) ||
        !label_selector_query(object, selector, sizeof selector, &err)) {
        finish(deploy, ROUTER_REFUSED, &err);
        return;
    }
    deployment_words(&deployment, deploy->words, sizeof deploy->words);
    if (deployment_is_settled(&deployment)) {
        finish(deploy, ROUTER_DONE, NULL);
        return;
    }
    if (deployment_has_failed(&deployment)) {
        error_set(&err, ERROR_REPLY, "%s", deploy->words);
        finish(deploy, ROUTER_REFUSED, &err);
        return;
    }
    char path[CLUSTER_PATH_SIZE];
    struct text text = TEXT_IN(deploy->pods_path);
    cluster_path(deploy->cluster, "/api/v1", "pods", "", path);
    text_addf(&text, "%s?labelSelector=%s", path, selector);
    if (text.truncated) {
        again(deploy);
        return;
    }
    cluster_read(deploy->cluster, deploy->pods_path, on_pods, deploy);
}

static void on_read(void *owner, const struct cluster_done *done) {
    struct kubernetes_deploy *deploy = owner;
    if (done->outcome == ROUTER_UNKNOWN) {
        text_copy_cut(deploy->words, sizeof deploy->words, done->error.message);
        again(deploy);
    } else if (done->outcome != ROUTER_DONE) {
        finish(deploy, done->outcome, &done->error);
    } else if (deploy->is_rollout) {
        judge_rollout(deploy, done->object);
    } else {
        judge_deployment(deploy, done->object);
    }
}

/* A crash loop is known long before the deadline has passed. */
static void on_pods(void *owner, const struct cluster_done *done) {
    struct kubernetes_deploy *deploy = owner;
    struct pods pods;
    struct error err = {0};
    bool read =
        done->outcome == ROUTER_DONE && pods_read(done->object, "", &pods, &err);
    if (read && pods.stuck) {
        error_set(&err, ERROR_REPLY, "%s", pods.words);
        finish(deploy, ROUTER_REFUSED, &err);
        return;
    }
    again(deploy);
}
