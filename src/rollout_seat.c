/* SPDX-License-Identifier: MIT */
#include "rollout_seat.h"

#include <stdlib.h>

#include "actions/rollout_link.h"
#include "base/discreet_text.h"
#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "canary_begin.h"
#include "io/folders.h"
#include "io/loop.h"
#include "io/rollout_place.h"
#include "operator.h"
#include "past_watch.h"
#include "rollout_drafting.h"

enum { ORDERS_MAX = 4, WORDS_SIZE = ERROR_MESSAGE_SIZE + ROLLOUT_WORDS_SIZE };

/* One order on its way: the line to the controller is its own. */
struct errand {
    struct rollout_seat *seat; /* borrowed */
    struct rollout_link *link; /* NULL: free for the next one */
    struct rollout_wish wish;
};

struct rollout_seat {
    struct loop *loop; /* borrowed */
    struct rollout_seat_options options;
    char host[STATE_NAME_SIZE];
    char path[FOLDER_PATH_SIZE];
    bool placed;
    struct rollout_means means;
    struct rollout_draft draft;
    struct past_watch *past;
    struct rollout_starter *starter; /* of the last one; it sees to its child */
    struct errand errands[ORDERS_MAX];
};

static void on_answer(
    void *owner, const struct rollout_answer *answer, const struct error *why);
static void on_end(void *owner, const struct error *why);

static const struct rollout_link_handlers handlers = {
    .on_answer = on_answer, .on_end = on_end};

struct rollout_seat *rollout_seat_new(
    struct loop *loop, const struct rollout_seat_options *options) {
    struct rollout_seat *seat = memory_new(sizeof *seat);
    struct error ignored;
    seat->loop = loop;
    seat->options = *options;
    operator_host(seat->host);
    seat->placed = rollout_place(options->target, seat->path, &ignored);
    seat->past = past_watch_new(loop, options->target->name);
    seat->means = (struct rollout_means){
        .who = options->user,
        .host = seat->host,
        .to = seat->path,
        .draft = &seat->draft,
        .past = past_watch_seen(seat->past)};
    rollout_draft_fill(&seat->draft, options->config);
    return seat;
}

void rollout_seat_free(struct rollout_seat *seat) {
    if (!seat) return;
    for (size_t i = 0; i < ORDERS_MAX; i++) rollout_link_free(seat->errands[i].link);
    rollout_starter_free(seat->starter);
    past_watch_free(seat->past);
    free(seat);
}

const struct rollout_means *rollout_seat_means(const struct rollout_seat *seat) {
    return seat->placed ? &seat->means : NULL;
}

bool rollout_seat_is_busy(const struct rollout_seat *seat) {
    if (seat->draft.starting) return true;
    for (size_t i = 0; i < ORDERS_MAX; i++) {
        if (seat->errands[i].link) return true;
    }
    return false;
}

static struct errand *free_errand(struct rollout_seat *seat) {
    for (size_t i = 0; i < ORDERS_MAX; i++) {
        if (!seat->errands[i].link) return &seat->errands[i];
    }
    return NULL;
}

bool rollout_seat_order(
    struct rollout_seat *seat, const struct rollout_wish *wish, struct error *err) {
    struct errand *errand = free_errand(seat);
    if (!errand) return error_set(err, ERROR_LIMIT, "other orders wait for answers");
    struct rollout_order order = {
        .kind = wish->kind, .expected_version = wish->version, .force = wish->force};
    text_copy_cut(order.who, sizeof order.who, seat->means.who);
    text_copy_cut(order.host, sizeof order.host, seat->means.host);
    /* It is said again with the answer, and recorded here. */
    *errand = (struct errand){.seat = seat, .wish = *wish};
    discreet_text_copy(
        config_redactor(seat->options.config), errand->wish.reason,
        sizeof errand->wish.reason, slice_of(wish->reason));
    text_copy_cut(order.reason, sizeof order.reason, errand->wish.reason);
    errand->link = rollout_link_new(seat->loop, seat->path, &handlers, errand);
    if (rollout_link_order(errand->link, &order) != 0) return true;
    rollout_link_free(errand->link);
    errand->link = NULL;
    return error_set(err, ERROR_LIMIT, "the order cannot be sent");
}

/* The last of an errand. The words may be the link's: it is freed once they are taken,
 * and before anything is said. */
static void finish(struct errand *errand, enum note_level level, const char *words) {
    struct rollout_seat *seat = errand->seat;
    char line[WORDS_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(&text, "%s: ", rollout_order_name(errand->wish.kind));
    safe_text_add(&text, slice_of(words));
    if (errand->wish.reason[0]) {
        text_add(&text, " (");
        safe_text_add(&text, slice_of(errand->wish.reason));
        text_add_char(&text, ')');
    }
    rollout_link_free(errand->link);
    errand->link = NULL;
    seat->options.on_word(seat->options.owner, level, line);
}

static bool goes_forward(enum rollout_order_kind kind) {
    return kind == ROLLOUT_ORDER_PROMOTE || kind == ROLLOUT_ORDER_RESUME;
}

static void on_answer(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct errand *errand = owner;
    struct rollout_seat *seat = errand->seat;
    if (why) {
        char words[ERROR_MESSAGE_SIZE + 64];
        struct text text = TEXT_IN(words);
        text_addf(
            &text, "no answer, and nobody knows what became of it: %s", why->message);
        finish(errand, NOTE_BAD, words);
        return;
    }
    bool forward = answer->accepted && goes_forward(errand->wish.kind);
    enum note_level level = answer->accepted ? NOTE_OK : NOTE_WARN;
    finish(errand, level, answer->words);
    if (forward) seat->options.on_forward(seat->options.owner);
}

/* An order that was answered has no link any more: this one was not. */
static void on_end(void *owner, const struct error *why) {
    finish(owner, NOTE_BAD, why->message);
}

/* Starting */

static void on_started(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct rollout_seat *seat = owner;
    bool accepted = answer && answer->accepted;
    char line[WORDS_SIZE];
    struct text text = TEXT_IN(line);
    seat->draft.starting = false;
    text_add(&text, accepted ? "start: " : "not started: ");
    safe_text_add(&text, slice_of(answer ? answer->words : why->message));
    enum note_level refused = answer ? NOTE_WARN : NOTE_BAD;
    seat->options.on_word(seat->options.owner, accepted ? NOTE_OK : refused, line);
    if (accepted) seat->options.on_forward(seat->options.owner);
}

bool rollout_seat_start(
    struct rollout_seat *seat, const char *version, struct error *err) {
    struct rollout_plan plan = seat->draft.plan;
    if (seat->draft.starting) {
        return error_set(err, ERROR_CONFLICT, "one is being started already");
    }
    if (seat->draft.blocked[0]) {
        return error_set(err, ERROR_USAGE, "%s", seat->draft.blocked);
    }
    if (!rollout_plan_is_version(version)) {
        return error_set(err, ERROR_USAGE, "no version to let in");
    }
    text_copy(plan.to, sizeof plan.to, version);
    canary_begin_name(&plan);
    const struct canary_begin_options options = {
        .loop = seat->loop,
        .config = seat->options.config,
        .kind = ROLLOUT_LAUNCH_BEGIN,
        .plan = &plan,
        .on_started = on_started,
        .owner = seat,
    };
    rollout_starter_free(seat->starter); /* what it started goes on */
    seat->starter = canary_begin(&options, err);
    seat->draft.starting = seat->starter != NULL;
    return seat->draft.starting;
}
