/* Sockets in the file system that nobody but their owner can reach. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* A non-blocking socket of that type, SOCK_STREAM or SOCK_DGRAM,
 * bound to `path` with mode 0600 from the first moment;
 * one that was left there is removed. -1 on failure. */
int unix_socket_bind(const char *path, int type, struct error *err);

/* Whether somebody listens there just now: who binds it takes it away from them. */
bool unix_socket_is_heard(const char *path, int type);

/* Whether a connected peer is the same user, or root. */
bool unix_socket_is_ours(int socket);
