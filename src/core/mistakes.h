/* What is wrong with a file, all of it: each mistake with the place where it stands. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/node.h"

enum {
    MISTAKES_MAX = 32, /* kept; more are counted */
    MISTAKE_WORDS_SIZE = 240,
};

struct mistake {
    uint32_t line, column; /* from 1; 0 when the source has none */
    char words[MISTAKE_WORDS_SIZE];
};

struct mistakes {
    const char *file; /* borrowed; in front of every line and column */
    uint32_t count;   /* ever; the first MISTAKES_MAX are kept */
    struct mistake items[MISTAKES_MAX];
};

void mistakes_init(struct mistakes *mistakes, const char *file);

/* A mistake at a value, or at the key in front of it. */
void mistakes_add(
    struct mistakes *mistakes, const struct node *at, const char *words, ...)
    __attribute__((format(printf, 3, 4)));
void mistakes_add_at_key(
    struct mistakes *mistakes, const struct node *at, const char *words, ...)
    __attribute__((format(printf, 3, 4)));

/* The first one as an error: "flightdeck.yaml:3:5:
 * ... (and 2 more)". True without any. */
bool mistakes_none(const struct mistakes *mistakes, struct error *err);
