/* The lookup_order tool: the state of one order, from the store or among the built-in
 * ones. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "agent/tools.h"

/* A tool_start_fn: {"order_id"}. An order that
 * is not there is an answer, no failure. */
void order_lookup_start(struct tool_call *call, const struct node *input);
