/* SPDX-License-Identifier: MIT */
#include "control/keeper.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/units.h"
#include "io/loop.h"

#define BEAT_NS   (100 * NS_PER_MS)
#define LOOK_NS   NS_PER_S
#define RETRY_NS  NS_PER_S
#define SETTLE_NS (120 * NS_PER_S) /* instances may have to start first */

enum keeper_work {
    KEEPER_RESTS,
    KEEPER_CHECKS,
    KEEPER_SETS,
    KEEPER_READS_BACK,
    KEEPER_RENEWS,
    KEEPER_LOOKS
};

struct keeper {
    struct loop *loop; /* borrowed */
    const struct router_type *type;
    struct router *router;
    struct keeper_handlers handlers;
    void *owner;
    struct loop_timer *beat;
    enum keeper_work work;
    bool wants_check, wants_set, keeps;
    struct router_intent wanted;  /* wants_set: the next one */
    struct router_intent setting; /* the one under way */
    struct router_intent held;    /* the one that is kept alive */
    bool is_set;                  /* `setting` was written and is to be seen */
    bool is_forgotten;            /* what becomes of `setting` is nobody's business */
    uint64_t set_ns, retry_ns, renewed_ns, looked_ns;
    struct router_seen seen;
    struct error doubt; /* why nobody knows whether `setting` was written */
};

static void on_checked(void *owner, const struct router_done *done);
static void on_written(void *owner, const struct router_done *done);
static void on_read_back(void *owner, const struct router_seen *seen);
static void on_renewed(void *owner, const struct router_done *done);
static void on_looked(void *owner, const struct router_seen *seen);

static void check(struct keeper *keeper) {
    keeper->work = KEEPER_CHECKS;
    keeper->wants_check = false;
    keeper->type->check(keeper->router, on_checked, keeper);
}

static void write_weight(struct keeper *keeper) {
    keeper->work = KEEPER_SETS;
    keeper->wants_set = keeper->is_forgotten = false;
    keeper->setting = keeper->wanted;
    keeper->set_ns = loop_clock_ns();
    keeper->type->set(keeper->router, &keeper->setting, on_written, keeper);
}

static void read_back(struct keeper *keeper) {
    keeper->work = KEEPER_READS_BACK;
    keeper->looked_ns = loop_clock_ns();
    keeper->type->look(keeper->router, on_read_back, keeper);
}

static void renew(struct keeper *keeper, uint64_t now_ns) {
    keeper->work = KEEPER_RENEWS;
    keeper->renewed_ns = now_ns;
    keeper->type->renew(keeper->router, &keeper->held, on_renewed, keeper);
}

static void look(struct keeper *keeper, uint64_t now_ns) {
    keeper->work = KEEPER_LOOKS;
    keeper->looked_ns = now_ns;
    keeper->type->look(keeper->router, on_looked, keeper);
}

static bool has_to_renew(const struct keeper *keeper, uint64_t now_ns) {
    return keeper->keeps && keeper->type->renew && keeper->held.weight_bp > 0 &&
           now_ns - keeper->renewed_ns >= keeper->type->renew_every_ns;
}

/* Going back waits for no call that may take minutes. */
static bool has_to_give_way(const struct keeper *keeper) {
    bool is_going_back = keeper->work == KEEPER_SETS && keeper->setting.back;
    return keeper->type->yields && keeper->wants_set && keeper->wanted.back &&
           !is_going_back;
}

/* The next call, by how much it matters. */
static void on_beat(void *owner, uint64_t at_ns) {
    struct keeper *keeper = owner;
    uint64_t now_ns = loop_clock_ns();
    (void)at_ns;
    if (keeper->work != KEEPER_RESTS && !has_to_give_way(keeper)) return;
    bool is_look_due = now_ns - keeper->looked_ns >= LOOK_NS;
    bool is_set_due = keeper->wants_set && now_ns >= keeper->retry_ns;
    bool writes = is_set_due || has_to_renew(keeper, now_ns);
    if (writes && !keeper->handlers.may_write(keeper->owner)) return;
    if (is_set_due) {
        write_weight(keeper);
    } else if (has_to_renew(keeper, now_ns)) {
        renew(keeper, now_ns);
    } else if (keeper->is_set && is_look_due) {
        read_back(keeper);
    } else if (keeper->wants_check) {
        check(keeper);
    } else if (is_look_due) {
        look(keeper, now_ns);
    }
}

struct keeper *keeper_new(
    struct loop *loop, const struct router_type *type, struct router *router,
    const struct keeper_handlers *handlers, void *owner) {
    struct keeper *keeper = memory_new(sizeof *keeper);
    keeper->loop = loop;
    keeper->type = type;
    keeper->router = router;
    keeper->handlers = *handlers;
    keeper->owner = owner;
    keeper->beat = loop_every(loop, BEAT_NS, on_beat, keeper);
    return keeper;
}

void keeper_free(struct keeper *keeper) {
    if (!keeper) return;
    loop_timer_free(keeper->beat);
    keeper->type->free(keeper->router);
    free(keeper);
}

void keeper_check(struct keeper *keeper) {
    keeper->wants_check = true;
}

void keeper_set(struct keeper *keeper, const struct router_intent *intent) {
    keeper->wanted = *intent;
    keeper->wants_set = true;
    keeper->is_set = false;
    /* Nothing that is to go away is kept alive meanwhile. */
    if (intent->back) {
        keeper->keeps = false;
        keeper->held.weight_bp = 0;
    }
}

void keeper_forget(struct keeper *keeper) {
    keeper->wants_set = keeper->is_set = false;
    keeper->is_forgotten = true;
}

void keeper_adopt(struct keeper *keeper, const struct router_intent *intent) {
    keeper->held = *intent;
}

void keeper_keep(struct keeper *keeper, bool keeps) {
    keeper->keeps = keeps;
}

const struct router_seen *keeper_seen(const struct keeper *keeper) {
    return &keeper->seen;
}

/* What became of it. The owner may ask for more in its handler, or free the keeper: the
 * last thing of each callback. */
static void tell_set(
    struct keeper *keeper, enum rollout_set how, const struct error *why) {
    keeper->is_set = false;
    if (keeper->wants_set) return; /* something else is wanted by now */
    if (how == ROLLOUT_SET_DONE) {
        keeper->held = keeper->setting;
        keeper->renewed_ns = keeper->set_ns;
    } else {
        keeper->retry_ns = loop_clock_ns() + RETRY_NS;
    }
    char words[ROLLOUT_WORDS_SIZE];
    safe_text_copy(words, sizeof words, slice_of(why ? why->message : ""));
    keeper->handlers.on_set(keeper->owner, how, words);
}

static void on_checked(void *owner, const struct router_done *done) {
    struct keeper *keeper = owner;
    keeper->work = KEEPER_RESTS;
    char words[ROLLOUT_WORDS_SIZE];
    safe_text_copy(words, sizeof words, slice_of(done->error.message));
    keeper->handlers.on_checked(keeper->owner, done->outcome == ROUTER_DONE, words);
}

/* Also when nobody knows whether it was written: what is there says so. */
static void on_written(void *owner, const struct router_done *done) {
    struct keeper *keeper = owner;
    keeper->work = KEEPER_RESTS;
    if (keeper->wants_set || keeper->is_forgotten) return;
    if (done->outcome == ROUTER_CONFLICT) {
        tell_set(keeper, ROLLOUT_SET_CONFLICT, &done->error);
    } else if (done->outcome == ROUTER_DENIED || done->outcome == ROUTER_REFUSED) {
        tell_set(keeper, ROLLOUT_SET_FAILED, &done->error);
    } else {
        keeper->is_set = true;
        keeper->doubt = (struct error){0};
        if (done->outcome != ROUTER_DONE) keeper->doubt = done->error;
        read_back(keeper);
    }
}

static void read_from(struct keeper *keeper, struct rollout_reading *reading) {
    const struct router_seen *seen = &keeper->seen;
    *reading =
        (struct rollout_reading){.known = seen->known, .weight_bp = seen->weight_bp};
    safe_text_copy(
        reading->words, sizeof reading->words,
        slice_of(seen->known ? seen->words : seen->error.message));
}

/* What is there says that it was not written; why, the write itself has said. */
static void explain(
    const struct keeper *keeper, const struct router_seen *seen, struct error *why) {
    const char *doubt = keeper->doubt.message;
    if (!seen->known) {
        *why = seen->error;
        if (doubt[0]) error_wrap(why, "%s", doubt);
        return;
    }
    error_set(
        why, ERROR_REPLY, "read back %u basis points, not %u%s%s", seen->weight_bp,
        keeper->setting.weight_bp, doubt[0] ? ": " : "", doubt);
}

static void on_read_back(void *owner, const struct router_seen *seen) {
    struct keeper *keeper = owner;
    struct error why;
    keeper->work = KEEPER_RESTS;
    keeper->seen = *seen;
    if (!keeper->is_set) return;
    if (!seen->known || seen->weight_bp != keeper->setting.weight_bp) {
        explain(keeper, seen, &why);
        tell_set(keeper, ROLLOUT_SET_FAILED, &why);
    } else if (seen->settled) {
        tell_set(keeper, ROLLOUT_SET_DONE, NULL);
    } else if (loop_clock_ns() - keeper->set_ns >= SETTLE_NS) {
        error_set(&why, ERROR_TIMEOUT, "%s", seen->words);
        tell_set(keeper, ROLLOUT_SET_FAILED, &why);
    } else {
        /* It has arrived, and has to live until it shows everywhere. */
        keeper->held = keeper->setting;
    }
}

/* A conflict shows in what is read, and that at once. */
static void on_renewed(void *owner, const struct router_done *done) {
    struct keeper *keeper = owner;
    keeper->work = KEEPER_RESTS;
    if (done->outcome != ROUTER_DONE) keeper->looked_ns = 0;
}

static void on_looked(void *owner, const struct router_seen *seen) {
    struct keeper *keeper = owner;
    struct rollout_reading reading;
    keeper->work = KEEPER_RESTS;
    keeper->seen = *seen;
    if (keeper->wants_set) return;
    read_from(keeper, &reading);
    keeper->handlers.on_reading(keeper->owner, &reading);
}
