/* The child's end of a leash: when the other end is gone, so is the parent. */
/* SPDX-License-Identifier: MIT */
#pragma once

struct leash;
struct loop;

/* The descriptor's number comes in this variable. */
#define LEASH_VARIABLE "FLIGHTDECK_LEASH"

/* Calls `on_end` once, when the other end is gone. NULL when there is no leash. */
typedef void (*leash_end_fn)(void *owner);
struct leash *leash_from_environment(
    struct loop *loop, leash_end_fn on_end, void *owner);
void leash_free(struct leash *leash);
