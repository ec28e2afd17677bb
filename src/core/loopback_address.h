/* An address that only this machine can speak to: 127.0.0.1:8080 or [::1]:8080. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

enum { LOOPBACK_HOST_SIZE = 46 };

struct loopback_address {
    char host[LOOPBACK_HOST_SIZE]; /* without brackets: 127.0.0.1 or ::1 */
    uint16_t port;
};

/* ERROR_USAGE for a name, for any other address, and without a port. */
bool loopback_address_parse(
    struct slice words, struct loopback_address *address, struct error *err);

/* Whether a Host header names this machine: a page of somebody else's, whose name was
 * pointed at 127.0.0.1, sends its own name there. */
bool loopback_host_is_ours(struct slice host);
