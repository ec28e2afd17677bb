/* What the hostile server says in each of its cases. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/scan.h"

/* Plays the case of that name on a connected socket; returns when nothing is left to
 * say. An unknown name gets a 404. */
void hostile_play(int client, struct slice name);
