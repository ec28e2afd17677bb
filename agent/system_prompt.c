/* SPDX-License-Identifier: MIT */
#include "agent/system_prompt.h"

#include "base/safe_text.h"
#include "base/scan.h"

static void add_fact(struct buffer *prompt, const char *words, const char *value) {
    if (value[0] == '\0') return;
    buffer_add_string(prompt, words);
    /* On one line and without controls: a value cannot pose as a new instruction. */
    safe_text_add_to_buffer(prompt, slice_of(value));
}

void system_prompt_write(const struct user_context *context, struct buffer *prompt) {
    buffer_add_string(
        prompt,
        "You are a helpful customer service agent. Answer briefly and "
        "truthfully. Use the calculate tool for arithmetic that is not obvious, "
        "lookup_order for the state of an order and search_web for what you would "
        "have to look up, and say so when you do not know something.");
    if (!context || (context->name[0] == '\0' && context->order_id[0] == '\0')) return;
    buffer_add_string(prompt, "\n\nWhat is known about the user:");
    add_fact(prompt, "\n- name: ", context->name);
    add_fact(prompt, "\n- order id: ", context->order_id);
}
