/* The series that are there from the start,
 * so that a first scrape shows zeros where zero is the truth. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct registry;

/* Of whoever asks the model. */
void declare_work(struct registry *registry, const char *model);

/* What the model costs, as far as somebody knows. */
void declare_price(struct registry *registry, const char *model, bool is_known);

/* Of whoever works on the queue. */
void declare_worker(struct registry *registry);

/* Of whoever answers chats over HTTP. */
void declare_service(struct registry *registry);

/* Of whoever has a store; and who takes ratings of its version. */
void declare_store(struct registry *registry);
void declare_feedback(struct registry *registry, const char *version);
