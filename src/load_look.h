/* What the target's own instruments say while load is sent to it without a screen: its
 * memory and its queue. Looks, and acts on nothing. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/load_course.h"
#include "core/target.h"

struct load_look;
struct loop;

/* The target is copied. */
struct load_look *load_look_new(
    struct loop *loop, const struct target *target, const char *user);
void load_look_free(struct load_look *look);

/* The newest figures; NaN for what nobody measures, or not any more. */
struct load_around load_look_around(const struct load_look *look);
