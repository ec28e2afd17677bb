/* How a flightdeck.yaml says that traffic is divided:
 * what no table of fields can say. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/mistakes.h"

/* Names that HAProxy or a cluster can have, two sides that are two, and words of
 * commands that can be filled in. NULL is fine. */
void config_split_check(const struct node *split, struct mistakes *mistakes);

/* A path that is too long for a unix socket. NULL is fine. */
void config_socket_check(const struct node *path, struct mistakes *mistakes);
