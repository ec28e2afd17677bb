/*   take:  create ──► is there already ──► read ──► replace
 *   renew: replace ──► not known ──► read ──► it was ours, or replace
 * every third of the duration; two thirds without a renewal and it counts as lost:
 * before anybody else may take it.
 */
/* SPDX-License-Identifier: MIT */
#include "control/kubernetes_lease.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/panic.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "control/cluster.h"
#include "io/loop.h"

enum { BODY_MAX = 4096, RENEWALS = 3, OLD_TIMES = 2 };

#define RETRY_NS (500 * NS_PER_MS)

struct kubernetes_lease {
    struct loop *loop; /* borrowed */
    struct cluster *cluster;
    char name[TARGET_CLUSTER_NAME_SIZE];
    char path[CLUSTER_PATH_SIZE], all_path[CLUSTER_PATH_SIZE];
    struct lease_record ours; /* as it was written last; its version is theirs */
    bool force, held, releasing, busy;
    uint64_t renewed_ns; /* when the last renewal that succeeded was sent */
    uint64_t sent_ns;    /* when the one under way was */
    struct loop_timer *timer;
    struct buffer body;
    const struct lease_handlers *handlers; /* borrowed; static */
    void *owner;
};

static void on_created(void *owner, const struct cluster_done *done);
static void on_read(void *owner, const struct cluster_done *done);
static void on_replaced(void *owner, const struct cluster_done *done);
static void on_time(void *owner, uint64_t now_ns);

static uint64_t duration_ns(const struct kubernetes_lease *lease) {
    return (uint64_t)lease->ours.duration_s * NS_PER_S;
}

static void lose(struct kubernetes_lease *lease, const struct error *why) {
    loop_timer_free(lease->timer);
    lease->timer = NULL;
    if (lease->releasing) {
        lease->handlers->on_released(lease->owner);
        return;
    }
    lease->handlers->on_lost(lease->owner, why);
}

static void write_body(struct kubernetes_lease *lease) {
    lease->sent_ns = loop_clock_ns();
    lease->ours.renewed_ms = loop_wall_ms();
    buffer_reset(&lease->body);
    lease_record_write(&lease->body, lease->name, &lease->ours);
    lease->busy = true;
}

static void create(struct kubernetes_lease *lease) {
    lease->ours.version[0] = '\0';
    write_body(lease);
    const struct cluster_put put = {
        "POST", lease->all_path, buffer_slice(&lease->body)};
    cluster_put(lease->cluster, &put, on_created, lease);
}

static void replace(struct kubernetes_lease *lease) {
    write_body(lease);
    const struct cluster_put put = {"PUT", lease->path, buffer_slice(&lease->body)};
    cluster_put(lease->cluster, &put, on_replaced, lease);
}

static void read_it(struct kubernetes_lease *lease) {
    lease->busy = true;
    cluster_read(lease->cluster, lease->path, on_read, lease);
}

struct kubernetes_lease *kubernetes_lease_take(
    struct loop *loop, const struct lease_wish *wish,
    const struct lease_handlers *handlers, void *owner) {
    struct cluster *cluster = cluster_new(loop, wish->kubernetes);
    struct kubernetes_lease *lease = memory_new(sizeof *lease);
    const char *api = "/apis/coordination.k8s.io/v1";
    lease->loop = loop;
    lease->cluster = cluster;
    lease->force = wish->force;
    lease->handlers = handlers;
    lease->owner = owner;
    lease->ours.duration_s = wish->duration_s;
    lease->ours.epoch = wish->epoch;
    lease->renewed_ns = loop_clock_ns();
    text_copy_cut(lease->name, sizeof lease->name, wish->name);
    text_copy_cut(lease->ours.holder, sizeof lease->ours.holder, wish->holder);
    cluster_path(cluster, api, "leases", lease->name, lease->path);
    cluster_path(cluster, api, "leases", "", lease->all_path);
    buffer_init(&lease->body, BODY_MAX);
    create(lease);
    return lease;
}

void kubernetes_lease_free(struct kubernetes_lease *lease) {
    if (!lease) return;
    loop_timer_free(lease->timer);
    cluster_free(lease->cluster);
    buffer_clear(&lease->body);
    free(lease);
}

/* Waits for the next renewal, or for the next try of one. */
static void wait_for(struct kubernetes_lease *lease, uint64_t delay_ns) {
    loop_timer_free(lease->timer);
    lease->timer = loop_after(lease->loop, delay_ns, on_time, lease);
}

static void on_time(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct kubernetes_lease *lease = owner;
    lease->timer = NULL;
    if (*lease->ours.version) {
        replace(lease);
    } else {
        create(lease);
    }
}

/* Nobody knows what became of it, or whether it is ours: while there is time, again. */
static void try_again(struct kubernetes_lease *lease, const struct error *why) {
    struct error err = *why;
    uint64_t silent_ns = loop_clock_ns() - lease->renewed_ns;
    if (silent_ns * RENEWALS < duration_ns(lease) * (RENEWALS - 1)) {
        wait_for(lease, RETRY_NS);
        return;
    }
    error_wrap(&err, "the Lease %s could not be renewed in time", lease->name);
    lose(lease, &err);
}

static void on_renewed(struct kubernetes_lease *lease, const struct node *object) {
    struct lease_record record;
    struct error err = {0};
    if (!lease_record_read(object, &record, &err)) {
        try_again(lease, &err);
        return;
    }
    text_copy(lease->ours.version, sizeof lease->ours.version, record.version);
    lease->ours.transitions = record.transitions;
    lease->renewed_ns = lease->sent_ns;
    if (lease->releasing) {
        if (*lease->ours.holder) {
            kubernetes_lease_release(lease);
        } else {
            lease->handlers->on_released(lease->owner);
        }
        return;
    }
    wait_for(lease, duration_ns(lease) / RENEWALS);
    if (lease->held) return;
    lease->held = true;
    lease->handlers->on_held(lease->owner, lease->ours.epoch);
}

static void on_created(void *owner, const struct cluster_done *done) {
    struct kubernetes_lease *lease = owner;
    lease->busy = false;
    if (done->outcome == ROUTER_DONE) {
        on_renewed(lease, done->object);
    } else if (done->outcome == ROUTER_CONFLICT || done->outcome == ROUTER_UNKNOWN) {
        read_it(lease);
    } else {
        lose(lease, &done->error);
    }
}

/* Whether we may write our name over this one. */
static bool is_free(
    const struct kubernetes_lease *lease, const struct lease_record *theirs) {
    int64_t age_ms = loop_wall_ms() - theirs->renewed_ms;
    int64_t old_ms = OLD_TIMES * theirs->duration_s * (int64_t)(NS_PER_S / NS_PER_MS);
    bool ours = strcmp(theirs->holder, lease->ours.holder) == 0;
    /* What was ours and bears no name now was taken from us on purpose. */
    if (ours || lease->held) return ours;
    return !*theirs->holder || lease->force || age_ms > old_ms;
}

static void say_holder(
    struct kubernetes_lease *lease, const struct lease_record *theirs) {
    struct error err = {0};
    char holder[LEASE_HOLDER_SIZE];
    safe_text_copy(holder, sizeof holder, slice_of(theirs->holder));
    error_set(
        &err, ERROR_CONFLICT, "%s holds the Lease %s, renewed %" PRId64 " s ago",
        *holder ? holder : "nobody", lease->name,
        (loop_wall_ms() - theirs->renewed_ms) / 1000);
    lose(lease, &err);
}

static void on_read(void *owner, const struct cluster_done *done) {
    struct kubernetes_lease *lease = owner;
    struct lease_record theirs;
    struct error err = done->error;
    lease->busy = false;
    if (done->missing) lease->ours.version[0] = '\0';
    if (done->outcome != ROUTER_DONE ||
        !lease_record_read(done->object, &theirs, &err)) {
        try_again(lease, &err);
        return;
    }
    if (!is_free(lease, &theirs)) {
        say_holder(lease, &theirs);
        return;
    }
    bool other = strcmp(theirs.holder, lease->ours.holder) != 0;
    if (!lease->held && theirs.epoch >= lease->ours.epoch) {
        lease->ours.epoch = theirs.epoch + 1;
    }
    text_copy(lease->ours.version, sizeof lease->ours.version, theirs.version);
    lease->ours.transitions = theirs.transitions + other;
    replace(lease);
}

static void on_replaced(void *owner, const struct cluster_done *done) {
    struct kubernetes_lease *lease = owner;
    lease->busy = false;
    if (done->outcome == ROUTER_DONE) {
        on_renewed(lease, done->object);
    } else if (done->outcome == ROUTER_CONFLICT || done->missing) {
        read_it(lease);
    } else if (done->outcome == ROUTER_UNKNOWN) {
        try_again(lease, &done->error);
    } else {
        lose(lease, &done->error);
    }
}

void kubernetes_lease_release(struct kubernetes_lease *lease) {
    lease->releasing = true;
    if (lease->busy) return;
    loop_timer_free(lease->timer);
    lease->timer = NULL;
    lease->ours.holder[0] = '\0';
    replace(lease);
}
