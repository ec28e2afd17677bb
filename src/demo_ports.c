/* SPDX-License-Identifier: MIT */
#include "demo_ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/panic.h"

static int bind_free_port(uint16_t *port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
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
