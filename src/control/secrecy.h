/* Keeps what the redactor knows out of everything that a controller writes down,
 * publishes and answers. A NULL redactor knows nothing. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/redact.h"
#include "core/rollout.h"
#include "core/rollout_launch.h"

/* What the launch says is secret; to be freed. */
struct redactor *secrecy_of(const struct rollout_launch *launch);

/* Before anything is made of them: what people say. */
void secrecy_keep_plan(const struct redactor *redactor, struct rollout_plan *plan);
void secrecy_keep_order(const struct redactor *redactor, struct rollout_order *order);

/* Before it is written down, and before it is told: what else it has come to hold. */
void secrecy_keep_rollout(const struct redactor *redactor, struct rollout *rollout);
void secrecy_keep_status(
    const struct redactor *redactor, struct rollout_status *status);
