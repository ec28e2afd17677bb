/* A listening TCP socket on a numeric address. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Non-blocking and closed on exec; `port` 0 picks a free one and `bound_port` tells
 * which. Returns the descriptor, which the caller closes, or -1: ERROR_USAGE for an
 * address that is not numeric, ERROR_CONFLICT when somebody else listens there. */
int bound_socket_open(
    const char *address, uint16_t port, uint16_t *bound_port, struct error *err);

/* Whether only this machine reaches it. False for what is no numeric address, too. */
bool bound_socket_is_loopback(const char *address);
