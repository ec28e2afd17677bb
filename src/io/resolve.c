/* SPDX-License-Identifier: MIT */
#include "io/resolve.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "io/loop.h"

struct resolve {
    uv_getaddrinfo_t uv;
    char host[RESOLVE_HOST_SIZE];
    uint16_t port;
    struct loop_timer *answer; /* when nobody has to be asked: it is due */
    struct error error;
    struct resolve_address address; /* that was given instead of a name */
    resolve_done_fn on_done;        /* NULL once freed */
    void *owner;
};

static void finish(struct resolve *resolve, const struct resolve_result *result) {
    resolve_done_fn on_done = resolve->on_done;
    void *owner = resolve->owner;
    free(resolve);
    if (on_done) on_done(owner, result);
}

static void on_answer(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct resolve *resolve = owner;
    const struct resolve_address address = resolve->address;
    const struct resolve_result result = {
        .error = resolve->error,
        .count = resolve->error.code == ERROR_NONE ? 1 : 0,
        .addresses = &address,
    };
    finish(resolve, &result);
}

static uint16_t *port_of(struct sockaddr_storage *socket) {
    if (socket->ss_family == AF_INET) return &((struct sockaddr_in *)socket)->sin_port;
    return &((struct sockaddr_in6 *)socket)->sin6_port;
}

static void write_text(struct resolve_address *address, uint16_t port) {
    char host[INET6_ADDRSTRLEN] = "";
    const struct sockaddr *socket = (const struct sockaddr *)&address->socket;
    uv_ip_name(socket, host, sizeof host);
    struct text text = TEXT_IN(address->text);
    bool v6 = socket->sa_family == AF_INET6;
    text_addf(&text, v6 ? "[%s]:%u" : "%s:%u", host, port);
}

static size_t collect(
    const struct addrinfo *list, uint16_t port, struct resolve_address *addresses) {
    size_t count = 0;
    for (; list && count < RESOLVE_ADDRESSES_MAX; list = list->ai_next) {
        if (list->ai_family != AF_INET && list->ai_family != AF_INET6) continue;
        struct resolve_address *address = &addresses[count++];
        memcpy(&address->socket, list->ai_addr, list->ai_addrlen);
        address->length = list->ai_addrlen;
        *port_of(&address->socket) = htons(port);
        write_text(address, port);
    }
    return count;
}

static void on_resolved(uv_getaddrinfo_t *uv, int status, struct addrinfo *list) {
    struct resolve *resolve = uv->data;
    struct resolve_address *addresses =
        memory_new_array(RESOLVE_ADDRESSES_MAX, sizeof *addresses);
    struct resolve_result result = {.addresses = addresses};
    if (status == 0) result.count = collect(list, resolve->port, addresses);
    if (status != 0) {
        error_set(
            &result.error, ERROR_CONNECT, "resolving %s: %s", resolve->host,
            uv_strerror(status));
    } else if (result.count == 0) {
        error_set(
            &result.error, ERROR_CONNECT, "resolving %s: no address", resolve->host);
    }
    uv_freeaddrinfo(list);
    finish(resolve, &result);
    free(addresses);
}

/* An address as it is usually written needs no thread. */
static bool take_address(struct resolve *resolve, const char *host) {
    struct resolve_address *address = &resolve->address;
    if (uv_ip4_addr(host, resolve->port, (struct sockaddr_in *)&address->socket) == 0) {
        address->length = sizeof(struct sockaddr_in);
    } else if (
        !strchr(host, '%') &&
        uv_ip6_addr(host, resolve->port, (struct sockaddr_in6 *)&address->socket) ==
            0) {
        address->length = sizeof(struct sockaddr_in6);
    } else {
        return false;
    }
    write_text(address, resolve->port);
    return true;
}

struct resolve *resolve_start(
    struct loop *loop, const char *host, uint16_t port, resolve_done_fn on_done,
    void *owner) {
    struct resolve *resolve = memory_new(sizeof *resolve);
    resolve->port = port;
    resolve->on_done = on_done;
    resolve->owner = owner;
    resolve->uv.data = resolve;

    if (take_address(resolve, host)) {
        resolve->answer = loop_soon(loop, on_answer, resolve);
        return resolve;
    }
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    bool numeric = strspn(host, "0123456789.") == strlen(host) || strchr(host, ':');
    int result = UV_EINVAL;
    if (host[0] && text_copy(resolve->host, sizeof resolve->host, host)) {
        /* A numeric address must not depend on which interfaces are up. */
        result = uv_getaddrinfo(
            loop_uv(loop), &resolve->uv, on_resolved, host, NULL,
            numeric
                ? &(struct
                    addrinfo){.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST}
                : &hints);
    }
    if (result != 0) {
        error_set(
            &resolve->error, ERROR_CONNECT, "resolving %.64s: %s", host,
            uv_strerror(result));
        resolve->answer = loop_after(loop, 0, on_answer, resolve);
    }
    return resolve;
}

void resolve_free(struct resolve *resolve) {
    if (!resolve) return;
    resolve->on_done = NULL;
    if (resolve->answer) {
        loop_timer_free(resolve->answer);
        free(resolve);
        return;
    }
    /* When the question is already out, its answer frees the rest. */
    uv_cancel((uv_req_t *)&resolve->uv);
}
