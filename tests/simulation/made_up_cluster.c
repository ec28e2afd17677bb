/* There is no cluster in the made-up world: nothing is made of pods, nobody guards a
 * rollout there, and nobody watches from elsewhere. */
/* SPDX-License-Identifier: MIT */
#include "control/cluster.h"
#include "control/guardian.h"
#include "control/pod_watch.h"
#include "control/publisher.h"
#include "io/kubernetes.h"

struct kubernetes *cluster_open(
    struct loop *loop, const struct target_kubernetes *target, bool may_act,
    struct error *err) {
    (void)loop, (void)target, (void)may_act;
    error_set(err, ERROR_USAGE, "there is no cluster");
    return NULL;
}

void kubernetes_free(struct kubernetes *kubernetes) {
    (void)kubernetes;
}

struct pod_watch *pod_watch_new(const struct pod_watch_options *options) {
    (void)options;
    return NULL;
}

void pod_watch_free(struct pod_watch *watch) {
    (void)watch;
}

bool pod_watch_is_whole(const struct pod_watch *watch, uint64_t since_ns) {
    (void)watch, (void)since_ns;
    return true;
}

const struct place *pod_watch_place(const struct pod_watch *watch, uint32_t at) {
    (void)watch, (void)at;
    return NULL;
}

const char *place_url(
    const struct place *place, const struct target_track *track,
    char to[PLACE_URL_SIZE]) {
    (void)place, (void)track;
    return to;
}

struct guardian *guardian_new(
    struct loop *loop, const struct guardian_wish *wish, guardian_lost_fn on_lost,
    void *owner, struct error *err) {
    (void)loop, (void)wish, (void)on_lost, (void)owner;
    error_set(err, ERROR_USAGE, "there is no cluster");
    return NULL;
}

void guardian_free(struct guardian *guardian) {
    (void)guardian;
}

bool guardian_holds(const struct guardian *guardian, const char **words) {
    (void)guardian, (void)words;
    return true;
}

uint64_t guardian_epoch(const struct guardian *guardian, uint64_t least) {
    (void)guardian;
    return least;
}

bool guardian_is_watched(const struct guardian *guardian) {
    (void)guardian;
    return false;
}

bool guardian_release(struct guardian *guardian) {
    (void)guardian;
    return true;
}

struct publisher *publisher_new(const struct publisher_options *options) {
    (void)options;
    return NULL;
}

void publisher_free(struct publisher *publisher) {
    (void)publisher;
}

void publisher_publish(
    struct publisher *publisher, const struct rollout_status *status,
    struct slice envelope, uint64_t epoch) {
    (void)publisher, (void)status, (void)envelope, (void)epoch;
}

bool publisher_is_idle(const struct publisher *publisher) {
    (void)publisher;
    return true;
}
