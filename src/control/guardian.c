/* SPDX-License-Identifier: MIT */
#include "control/guardian.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "control/cluster.h"
#include "control/kubernetes_lease.h"
#include "control/watchdog.h"
#include "core/dead_man.h"
#include "core/lease_record.h"
#include "io/loop.h"

enum { DURATION_S = 15 };

#define LOOK_NS  (3 * NS_PER_S)
#define ALIVE_NS (30 * NS_PER_S) /* of a watchdog: twice what its Lease lasts */

struct guardian {
    struct loop *loop;             /* borrowed */
    struct kubernetes *kubernetes; /* borrowed */
    char name[TARGET_CLUSTER_NAME_SIZE];
    struct kubernetes_lease *lease; /* NULL: it was lost, and is tried again */
    struct cluster *cluster;
    char holder[LEASE_HOLDER_SIZE], words[ERROR_MESSAGE_SIZE];
    char path[CLUSTER_PATH_SIZE]; /* of the watchdog's Lease */
    uint64_t epoch;
    bool held, releasing, released, force;
    struct dead_man watchdog;
    bool is_watched;
    struct loop_timer *timer;
    guardian_lost_fn on_lost;
    void *owner;
};

static void on_held(void *owner, uint64_t epoch);
static void on_lease_lost(void *owner, const struct error *why);
static void on_released(void *owner);
static void on_time(void *owner, uint64_t now_ns);
static void on_watchdog(void *owner, const struct cluster_done *done);

static const struct lease_handlers handlers = {
    .on_held = on_held, .on_lost = on_lease_lost, .on_released = on_released};

static void take(struct guardian *guardian) {
    const struct lease_wish wish = {
        .kubernetes = guardian->kubernetes,
        .name = guardian->name,
        .holder = guardian->holder,
        .duration_s = DURATION_S,
        .epoch = guardian->epoch,
        .force = guardian->force,
    };
    guardian->lease = kubernetes_lease_take(guardian->loop, &wish, &handlers, guardian);
}

static bool open_all(struct guardian *guardian, struct error *err) {
    char name[TARGET_CLUSTER_NAME_SIZE];
    struct text text = TEXT_IN(name);
    text_addf(&text, "%s" WATCHDOG_LEASE_SUFFIX, guardian->name);
    if (text.truncated) {
        return error_set(err, ERROR_USAGE, "split.kubernetes.lease is too long");
    }
    guardian->cluster = cluster_new(guardian->loop, guardian->kubernetes);
    cluster_path(
        guardian->cluster, "/apis/coordination.k8s.io/v1", "leases", name,
        guardian->path);
    take(guardian);
    return true;
}

struct guardian *guardian_new(
    struct loop *loop, const struct guardian_wish *wish, guardian_lost_fn on_lost,
    void *owner, struct error *err) {
    struct guardian *guardian = memory_new(sizeof *guardian);
    guardian->loop = loop;
    guardian->kubernetes = wish->kubernetes;
    guardian->epoch = wish->epoch;
    guardian->force = wish->force;
    guardian->on_lost = on_lost;
    guardian->owner = owner;
    text_copy_cut(guardian->name, sizeof guardian->name, wish->lease);
    text_copy_cut(guardian->holder, sizeof guardian->holder, wish->holder);
    text_copy_cut(guardian->words, sizeof guardian->words, "the Lease is being taken");
    dead_man_init(&guardian->watchdog, ALIVE_NS, LOOK_NS);
    if (!open_all(guardian, err)) {
        guardian_free(guardian);
        return NULL;
    }
    guardian->timer = loop_soon(loop, on_time, guardian);
    return guardian;
}

void guardian_free(struct guardian *guardian) {
    if (!guardian) return;
    loop_timer_free(guardian->timer);
    kubernetes_lease_free(guardian->lease);
    cluster_free(guardian->cluster);
    free(guardian);
}

static void on_held(void *owner, uint64_t epoch) {
    struct guardian *guardian = owner;
    guardian->held = true;
    guardian->force = false;
    guardian->epoch = epoch;
    guardian->words[0] = '\0';
}

/* Only somebody else's name ends it: what could not be
 * renewed is taken again, as soon as the cluster answers. */
static void on_lease_lost(void *owner, const struct error *why) {
    struct guardian *guardian = owner;
    bool was_held = guardian->held;
    kubernetes_lease_free(guardian->lease);
    guardian->lease = NULL;
    guardian->held = false;
    text_copy_cut(guardian->words, sizeof guardian->words, why->message);
    if (was_held && why->code == ERROR_CONFLICT) {
        guardian->on_lost(guardian->owner, guardian->words);
    }
}

static void on_released(void *owner) {
    struct guardian *guardian = owner;
    guardian->released = true;
}

static void on_time(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct guardian *guardian = owner;
    guardian->timer = NULL;
    if (!guardian->lease && !guardian->releasing) take(guardian);
    cluster_read(guardian->cluster, guardian->path, on_watchdog, guardian);
}

static void on_watchdog(void *owner, const struct cluster_done *done) {
    struct guardian *guardian = owner;
    struct lease_record record;
    struct error err = {0};
    guardian->timer = loop_after(guardian->loop, LOOK_NS, on_time, guardian);
    if (done->missing) {
        guardian->is_watched = false;
        return;
    }
    if (done->outcome != ROUTER_DONE ||
        !lease_record_read(done->object, &record, &err)) {
        dead_man_on_blind(&guardian->watchdog);
        return;
    }
    int64_t age_ms = loop_wall_ms() - record.renewed_ms;
    uint64_t old_ns = age_ms > 0 ? (uint64_t)age_ms * NS_PER_MS : 0;
    const char *sign = *record.holder ? record.renewed : "";
    enum dead_man_state state =
        dead_man_on_sign(&guardian->watchdog, sign, old_ns, loop_clock_ns());
    /* An old Lease that is seen for the first time is no sign of life yet. */
    guardian->is_watched = state == DEAD_MAN_HELD && old_ns < ALIVE_NS;
}

bool guardian_holds(const struct guardian *guardian, const char **words) {
    if (!guardian || guardian->held) return true;
    *words = guardian->words;
    return false;
}

uint64_t guardian_epoch(const struct guardian *guardian, uint64_t least) {
    return guardian && guardian->epoch > least ? guardian->epoch : least;
}

bool guardian_is_watched(const struct guardian *guardian) {
    return guardian && guardian->is_watched;
}

bool guardian_release(struct guardian *guardian) {
    if (!guardian || !guardian->lease || guardian->released) return true;
    if (!guardian->releasing) {
        guardian->releasing = true;
        kubernetes_lease_release(guardian->lease);
    }
    return false;
}
