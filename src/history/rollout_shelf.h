/* The file that rollouts are written to. Where nothing can be written to it, it is read
 * all the same, so that what is open there can be taken back. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"

struct rollout_shelf;
struct sqlite;

enum { ROLLOUT_SHELF_VERSION = 2 }; /* of the file: the first that knows of rollouts */

/* Makes it when it is not there. NULL with `err` set; also when nothing can be written
 * and nothing of rollouts is there. */
struct rollout_shelf *rollout_shelf_open(const char *path, struct error *err);

/* It has several owners: who has opened it, and every write. Counted on the loop. */
struct rollout_shelf *rollout_shelf_hold(struct rollout_shelf *shelf);
void rollout_shelf_release(struct rollout_shelf *shelf);

/* Before there are writes; from then on only their thread uses it. */
struct sqlite *rollout_shelf_file(const struct rollout_shelf *shelf);

/* Before each transaction, on the thread, which waits for nobody: as soon as there is
 * room again, what was only read is opened for writing. NULL with ERROR_SYSTEM and the
 * cause as long as there is none. */
struct sqlite *rollout_shelf_for_writing(
    struct rollout_shelf *shelf, struct error *err);
