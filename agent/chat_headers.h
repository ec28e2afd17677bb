/* The headers that tell how a chat ended. */
/* SPDX-License-Identifier: MIT */
#pragma once

struct chat_result;
struct server_request;

/* X-Agent-Outcome, tokens, cost where it is known, what the cache did where there is one,
 * and when to come again after a 503. */
void chat_headers_add(struct server_request *request, const struct chat_result *result);
