/* SPDX-License-Identifier: MIT */
#include "load/reach.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/dial.h"
#include "io/loop.h"
#include "io/strand.h"

#define PATIENCE_NS (10 * NS_PER_S)

enum { HOST_SIZE = 48, PORT_SIZE = 8 };

struct reach {
    struct loop *loop;                /* borrowed */
    const struct load_target *target; /* borrowed */
    const struct tls_config *tls;     /* borrowed */
    reach_done_fn on_done;
    void *owner;
    struct dial *dial;
    struct resolve_address address;
    struct strands *strands; /* while TLS is tried */
    struct strand *strand;
    struct loop_timer *deadline;
};

static void on_open(void *owner, uint64_t now_ns);
static size_t on_bytes(void *owner, struct slice bytes, uint64_t now_ns);
static void on_end(
    void *owner, enum strand_end end, const char *words, uint64_t now_ns);

void reach_free(struct reach *reach) {
    if (!reach) return;
    dial_free(reach->dial);
    loop_timer_free(reach->deadline);
    strand_close(reach->strand);
    strands_free(reach->strands);
    free(reach);
}

static void finish(struct reach *reach, const struct error *why) {
    const struct resolve_address address = reach->address;
    reach_done_fn on_done = reach->on_done;
    void *owner = reach->owner;
    struct error kept = *why;
    reach_free(reach);
    on_done(owner, kept.code == ERROR_NONE ? &address : NULL, &kept);
}

static bool name_peer(struct resolve_address *address, int socket) {
    char host[HOST_SIZE], port[PORT_SIZE];
    address->length = sizeof address->socket;
    struct sockaddr *peer = (struct sockaddr *)&address->socket;
    if (getpeername(socket, peer, &address->length) != 0) return false;
    if (getnameinfo(
            peer, address->length, host, sizeof host, port, sizeof port,
            NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return false;
    }
    struct text text = TEXT_IN(address->text);
    text_addf(&text, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
    return true;
}

static void on_deadline(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct reach *reach = owner;
    reach->deadline = NULL;
    struct error why;
    error_set(
        &why, ERROR_TIMEOUT, "TLS with %s: no answer in time", reach->address.text);
    finish(reach, &why);
}

static void try_tls(struct reach *reach) {
    const struct strands_options options = {
        .address = &reach->address,
        .tls = reach->tls,
        .host = reach->target->host,
        .handlers = {.on_open = on_open, .on_bytes = on_bytes, .on_end = on_end}};
    reach->strands = strands_new(reach->loop, &options);
    reach->deadline = loop_after(reach->loop, PATIENCE_NS, on_deadline, reach);
    reach->strand = strand_open(reach->strands, reach);
    if (reach->strand) return;
    struct error why;
    error_set(
        &why, ERROR_CONNECT, "%s: %s", reach->address.text, strerrordesc_np(errno));
    finish(reach, &why);
}

static void on_dialled(void *owner, int socket, const struct error *why) {
    struct reach *reach = owner;
    reach->dial = NULL;
    if (socket < 0) {
        finish(reach, why);
        return;
    }
    bool named = name_peer(&reach->address, socket);
    close(socket);
    struct error fault = {0};
    if (!named) {
        error_set(&fault, ERROR_LOST, "%s: gone at once", reach->target->host);
        finish(reach, &fault);
    } else if (reach->tls) {
        try_tls(reach);
    } else {
        finish(reach, &fault);
    }
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
        &why, refused ? ERROR_CONNECT : ERROR_TLS, "%s: %s", reach->address.text,
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
    const struct dial_options options = {
        .host = target->host, .port = target->port, .timeout_ns = PATIENCE_NS};
    reach->dial = dial_start(loop, &options, on_dialled, reach);
    return reach;
}
