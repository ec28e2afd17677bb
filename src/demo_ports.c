/* SPDX-License-Identifier: MIT */
#include "demo_ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/scan.h"
#include "io/loop.h"

enum { LEAST_PORT = 10240, ROOM_MIN = 2048, TRIES_MAX = 64 };

/* The kernel gives the client's side of a connection a port from its own range. A part
 * that is stopped could lose its port to one of those, and whoever connects to it could
 * even meet himself: so the ports come from below that range. */
static unsigned ephemeral_start(void) {
    static const char path[] = "/proc/sys/net/ipv4/ip_local_port_range";
    char words[64];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, words, sizeof words);
    if (file >= 0) close(file);
    uint64_t start = 0;
    if (length <= 0) return 0;
    struct scan scan = scan_of((struct slice){words, (size_t)length});
    return slice_u64(scan_until(&scan, '\t'), &start) && start <= UINT16_MAX
               ? (unsigned)start
               : 0;
}

/* A port to try: 0 lets the kernel choose. */
static uint16_t draw_port(unsigned tries) {
    unsigned end = ephemeral_start();
    if (end < LEAST_PORT + ROOM_MIN || tries >= TRIES_MAX) return 0;
    uint32_t chance = 0;
    loop_random(&chance, sizeof chance);
    return (uint16_t)(LEAST_PORT + chance % (end - LEAST_PORT));
}

static int bind_port(uint16_t wanted, uint16_t *port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(wanted),
        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
    };
    socklen_t length = sizeof address;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    if (bind(descriptor, (const struct sockaddr *)&address, length) != 0 ||
        getsockname(descriptor, (struct sockaddr *)&address, &length) != 0) {
        close(descriptor);
        return -1;
    }
    *port = ntohs(address.sin_port);
    return descriptor;
}

static int bind_free_port(uint16_t *port) {
    int descriptor = -1;
    for (unsigned tries = 0; tries <= TRIES_MAX && descriptor < 0; tries++) {
        descriptor = bind_port(draw_port(tries), port);
    }
    return descriptor;
}

bool demo_ports_pick(uint16_t *ports, unsigned count, struct error *err) {
    int descriptors[DEMO_PORTS_MAX];
    ensure(count <= DEMO_PORTS_MAX);
    /* All are held until the last one is found, so that no two are the same. */
    unsigned held = 0;
    while (held < count) {
        descriptors[held] = bind_free_port(&ports[held]);
        if (descriptors[held] < 0) break;
        held++;
    }
    bool found = held == count;
    if (!found) error_set(err, ERROR_SYSTEM, "no free port: %s", strerror(errno));
    while (held > 0) close(descriptors[--held]);
    return found;
}
