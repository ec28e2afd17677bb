/* SPDX-License-Identifier: MIT */
#include "io/bound_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024, LOOPBACK_NET = 127 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool read_address(
    const char *words, uint16_t port, union address *address, socklen_t *length) {
    *address = (union address){0};
    if (inet_pton(AF_INET, words, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(port);
        *length = sizeof address->v4;
        return true;
    }
    if (inet_pton(AF_INET6, words, &address->v6.sin6_addr) != 1) return false;
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons(port);
    *length = sizeof address->v6;
    return true;
}

static bool bind_and_listen(int listener, union address *address, socklen_t length) {
    int on = 1;
    return setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
           bind(listener, &address->any, length) == 0 &&
           listen(listener, BACKLOG) == 0 &&
           getsockname(listener, &address->any, &length) == 0;
}

int bound_socket_open(
    const char *address, uint16_t port, uint16_t *bound_port, struct error *err) {
    union address bound;
    socklen_t length = 0;
    if (!read_address(address, port, &bound, &length)) {
        error_set(err, ERROR_USAGE, "%s is not a numeric address", address);
        return -1;
    }
    int family = bound.any.sa_family;
    int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0 || !bind_and_listen(listener, &bound, length)) {
        int number = errno;
        error_set(
            err, number == EADDRINUSE ? ERROR_CONFLICT : ERROR_SYSTEM,
            "listening on %s port %u: %s", address, port, strerrordesc_np(number));
        if (listener >= 0) close(listener);
        return -1;
    }
    bool v6 = family == AF_INET6;
    *bound_port = ntohs(v6 ? bound.v6.sin6_port : bound.v4.sin_port);
    return listener;
}

bool bound_socket_is_loopback(const char *address) {
    union address read;
    socklen_t length = 0;
    if (!read_address(address, 0, &read, &length)) return false;
    if (read.any.sa_family == AF_INET6) {
        return IN6_IS_ADDR_LOOPBACK(&read.v6.sin6_addr);
    }
    return ntohl(read.v4.sin_addr.s_addr) >> 24 == LOOPBACK_NET;
}
