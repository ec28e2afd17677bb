/* SPDX-License-Identifier: MIT */
#include "canary_line.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/units.h"
#include "io/loop.h"

#define AGAIN_NS (200 * NS_PER_MS)

struct canary_line {
    struct loop *loop; /* borrowed */
    struct canary_line_options options;
    struct rollout_link *link; /* NULL while waiting to dial again */
    struct loop_timer *again;
    uint64_t heard_ns;
    bool has_heard;
};

static void dial(struct canary_line *line);

static void on_status(void *owner, const struct rollout_status *status) {
    struct canary_line *line = owner;
    line->heard_ns = loop_clock_ns();
    line->has_heard = true;
    line->options.on_status(line->options.owner, status);
}

static void on_answer(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct canary_line *line = owner;
    if (line->options.on_answer) {
        line->options.on_answer(line->options.owner, answer, why);
    }
}

static void on_again(void *owner, uint64_t now_ns) {
    struct canary_line *line = owner;
    (void)now_ns;
    line->again = NULL;
    dial(line);
}

static void on_end(void *owner, const struct error *why) {
    struct canary_line *line = owner;
    const struct error reason = *why;
    rollout_link_free(line->link);
    line->link = NULL;
    bool was_one_try = line->options.asks_once && !line->has_heard;
    if (was_one_try || loop_clock_ns() - line->heard_ns >= line->options.patience_ns) {
        line->options.on_gone(line->options.owner, &reason);
        return;
    }
    line->again = loop_after(line->loop, AGAIN_NS, on_again, line);
}

static void dial(struct canary_line *line) {
    static const struct rollout_link_handlers handlers = {
        .on_status = on_status, .on_answer = on_answer, .on_end = on_end};
    line->link = rollout_link_new(line->loop, line->options.path, &handlers, line);
}

struct canary_line *canary_line_new(
    struct loop *loop, const struct canary_line_options *options) {
    struct canary_line *line = memory_new(sizeof *line);
    line->loop = loop;
    line->options = *options;
    line->heard_ns = loop_clock_ns();
    dial(line);
    return line;
}

void canary_line_free(struct canary_line *line) {
    if (!line) return;
    loop_timer_free(line->again);
    rollout_link_free(line->link);
    free(line);
}

bool canary_line_order(struct canary_line *line, const struct rollout_order *order) {
    return line->link && rollout_link_order(line->link, order) != 0;
}
