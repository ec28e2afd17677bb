/* A change:  identity ─► read, plan ─► patch ─► read back
 *                                        │ unknown    ▲ holds
 *                                        ▼            │
 *                                      read again ────┘
 *                                        │ does not hold: the same patch again, thrice
 */
/* SPDX-License-Identifier: MIT */
#include "control/cluster.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "core/epoch_fence.h"
#include "io/kubernetes.h"
#include "io/loop.h"

enum { UID_SIZE = 64, TRIES_MAX = 3, CLAIMS_MAX = 10, BODY_MAX = 64 * 1024 };

#define REQUEST_NS (5 * NS_PER_S)
#define PAUSE_NS   (200 * NS_PER_MS) /* before what is not known is looked at again */
static const char identity_path[] = "/api/v1/namespaces/kube-system";

struct cluster {
    struct loop *loop;             /* borrowed */
    struct kubernetes *kubernetes; /* borrowed: others ask through it, too */
    char uid[UID_SIZE]; /* of kube-system: which cluster it is; "" at first */
    bool busy;
    struct kubernetes_exchange *exchange;
    struct loop_timer *pause;
    struct cluster_change change; /* its strings are those below */
    char path[CLUSTER_PATH_SIZE];
    const char *method; /* of a put */
    struct buffer body;
    unsigned tries;  /* how often the patch was sent */
    bool unsure;     /* one of them may have been done */
    unsigned claims; /* how often nobody's object was tried to be claimed */
    bool claiming;   /* the patch under way tests that nothing at all has changed */
    bool refuted;    /* after that one was refused: if not ours, somebody else's */
    struct cluster_right rights[CLUSTER_RIGHTS_MAX];
    size_t right_count, right_at;
    cluster_done_fn on_done;
    void *owner;
};

static void on_identity(void *owner, const struct kubernetes_reply *reply);
static void on_read(void *owner, const struct kubernetes_reply *reply);
static void on_planned(void *owner, const struct kubernetes_reply *reply);
static void on_patched(void *owner, const struct kubernetes_reply *reply);
static void on_pause_over(void *owner, uint64_t now_ns);
static void on_read_back(void *owner, const struct kubernetes_reply *reply);
static void on_right(void *owner, const struct kubernetes_reply *reply);

struct kubernetes *cluster_open(
    struct loop *loop, const struct target_kubernetes *target, bool may_act,
    struct error *err) {
    if (!target_kubernetes_check(target, err)) return NULL;
    const struct kubernetes_options options = {
        .kubectl = target->kubectl,
        .kubeconfig = target->kubeconfig,
        .context = target->context,
        .namespace = target->namespace,
        .socket = target->socket,
        .authority = may_act ? HTTP_MAY_ACT : HTTP_READ_ONLY,
    };
    return kubernetes_new(loop, &options);
}

struct cluster *cluster_new(struct loop *loop, struct kubernetes *kubernetes) {
    struct cluster *cluster = memory_new(sizeof *cluster);
    ensure(kubernetes);
    cluster->loop = loop;
    cluster->kubernetes = kubernetes;
    buffer_init(&cluster->body, BODY_MAX);
    return cluster;
}

void cluster_free(struct cluster *cluster) {
    if (!cluster) return;
    cluster_cancel(cluster);
    buffer_clear(&cluster->body);
    free(cluster);
}

void cluster_cancel(struct cluster *cluster) {
    kubernetes_exchange_free(cluster->exchange);
    loop_timer_free(cluster->pause);
    cluster->exchange = NULL;
    cluster->pause = NULL;
    cluster->busy = false;
}

void cluster_path(
    const struct cluster *cluster, const char *api, const char *plural,
    const char *name, char to[CLUSTER_PATH_SIZE]) {
    struct text text = text_in(to, CLUSTER_PATH_SIZE);
    text_addf(
        &text, "%s/namespaces/%s/%s%s%s", api,
        kubernetes_namespace(cluster->kubernetes), plural, *name ? "/" : "", name);
    ensure(!text.truncated);
}

static void begin(struct cluster *cluster, cluster_done_fn on_done, void *owner) {
    ensure(!cluster->busy);
    cluster->busy = true;
    cluster->on_done = on_done;
    cluster->owner = owner;
    cluster->tries = 0;
    cluster->claims = 0;
    cluster->unsure = cluster->refuted = false;
    buffer_reset(&cluster->body);
}

static void ask(struct cluster *cluster, const char *path, kubernetes_done_fn on_done) {
    const struct kubernetes_request request = {.path = path, .timeout_ns = REQUEST_NS};
    cluster->exchange =
        kubernetes_start(cluster->kubernetes, &request, on_done, cluster);
}

/* The last thing of each operation: the callback may free all of it. */
static void finish(
    struct cluster *cluster, enum router_outcome outcome, const struct node *object,
    const struct error *why) {
    struct cluster_done done = {.outcome = outcome, .object = object};
    if (why) done.error = *why;
    cluster->busy = false;
    cluster->on_done(cluster->owner, &done);
}

static enum router_outcome outcome_of(enum kubernetes_outcome outcome) {
    switch (outcome) {
    case KUBERNETES_DONE: return ROUTER_DONE;
    case KUBERNETES_CONFLICT: return ROUTER_CONFLICT;
    case KUBERNETES_DENIED: return ROUTER_DENIED;
    case KUBERNETES_UNKNOWN: return ROUTER_UNKNOWN;
    case KUBERNETES_MISSING:
    case KUBERNETES_REFUSED: break;
    }
    return ROUTER_REFUSED;
}

static void finish_as(struct cluster *cluster, const struct kubernetes_reply *reply) {
    const struct cluster_done done = {
        .outcome = outcome_of(reply->outcome),
        .missing = reply->outcome == KUBERNETES_MISSING,
        .error = reply->error,
        .object = reply->outcome == KUBERNETES_DONE ? reply->body : NULL,
    };
    cluster->busy = false;
    cluster->on_done(cluster->owner, &done);
}

/* Reading */

void cluster_read(
    struct cluster *cluster, const char *path, cluster_done_fn on_done, void *owner) {
    begin(cluster, on_done, owner);
    ask(cluster, path, on_read);
}

static void on_read(void *owner, const struct kubernetes_reply *reply) {
    struct cluster *cluster = owner;
    cluster->exchange = NULL;
    finish_as(cluster, reply);
}

/* Before each write */

/* A context switched in another terminal must not redirect a rollout. */
static bool is_same_cluster(
    struct cluster *cluster, const struct kubernetes_reply *reply, struct error *err) {
    char uid[UID_SIZE];
    if (!node_string(node_get(reply->body, "metadata"), "uid", uid, sizeof uid)) {
        return error_set(err, ERROR_PROTOCOL, "the cluster does not say which it is");
    }
    if (!*cluster->uid) text_copy(cluster->uid, sizeof cluster->uid, uid);
    if (strcmp(cluster->uid, uid) == 0) return true;
    return error_set(
        err, ERROR_CONFLICT, "this is another cluster than before: kube-system is %s",
        uid);
}

static void on_identity(void *owner, const struct kubernetes_reply *reply) {
    struct cluster *cluster = owner;
    struct error err = {0};
    cluster->exchange = NULL;
    if (reply->outcome != KUBERNETES_DONE) {
        finish_as(cluster, reply);
    } else if (!is_same_cluster(cluster, reply, &err)) {
        finish(cluster, ROUTER_REFUSED, NULL, &err);
    } else if (cluster->method) {
        const struct kubernetes_request request = {
            .method = cluster->method,
            .path = cluster->path,
            .type = "application/json",
            .body = buffer_slice(&cluster->body),
            .timeout_ns = REQUEST_NS,
        };
        cluster->exchange =
            kubernetes_start(cluster->kubernetes, &request, on_read, cluster);
    } else {
        ask(cluster, cluster->path, on_planned);
    }
}

void cluster_put(
    struct cluster *cluster, const struct cluster_put *put, cluster_done_fn on_done,
    void *owner) {
    begin(cluster, on_done, owner);
    cluster->method = put->method;
    ensure(text_copy(cluster->path, sizeof cluster->path, put->path));
    buffer_add(&cluster->body, put->body.data, put->body.length);
    ask(cluster, identity_path, on_identity);
}

/* Changing */

void cluster_change(
    struct cluster *cluster, const struct cluster_change *change,
    cluster_done_fn on_done, void *owner) {
    begin(cluster, on_done, owner);
    cluster->method = NULL;
    cluster->change = *change;
    ensure(text_copy(cluster->path, sizeof cluster->path, change->path));
    ask(cluster, identity_path, on_identity);
}

static void send_patch(struct cluster *cluster) {
    char path[CLUSTER_PATH_SIZE + 64];
    struct text text = TEXT_IN(path);
    text_addf(
        &text, "%s%s?fieldManager=flightdeck", cluster->path, cluster->change.sub);
    const struct kubernetes_request request = {
        .method = "PATCH",
        .path = path,
        .type = "application/json-patch+json",
        .body = buffer_slice(&cluster->body),
        .timeout_ns = REQUEST_NS,
    };
    cluster->tries++;
    cluster->exchange =
        kubernetes_start(cluster->kubernetes, &request, on_patched, cluster);
}

/* The patch for the object as it is; CHANGE_THERE when none is needed, not even for the
 * epoch. */
static enum change_need make_patch(
    struct cluster *cluster, const struct node *object, struct error *err) {
    const struct cluster_change *change = &cluster->change;
    uint64_t epoch = 0;
    buffer_reset(&cluster->body);
    struct json_patch patch = json_patch_to(&cluster->body);
    if (!epoch_fence_add(&patch, object, change->epoch, err)) {
        return err->code == ERROR_CONFLICT ? CHANGE_CONFLICT : CHANGE_IMPOSSIBLE;
    }
    cluster->claiming = epoch_fence_read(object, &epoch, err) && epoch == 0;
    enum change_need need = change->plan(change->wish, object, &patch, err);
    json_patch_end(&patch);
    if (need == CHANGE_CONFLICT || need == CHANGE_IMPOSSIBLE) return need;
    ensure(!cluster->body.overflow);
    if (need == CHANGE_THERE && patch.changes == 0) return CHANGE_THERE;
    /* A part of an object cannot carry the epoch: then it must be there before. */
    bool raises = !epoch_fence_is(object, change->epoch);
    if (*change->sub && raises) {
        error_set(err, ERROR_CONFLICT, "the object has not the epoch of this rollout");
        return CHANGE_CONFLICT;
    }
    return CHANGE_NEEDED;
}

static void on_planned(void *owner, const struct kubernetes_reply *reply) {
    struct cluster *cluster = owner;
    struct error err = {0};
    cluster->exchange = NULL;
    if (reply->outcome != KUBERNETES_DONE) {
        finish_as(cluster, reply);
        return;
    }
    switch (make_patch(cluster, reply->body, &err)) {
    case CHANGE_NEEDED: send_patch(cluster); return;
    case CHANGE_THERE: finish(cluster, ROUTER_DONE, reply->body, NULL); return;
    case CHANGE_CONFLICT: finish(cluster, ROUTER_CONFLICT, reply->body, &err); return;
    case CHANGE_IMPOSSIBLE: finish(cluster, ROUTER_REFUSED, reply->body, &err); return;
    }
}

static void on_patched(void *owner, const struct kubernetes_reply *reply) {
    struct cluster *cluster = owner;
    cluster->exchange = NULL;
    bool done = reply->outcome == KUBERNETES_DONE;
    bool unknown = reply->outcome == KUBERNETES_UNKNOWN;
    /* After a patch that may have been done a conflict may be with ourselves. */
    bool with_us = reply->outcome == KUBERNETES_CONFLICT && cluster->unsure;
    if (unknown) cluster->unsure = true;
    if (with_us) cluster->refuted = true;
    if (done || with_us) {
        ask(cluster, cluster->path, on_read_back);
    } else if (unknown) {
        cluster->pause = loop_after(cluster->loop, PAUSE_NS, on_pause_over, cluster);
    } else if (
        reply->outcome == KUBERNETES_CONFLICT && cluster->claiming &&
        ++cluster->claims < CLAIMS_MAX) {
        /* Its own controllers write into it all the time: read and planned anew. */
        ask(cluster, cluster->path, on_planned);
    } else {
        finish_as(cluster, reply);
    }
}

static void on_pause_over(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct cluster *cluster = owner;
    cluster->pause = NULL;
    ask(cluster, cluster->path, on_read_back);
}

static void on_read_back(void *owner, const struct kubernetes_reply *reply) {
    struct cluster *cluster = owner;
    const struct cluster_change *change = &cluster->change;
    cluster->exchange = NULL;
    if (reply->outcome == KUBERNETES_DONE &&
        epoch_fence_is(reply->body, change->epoch) &&
        change->holds(change->wish, reply->body)) {
        finish(cluster, ROUTER_DONE, reply->body, NULL);
        return;
    }
    struct error err = reply->error;
    bool again = cluster->tries < TRIES_MAX;
    if (reply->outcome == KUBERNETES_UNKNOWN && again) {
        cluster->tries++;
        cluster->unsure = true;
        cluster->pause = loop_after(cluster->loop, PAUSE_NS, on_pause_over, cluster);
    } else if (reply->outcome != KUBERNETES_DONE) {
        finish_as(cluster, reply);
    } else if (cluster->unsure && !cluster->refuted && again) {
        send_patch(cluster);
    } else {
        bool known = !cluster->unsure || cluster->refuted;
        error_set(&err, ERROR_CONFLICT, "%s is not as it was written", cluster->path);
        finish(cluster, known ? ROUTER_CONFLICT : ROUTER_UNKNOWN, reply->body, &err);
    }
}

/* Rights */

static void ask_right(struct cluster *cluster) {
    buffer_reset(&cluster->body);
    cluster_right_write(
        &cluster->body, kubernetes_namespace(cluster->kubernetes),
        &cluster->rights[cluster->right_at]);
    const struct kubernetes_request request = {
        .method = "POST",
        .path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        .type = "application/json",
        .body = buffer_slice(&cluster->body),
        .timeout_ns = REQUEST_NS,
    };
    cluster->exchange =
        kubernetes_start(cluster->kubernetes, &request, on_right, cluster);
}

void cluster_may(
    struct cluster *cluster, const struct cluster_right *rights, size_t count,
    cluster_done_fn on_done, void *owner) {
    begin(cluster, on_done, owner);
    ensure(count > 0 && count <= CLUSTER_RIGHTS_MAX);
    memcpy(cluster->rights, rights, count * sizeof *rights);
    cluster->right_count = count;
    cluster->right_at = 0;
    ask_right(cluster);
}

static void on_right(void *owner, const struct kubernetes_reply *reply) {
    struct cluster *cluster = owner;
    bool allowed = false;
    cluster->exchange = NULL;
    if (reply->outcome != KUBERNETES_DONE) {
        finish_as(cluster, reply);
        return;
    }
    node_bool(node_get(reply->body, "status"), "allowed", &allowed);
    if (!allowed) {
        const struct cluster_right *right = &cluster->rights[cluster->right_at];
        struct error err = {0};
        error_set(
            &err, ERROR_AUTH, "the cluster does not let us %s %s %s", right->verb,
            right->resource, right->name);
        finish(cluster, ROUTER_DENIED, NULL, &err);
        return;
    }
    if (++cluster->right_at == cluster->right_count) {
        finish(cluster, ROUTER_DONE, NULL, NULL);
        return;
    }
    ask_right(cluster);
}
