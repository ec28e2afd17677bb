/* Which orders a rollout takes now, as far as can be seen; its controller has the last
 * word. Always about the present, also while the view is frozen. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/rollout_shown.h"
#include "ui/rollout_wish.h"
#include "ui/scene.h"

/* The scene as it is now. */
struct scene rollout_act_now(const struct scene *scene);

/* Whether there is one that runs, or that still can be undone. */
bool rollout_act_has_one(const struct scene *scene);

/* Whether the order can be given; else why not goes to `why`, in words. */
bool rollout_act_is_open(
    const struct scene *scene, enum rollout_order_kind kind, bool force,
    struct text *why);

/* Whether it is the operator's own: going on is for whose it is. */
bool rollout_act_is_ours(const struct scene *scene);

/* How it is taken back: ROLLOUT_ORDER_ABORT, or ROLLOUT_ORDER_UNDO once it is done. */
enum rollout_order_kind rollout_act_way_back(const struct scene *scene);

/* What the order does: "promote to 50%", "hold at 25%", "undo to v1.5.0". */
void rollout_act_add(
    struct text *text, const struct rollout_status *rollout,
    enum rollout_order_kind kind);
