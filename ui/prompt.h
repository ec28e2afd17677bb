/* A line that the operator types into: filter, palette, confirmations. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ui/canvas.h"
#include "ui/key.h"

enum { PROMPT_SIZE = 128 };

struct prompt {
    char words[PROMPT_SIZE]; /* UTF-8 */
    size_t length;           /* bytes */
    size_t cursor;           /* bytes before it */
};

void prompt_clear(struct prompt *prompt);
void prompt_set(struct prompt *prompt, const char *words); /* cursor at the end */

/* Whether the key edited the line or moved in it; a full line takes no more. */
bool prompt_on_key(struct prompt *prompt, const struct key *key);

/* Draws what fits around the cursor. */
void prompt_draw(
    struct canvas *canvas, struct rect rect, const struct prompt *prompt,
    enum role role);
