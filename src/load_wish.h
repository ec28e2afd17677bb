/* What somebody asks of a load run on the command line:
 * a preset or a file, and what flags change of it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/document.h"
#include "core/load_bill.h"
#include "core/scenario.h"
#include "invocation.h"

struct load_wish {
    struct scenario *scenario; /* owned */
    uint32_t workers;
    double usd_most; /* NaN: as much as it takes */
    struct load_bill bill;
};

/* `name` is a preset or a file. ERROR_USAGE or ERROR_SYNTAX, with the value and what
 * was expected, or file:line:column. */
bool load_wish_read(
    struct load_wish *wish, const struct invocation *invocation, const char *name,
    const struct target *target, struct error *err);
void load_wish_clear(struct load_wish *wish);

/* The scenario of a file that was read; false with file:line:column. */
bool load_wish_of_file(
    struct scenario *scenario, const struct document *document, const char *file,
    const struct target *target, struct error *err);

/* Whether it may be sent: not to a paid model by mistake, not beyond the cap of a
 * production target, and not at a price that nobody knows or wants. */
bool load_wish_may(
    const struct load_wish *wish, const struct target *target, struct error *err);

/* "100 users, +10/s, 5m00s" or "200 rps, 1m00s". */
void load_wish_add_load(struct text *text, const struct load_plan *plan);
