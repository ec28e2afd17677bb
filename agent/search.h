/* The search_web tool: asks a search service
 * when one is set, else the built-in articles.
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "agent/tools.h"
#include "base/error.h"

struct loop;
struct search;

/* As in search_endpoint.h. NULL, with `err` set, when the URL may not be asked. */
struct search *search_new(
    struct loop *loop, const char *url, const char *hosts, struct error *err);
/* After every call has ended. */
void search_free(struct search *search);

/* A tool_start_fn: {"query"}. Finding nothing is an answer, no failure. */
void search_start(struct tool_call *call, const struct node *input);
