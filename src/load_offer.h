/* One scenario as it is offered to the operator:
 * what it would send, and whether it may. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"
#include "base/error.h"
#include "base/redact.h"
#include "core/target.h"
#include "load_files.h"
#include "load_wish.h"
#include "ui/dialog.h"

struct load_offer {
    struct load_wish wish; /* without a scenario when there is none for this target */
    char words[ERROR_MESSAGE_SIZE]; /* why it cannot be */
    char to[TARGET_URL_SIZE];
    struct buffer preview; /* the lines, each ended by a NUL */
    const char **lines;
    struct action_plan plan; /* borrows from the above */
};

/* Of a preset, or of a file, which may be wrong; all of it is borrowed for the call. */
void load_offer_of_preset(
    struct load_offer *offer, const char *preset, const struct target *target,
    const struct redactor *redactor);
void load_offer_of_file(
    struct load_offer *offer, const struct load_file *file, const struct target *target,
    const struct redactor *redactor);
void load_offer_clear(struct load_offer *offer);
