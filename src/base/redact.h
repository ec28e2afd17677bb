/* The one redactor: known secrets leave the program as three stars, however they are
 * written. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/scan.h"
#include "base/text.h"

enum {
    REDACT_SECRETS_MAX = 32,
    REDACT_SECRET_SIZE = 1024,
    REDACT_SECRET_MIN = 4, /* shorter values would blank out ordinary words */
};

struct redactor;

struct redactor *redactor_new(void);
void redactor_free(struct redactor *redactor);

/* Remembers a secret, as it is and as the sanitiser leaves it, and its base64,
 * base64url and percent-encoded forms. False when it is too short, too long or one too
 * many: then it must not be used at all. */
bool redactor_add(struct redactor *redactor, struct slice secret);

/* One after the other, for a program that is told what to keep quiet about; false
 * behind the last one. Borrowed for as long as the redactor lives. */
bool redactor_secret(
    const struct redactor *redactor, size_t index, struct slice *secret);

/* How many bytes at the end of `bytes` may be the beginning
 * of a secret that was cut off there; 0 for none. */
size_t redactor_begun(const struct redactor *redactor, struct slice bytes);

/* Adds `bytes` with every secret replaced by "***". A NULL redactor knows no secret. */
void redact_add(const struct redactor *redactor, struct text *text, struct slice bytes);
bool redact_add_to_buffer(
    const struct redactor *redactor, struct buffer *buffer, struct slice bytes);

/* A URL with its user and password left out: "redis://host". */
void redact_add_url(struct text *text, const char *url);
