/* SPDX-License-Identifier: MIT */
#include "load/reach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/units.h"
#include "io/dial.h"
#include "io/loop.h"
#include "io/strand.h"

#define PATIENCE_NS (10 * NS_PER_S)

/* One address, which is tried beside the others. */
struct attempt {
    struct reach *reach;
    struct dial *dial; /* while it is under way */
    bool reached;
    struct error why; /* not */
};

struct reach {
    struct loop *loop;                /* borrowed */
    const struct load_target *target; /* borrowed */
    const struct tls_config *tls;     /* borrowed */
    reach_done_fn on_done;
    void *owner;
    struct resolve *resolve;
    size_t count, waits; /* addresses; those that are under way */
    struct resolve_address addresses[REACH_ADDRESSES_MAX];
    struct attempt attempts[REACH_ADDRESSES_MAX];
    struct strands *strands; /* while TLS is tried */
    struct strand *strand;
    struct loop_timer *deadline; /* of everything */
};

static void on_resolved(void *owner, const struct resolve_result *result);
static void on_dialled(void *owner, int socket, const struct error *why);
static void on_open(void *owner, uint64_t now_ns);
static size_t on_bytes(void *owner, struct slice bytes, uint64_t now_ns);
static void on_end(
    void *owner, enum strand_end end, const char *words, uint64_t now_ns);

void reach_free(struct reach *reach) {
    if (!reach) return;
    resolve_free(reach->resolve);
    for (size_t i = 0; i < reach->count; i++) dial_free(reach->attempts[i].dial);
    loop_timer_free(reach->deadline);
    strand_close(reach->strand);
    strands_free(reach->strands);
    free(reach);
}

/* Those that answered, or why there are none. */
static void finish(struct reach *reach, const struct error *why) {
    struct resolve_address addresses[REACH_ADDRESSES_MAX];
    struct reach_result result = {.addresses = addresses, .why = *why};
    reach_done_fn on_done = reach->on_done;
    void *owner = reach->owner;
    for (size_t i = 0; i < reach->count && why->code == ERROR_NONE; i++) {
        const struct attempt *attempt = &reach->attempts[i];
        if (attempt->reached) {
            addresses[result.count++] = reach->addresses[i];
        } else if (result.missed++ == 0) {
            result.why = attempt->why;
        }
    }
    reach_free(reach);
    on_done(owner, &result);
}

static const struct resolve_address *first_reached(const struct reach *reach) {
    for (size_t i = 0; i < reach->count; i++) {
        if (reach->attempts[i].reached) return &reach->addresses[i];
    }
    return NULL;
}

/* TLS with one of them: they all are the same name. */
static void try_tls(struct reach *reach, const struct resolve_address *address) {
    const struct strands_options options = {
        .addresses = address,
        .address_count = 1,
        .tls = reach->tls,
        .host = reach->target->host,
        .handlers = {.on_open = on_open, .on_bytes = on_bytes, .on_end = on_end}};
    reach->strands = strands_new(reach->loop, &options);
    reach->strand = strand_open(reach->strands, reach);
    if (reach->strand) return;
    struct error why;
    error_set(&why, ERROR_CONNECT, "%s: %s", address->text, strerrordesc_np(errno));
    finish(reach, &why);
}

/* All that answer have done so. */
static void go_on(struct reach *reach) {
    const struct error fine = {0};
    const struct resolve_address *address = first_reached(reach);
    if (!address) {
        const struct error why = reach->attempts[0].why;
        finish(reach, &why);
    } else if (reach->tls) {
        try_tls(reach, address);
    } else {
        finish(reach, &fine);
    }
}

/* Whoever has not answered by now is left out. */
static void on_deadline(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct reach *reach = owner;
    const struct resolve_address *address = first_reached(reach);
    const struct error fine = {0};
    struct error why;
    reach->deadline = NULL;
    if (reach->strands) {
        error_set(&why, ERROR_TIMEOUT, "TLS with %s: no answer in time", address->text);
        finish(reach, &why);
    } else if (address && !reach->tls) {
        finish(reach, &fine);
    } else {
        error_set(
            &why, ERROR_TIMEOUT, "connecting to %s: no answer in time",
            reach->target->host);
        finish(reach, &why);
    }
}

static void dial(struct reach *reach, size_t at) {
    struct attempt *attempt = &reach->attempts[at];
    const struct dial_options options = {
        .host = reach->target->host,
        .port = reach->target->port,
        .known = &reach->addresses[at],
        .known_count = 1,
        /* Of several, one that is silent must not hold up the others. */
        .timeout_ns = reach->count > 1 ? PATIENCE_NS / 2 : PATIENCE_NS};
    attempt->reach = reach;
    attempt->dial = dial_start(reach->loop, &options, on_dialled, attempt);
}

static void on_resolved(void *owner, const struct resolve_result *result) {
    struct reach *reach = owner;
    reach->resolve = NULL;
    if (result->error.code != ERROR_NONE) {
        finish(reach, &result->error);
        return;
    }
    for (size_t i = 0; i < result->count && i < REACH_ADDRESSES_MAX; i++) {
        reach->addresses[i] = result->addresses[i];
        reach->count++;
    }
    reach->waits = reach->count;
    for (size_t i = 0; i < reach->count; i++) dial(reach, i);
}

static void on_dialled(void *owner, int socket, const struct error *why) {
    struct attempt *attempt = owner;
    attempt->dial = NULL;
    attempt->reached = socket >= 0;
    attempt->why = *why;
    if (socket >= 0) close(socket);
    if (--attempt->reach->waits == 0) go_on(attempt->reach);
}

static void on_open(void *owner, uint64_t now_ns) {
    (void)now_ns;
    const struct error fine = {0};
    finish(owner, &fine);
}

static size_t on_bytes(void *owner, struct slice bytes, uint64_t now_ns) {
    (void)owner, (void)now_ns;
    return bytes.length;
}

static void on_end(
    void *owner, enum strand_end end, const char *words, uint64_t now_ns) {
    (void)now_ns;
    struct reach *reach = owner;
    struct error why;
    bool refused = end == STRAND_UNCONNECTED;
    error_set(
        &why, refused ? ERROR_CONNECT : ERROR_TLS, "%s: %s", first_reached(reach)->text,
        words[0] ? words : "the connection was lost");
    finish(reach, &why);
}

struct reach *reach_start(
    struct loop *loop, const struct load_target *target, const struct tls_config *tls,
    reach_done_fn on_done, void *owner) {
    struct reach *reach = memory_new(sizeof *reach);
    reach->loop = loop;
    reach->target = target;
    reach->tls = tls;
    reach->on_done = on_done;
    reach->owner = owner;
    reach->deadline = loop_after(loop, PATIENCE_NS + NS_PER_S, on_deadline, reach);
    reach->resolve =
        resolve_start(loop, target->host, target->port, on_resolved, reach);
    return reach;
}
