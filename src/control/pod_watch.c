/*   Deployment: its selector ──► pods ──► pods ──► pods …
 * A selector never changes; only when there are no pods, or they cannot be listed, it
 * is asked for again: somebody may have made the Deployment anew.
 */
/* SPDX-License-Identifier: MIT */
#include "control/pod_watch.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/cluster.h"
#include "core/label_selector.h"
#include "core/pods.h"
#include "io/loop.h"

enum { SELECTOR_SIZE = 192, VERSION_SIZE = 64, LIST_PATH_SIZE = 768 };

#define POLL_NS (2 * NS_PER_S)

_Static_assert(
    (int)PODS_MAX <= (int)TARGET_INSTANCES_MAX, "a track holds all pods of a list");

struct pod_watch {
    struct loop *loop; /* borrowed */
    struct cluster *cluster;
    struct target_pods wish;
    enum track track;
    char path[CLUSTER_PATH_SIZE], pods_path[CLUSTER_PATH_SIZE];
    char selector[SELECTOR_SIZE]; /* "" before it is known */
    char version
        [VERSION_SIZE]; /* of the last list: the next is at least as new; or "" */
    uint64_t asked_ns;  /* when the list under way was asked for */
    uint64_t listed_ns; /* the same of the last one; 0 for none */
    uint32_t waiting;   /* pods of it without an address */
    uint32_t count;
    struct place places[PODS_MAX];
    bool has_trouble;
    struct loop_timer *timer;
    const struct pod_watch_handlers *handlers;
    void *owner;
};

static void on_time(void *owner, uint64_t now_ns);
static void on_deployment(void *owner, const struct cluster_done *done);
static void on_list(void *owner, const struct cluster_done *done);

struct pod_watch *pod_watch_new(const struct pod_watch_options *options) {
    struct pod_watch *watch = memory_new(sizeof *watch);
    watch->loop = options->loop;
    watch->cluster = cluster_new(options->loop, options->kubernetes);
    watch->wish = *options->pods;
    watch->track = options->track;
    watch->handlers = options->handlers;
    watch->owner = options->owner;
    cluster_path(
        watch->cluster, "/apis/apps/v1", "deployments", watch->wish.deployment,
        watch->path);
    cluster_path(watch->cluster, "/api/v1", "pods", "", watch->pods_path);
    watch->timer = loop_soon(options->loop, on_time, watch);
    return watch;
}

void pod_watch_free(struct pod_watch *watch) {
    if (!watch) return;
    loop_timer_free(watch->timer);
    cluster_free(watch->cluster);
    free(watch);
}

/* Asking */

/* By what the API server has at hand, as long as that is no older than what we have. */
static void list(struct pod_watch *watch) {
    char path[LIST_PATH_SIZE];
    struct text text = TEXT_IN(path);
    text_addf(
        &text, "%s?labelSelector=%s&limit=%d", watch->pods_path, watch->selector,
        PODS_MAX + 1);
    if (*watch->version) {
        text_addf(
            &text, "&resourceVersion=%s&resourceVersionMatch=NotOlderThan",
            watch->version);
    }
    watch->asked_ns = loop_clock_ns();
    cluster_read(watch->cluster, path, on_list, watch);
}

static void on_time(void *owner, uint64_t now_ns) {
    struct pod_watch *watch = owner;
    (void)now_ns;
    watch->timer = NULL;
    if (*watch->selector) {
        list(watch);
    } else {
        cluster_read(watch->cluster, watch->path, on_deployment, watch);
    }
}

/* The callbacks are the last thing: they may free all of it. */
static void fail(struct pod_watch *watch, struct error *why) {
    watch->selector[0] = watch->version[0] = '\0';
    watch->timer = loop_after(watch->loop, POLL_NS, on_time, watch);
    if (watch->has_trouble) return;
    watch->has_trouble = true;
    error_wrap(why, "the pods of %s", watch->wish.deployment);
    watch->handlers->on_trouble(watch->owner, watch->track, why);
}

static struct error error_of(const struct cluster_done *done) {
    struct error err = done->error;
    if (done->outcome == ROUTER_DENIED) err.code = ERROR_AUTH;
    if (done->missing) err.code = ERROR_NOT_FOUND;
    return err;
}

static void on_deployment(void *owner, const struct cluster_done *done) {
    struct pod_watch *watch = owner;
    struct error err = error_of(done);
    if (done->outcome == ROUTER_DONE &&
        label_selector_query(
            done->object, watch->selector, sizeof watch->selector, &err)) {
        list(watch);
        return;
    }
    fail(watch, &err);
}

/* What the list says */

/* "10.0.0.7:8000", "[fd00::7]:8000"; false for what is no address, or none yet. */
static bool place_pod(
    const struct pod_watch *watch, const struct pod *pod, struct place *place) {
    struct text text = TEXT_IN(place->address);
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, pod->address, &four) == 1) {
        text_add(&text, pod->address);
    } else if (inet_pton(AF_INET6, pod->address, &six) == 1) {
        text_addf(&text, "[%s]", pod->address);
    } else {
        return false;
    }
    text_addf(&text, ":%" PRId64, watch->wish.port);
    return !text.truncated;
}

static void take(struct pod_watch *watch, const struct pods *pods) {
    watch->count = watch->waiting = 0;
    for (uint32_t i = 0; i < pods->count; i++) {
        const struct pod *pod = &pods->pods[i];
        if (pod->leaving) continue;
        if (place_pod(watch, pod, &watch->places[watch->count])) {
            watch->count++;
        } else {
            watch->waiting++;
        }
    }
    watch->listed_ns = watch->asked_ns;
}

/* It becomes a part of a path: one that is no number is not used. */
static void keep_version(struct pod_watch *watch, const struct node *object) {
    watch->version[0] = '\0';
    node_string(
        node_get(object, "metadata"), "resourceVersion", watch->version,
        sizeof watch->version);
    for (const char *at = watch->version; *at; at++) {
        if (!isdigit((unsigned char)*at)) watch->version[0] = '\0';
    }
}

static void on_list(void *owner, const struct cluster_done *done) {
    struct pod_watch *watch = owner;
    struct pods pods;
    struct error err = error_of(done);
    /* It may never have heard of that version: after a restore, or one that lags. */
    if (done->outcome != ROUTER_DONE && *watch->version) {
        watch->version[0] = '\0';
        list(watch);
        return;
    }
    if (done->outcome != ROUTER_DONE || !pods_read(done->object, "", &pods, &err)) {
        fail(watch, &err);
        return;
    }
    take(watch, &pods);
    bool had_trouble = watch->has_trouble;
    watch->has_trouble = false;
    if (pods.count == 0) watch->selector[0] = '\0';
    keep_version(watch, done->object);
    watch->timer = loop_after(watch->loop, POLL_NS, on_time, watch);
    if (had_trouble) watch->handlers->on_trouble(watch->owner, watch->track, NULL);
    watch->handlers->on_pods(watch->owner, watch->track, watch->places, watch->count);
}

bool pod_watch_is_whole(const struct pod_watch *watch, uint64_t since_ns) {
    return watch->listed_ns > 0 && watch->listed_ns >= since_ns && watch->waiting == 0;
}

const struct place *pod_watch_place(const struct pod_watch *watch, uint32_t at) {
    return at < watch->count ? &watch->places[at] : NULL;
}
