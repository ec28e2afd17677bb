/* How a chat ends without an answer, as its client and the numbers see it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "agent/exchange.h"
#include "base/error.h"

/* The last word about a chat: one count, one duration. */
void chat_count_end(const struct exchange *exchange, const char *status);

/* These answer: the exchange and its data are freed. */

/* The request makes no sense, or is too large. */
void chat_reject(struct exchange *exchange, const struct error *err);

/* Below 500 the client's own doing, and no error of the agent; else one. */
void chat_refuse(struct exchange *exchange, const struct exchange_problem *problem);
