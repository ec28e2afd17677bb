/* What the thread of the store works with: its connections, opened when they are needed
 * and again after a failure. The loop counts who needs them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "agent/storage_file.h"

struct storage_desk;

struct storage_desk *storage_desk_new(const char *path);

/* On the loop. The last one to leave closes the connections. */
struct storage_desk *storage_desk_join(struct storage_desk *desk);
void storage_desk_leave(struct storage_desk *desk);

/* On the thread, or before it has any work: NULL with `err` set. A file that was
 * removed or replaced meanwhile is made, or opened, anew. */
struct storage_file *storage_desk_file(struct storage_desk *desk, struct error *err);
struct storage_reader *storage_desk_reader(
    struct storage_desk *desk, struct error *err);

/* On the thread: something failed. Unless it is only held by somebody, the file may not
 * be what it was, and is opened again for the next one. */
void storage_desk_fail(struct storage_desk *desk, const struct error *err);

/* On the loop, with nothing on the thread for it: written when the last one leaves. */
void storage_desk_bequeath(
    struct storage_desk *desk, const struct storage_record *records, size_t count);
