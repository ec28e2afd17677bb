/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/text.h"
#include "base/units.h"
#include "canary_begin.h"
#include "canary_desk.h"
#include "canary_follow.h"
#include "canary_line.h"
#include "canary_order_words.h"
#include "canary_orphan.h"
#include "canary_owner.h"
#include "command_functions.h"
#include "confirm.h"
#include "io/loop.h"

/* A controller that was started anew needs a moment. The way back takes seconds, and
 * minutes when stable has to be the version before first. */
#define NEW_PATIENCE_NS (10 * NS_PER_S)
#define ANSWER_LIMIT_NS (60 * NS_PER_S)
#define BACK_LIMIT_NS   (480 * NS_PER_S)

enum { WHAT_SIZE = 256 };

struct ordering {
    struct canary_desk desk;
    struct canary_owner owner; /* TAKEOVER: whom it is taken from */
    enum rollout_order_kind kind;
    const struct order_meaning *meaning;
    struct stop stop;
    struct canary_line *line;
    struct rollout_starter *starter;
    struct canary_follow *follow;
    struct loop_timer *limit; /* until there is an answer */
    struct rollout_status status;
    struct rollout_answer answer;
    bool sent, started;
    uint64_t replaced; /* the epoch of who is; 0 for nobody */
    int code;
};

static void end(struct ordering *ordering, int code) {
    ordering->code = code;
    loop_stop(ordering->desk.loop);
}

static void fail(
    struct ordering *ordering, enum exit_code code, const struct error *err) {
    end(ordering, invocation_fail(ordering->desk.invocation, code, err));
}

static void report(struct ordering *ordering, enum exit_code code) {
    const struct invocation *invocation = ordering->desk.invocation;
    struct buffer report;
    const struct canary_order_told told = {
        .desk = &ordering->desk,
        .kind = ordering->kind,
        .status = &ordering->status,
        .answer = &ordering->answer,
        .sent = ordering->sent,
        .code = code,
    };
    buffer_init(&report, ORDER_WORDS_BYTES_MAX);
    canary_order_write(&told, &report);
    end(ordering, invocation_finish(invocation, buffer_slice(&report), code));
    buffer_clear(&report);
}

/* Sending it */

static void on_followed(
    void *owner, enum exit_code code, const struct rollout_status *status) {
    struct ordering *ordering = owner;
    if (status->known) ordering->status = *status;
    /* Who asks for the way back has got what was asked for. */
    if (code == EXIT_CODE_ROLLED_BACK) code = EXIT_CODE_OK;
    if (ordering->status.phase == ROLLOUT_IDLE) code = EXIT_CODE_OK;
    report(ordering, code == EXIT_CODE_OK ? code : EXIT_CODE_PERSON);
}

static uint64_t limit_of(const struct ordering *ordering, uint64_t usual_ns) {
    uint64_t asked_ns = ordering->desk.invocation->options.timeout_ns;
    return asked_ns > 0 ? asked_ns : usual_ns;
}

static void follow_back(struct ordering *ordering) {
    const struct canary_follow_options options = {
        .desk = &ordering->desk,
        .until = CANARY_UNTIL_BACK,
        .limit_ns = limit_of(ordering, BACK_LIMIT_NS),
        .on_end = on_followed,
        .owner = ordering,
    };
    canary_line_free(ordering->line);
    ordering->line = NULL;
    loop_timer_free(ordering->limit);
    ordering->limit = NULL;
    ordering->follow = canary_follow_new(&options);
}

/* A controller that was missing conducts it again: that was asked for, and whether
 * there was a hold to end besides is said. */
static bool is_taken_up(const struct ordering *ordering) {
    return ordering->kind == ROLLOUT_ORDER_RESUME && ordering->started;
}

static void take_up(struct ordering *ordering) {
    struct rollout_answer *answer = &ordering->answer;
    char words[sizeof answer->words];
    struct text text = TEXT_IN(words);
    text_addf(&text, "taken up again; %s", answer->words);
    text_copy_cut(answer->words, sizeof answer->words, words);
    answer->accepted = true;
    report(ordering, EXIT_CODE_OK);
}

static void on_answer(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct ordering *ordering = owner;
    if (why) {
        struct error said = *why;
        error_wrap(&said, "nobody knows whether it was done");
        bool back = ordering->meaning->follows;
        fail(ordering, back ? EXIT_CODE_PERSON : EXIT_CODE_UNREACHABLE, &said);
        return;
    }
    ordering->answer = *answer;
    if (is_taken_up(ordering)) {
        take_up(ordering);
    } else if (answer->accepted && ordering->meaning->follows) {
        follow_back(ordering);
    } else {
        report(ordering, answer->accepted ? EXIT_CODE_OK : EXIT_CODE_FAILED);
    }
}

/* Whoever has it by now was not meant: he is not taken from in turn. */
static bool is_taken_since(struct ordering *ordering) {
    struct text words = TEXT_IN(ordering->answer.words);
    if (ordering->kind != ROLLOUT_ORDER_TAKEOVER) return false;
    switch (canary_owner_check(&ordering->owner, &ordering->desk, &words)) {
    case CANARY_OWNER_SAME:
    case CANARY_OWNER_ME: return false;
    case CANARY_OWNER_ANOTHER: break;
    }
    ordering->sent = true;
    report(ordering, EXIT_CODE_FAILED);
    return true;
}

static void on_status(void *owner, const struct rollout_status *status) {
    struct ordering *ordering = owner;
    const struct options *options = &ordering->desk.invocation->options;
    ordering->status = *status;
    if (ordering->sent || is_taken_since(ordering)) return;
    if (options_has(options, OPTION_DRY_RUN)) {
        report(ordering, EXIT_CODE_OK);
        return;
    }
    struct rollout_order order = canary_desk_order(&ordering->desk, ordering->kind);
    order.force = options_has(options, OPTION_FORCE);
    if (ordering->meaning->forward) order.expected_version = status->version;
    ordering->sent = canary_line_order(ordering->line, &order);
}

/* A controller that is not there is started again, by whoever may take it up. */

static void on_gone(void *owner, const struct error *why);

static void open_line(struct ordering *ordering, uint64_t patience_ns) {
    const struct canary_line_options options = {
        .path = ordering->desk.path,
        .patience_ns = patience_ns,
        .on_status = on_status,
        .on_answer = on_answer,
        .on_gone = on_gone,
        .owner = ordering,
    };
    canary_line_free(ordering->line);
    ordering->line = canary_line_new(ordering->desk.loop, &options);
}

/* Who wants the way back is told when nobody knows of it. */
static void fail_to_start(struct ordering *ordering, const struct error *why) {
    struct error open;
    bool is_unknown = ordering->meaning->follows &&
                      canary_orphan_explain(ordering->desk.target, &open);
    fail(ordering, is_unknown ? EXIT_CODE_PERSON : EXIT_CODE_UNREACHABLE, why);
}

/* Whoever was quicker to take it up hears of the way back instead. */
static bool is_told_instead(struct ordering *ordering) {
    struct lock_holder who;
    if (!ordering->meaning->follows) return false;
    if (!canary_orphan_is_held(ordering->desk.target, &who)) return false;
    if (who.epoch == ordering->replaced) return false;
    open_line(ordering, NEW_PATIENCE_NS);
    return true;
}

static void on_started(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct ordering *ordering = owner;
    struct error refused;
    if (answer && answer->accepted) {
        invocation_say(
            ordering->desk.invocation, 0, "the rollout is taken up again: %s",
            answer->words);
        open_line(ordering, NEW_PATIENCE_NS);
        return;
    }
    if (is_taken_since(ordering) || is_told_instead(ordering)) return;
    if (answer) {
        error_set(&refused, ERROR_CONFLICT, "%s", answer->words);
    } else {
        refused = *why;
    }
    fail_to_start(ordering, &refused);
}

/* `epoch` is of who is replaced, whoever has come since keeps it; 0 for nobody yet. */
static void start_again(
    struct ordering *ordering, enum rollout_launch_kind kind, uint64_t epoch) {
    const struct rollout_plan plan = canary_begin_anew(&ordering->desk);
    const struct canary_begin_options options = {
        .loop = ordering->desk.loop,
        .config = ordering->desk.config,
        .kind = kind,
        .epoch = epoch,
        .plan = &plan,
        .on_started = on_started,
        .owner = ordering,
    };
    struct error err;
    ordering->started = true;
    ordering->replaced = epoch;
    if (config_fill_secrets(ordering->desk.config, &err)) {
        ordering->starter = canary_begin(&options, &err);
    }
    if (!ordering->starter) fail_to_start(ordering, &err);
}

/* Why nobody can be told. */
static void fail_gone(struct ordering *ordering, const struct error *why) {
    const struct target *target = ordering->desk.target;
    struct error said = *why;
    if (why->code != ERROR_CONNECT) {
        error_wrap(
            &said,
            "the controller does not answer; `flightdeck canary takeover "
            "--target %s` replaces it",
            target->name);
        fail(ordering, EXIT_CODE_PERSON, &said);
    } else if (canary_orphan_explain(target, &said)) {
        fail(ordering, EXIT_CODE_PERSON, &said);
    } else {
        error_wrap(&said, "no rollout of %s is under way", target->name);
        fail(ordering, EXIT_CODE_UNREACHABLE, &said);
    }
}

/* The way back, and a takeover, replace a controller that cannot be reached. */
static void on_gone(void *owner, const struct error *why) {
    struct ordering *ordering = owner;
    enum rollout_order_kind kind = ordering->kind;
    const struct error said = *why;
    struct lock_holder who;
    bool dry = options_has(&ordering->desk.invocation->options, OPTION_DRY_RUN);
    bool can = !ordering->started && !dry;
    bool held = canary_orphan_is_held(ordering->desk.target, &who);
    canary_line_free(ordering->line);
    ordering->line = NULL;
    /* Whom one has seen is taken from; the way back is open to everybody. */
    bool takes = kind == ROLLOUT_ORDER_TAKEOVER;
    uint64_t seen = ordering->owner.seen.epoch;
    if (can && held && (ordering->meaning->follows || takes)) {
        start_again(ordering, ROLLOUT_LAUNCH_TAKEOVER, takes ? seen : who.epoch);
    } else if (
        can && !held && kind != ROLLOUT_ORDER_HOLD && kind != ROLLOUT_ORDER_PROMOTE) {
        start_again(ordering, ROLLOUT_LAUNCH_RESUME, seen);
    } else {
        fail_gone(ordering, &said);
    }
}

static void on_limit(void *owner, uint64_t now_ns) {
    struct ordering *ordering = owner;
    struct error said;
    (void)now_ns;
    ordering->limit = NULL;
    error_set(&said, ERROR_TIMEOUT, "no answer in time");
    bool is_unknown = ordering->sent || ordering->meaning->follows;
    fail(ordering, is_unknown ? EXIT_CODE_PERSON : EXIT_CODE_UNREACHABLE, &said);
}

static void on_stop(void *owner, unsigned count) {
    struct ordering *ordering = owner;
    (void)count;
    end(ordering, (int)stop_code(&ordering->stop, EXIT_CODE_INTERRUPTED));
}

static bool may_act(const struct ordering *ordering, struct error *err) {
    const struct canary_desk *desk = &ordering->desk;
    const struct options *options = &desk->invocation->options;
    const char *note = config_note(desk->config);
    bool force = options_has(options, OPTION_FORCE);
    if (options_has(options, OPTION_DRY_RUN)) return true;
    if (force && !options_has(options, OPTION_REASON)) {
        return error_set(err, ERROR_USAGE, "--force needs --reason");
    }
    if (force) {
        return confirm_name(
            desk->invocation, desk->target, "promote against the evidence", note, err);
    }
    if (ordering->kind == ROLLOUT_ORDER_TAKEOVER) {
        char what[WHAT_SIZE];
        struct text text = TEXT_IN(what);
        text_add(&text, ordering->meaning->what);
        canary_owner_add(&ordering->owner, &text);
        return confirm_name(desk->invocation, desk->target, what, note, err);
    }
    return !ordering->meaning->forward ||
           confirm_act(
               desk->invocation, desk->target, ordering->meaning->what, note, err);
}

static void give(struct ordering *ordering) {
    struct loop *loop = ordering->desk.loop;
    uint64_t limit_ns = limit_of(ordering, ANSWER_LIMIT_NS);
    ordering->limit = loop_after(loop, limit_ns, on_limit, ordering);
    open_line(ordering, 0);
    stop_watch(&ordering->stop, loop, on_stop, ordering);
    loop_run(loop);
    stop_forget(&ordering->stop);
    canary_follow_free(ordering->follow);
    canary_line_free(ordering->line);
    rollout_starter_free(ordering->starter);
    loop_timer_free(ordering->limit);
}

static bool sit(
    struct ordering *ordering, const struct invocation *invocation, struct error *err) {
    if (!canary_desk_sit_to_ask(&ordering->desk, invocation, err)) return false;
    if (ordering->kind == ROLLOUT_ORDER_TAKEOVER) {
        ordering->owner = canary_owner_look(&ordering->desk);
    }
    return true;
}

static int give_order(
    const struct invocation *invocation, enum rollout_order_kind kind) {
    struct ordering ordering = {.kind = kind, .meaning = order_meaning_of(kind)};
    struct error err;
    if (!sit(&ordering, invocation, &err)) {
        ordering.code = invocation_fail(invocation, invocation_code_of(&err), &err);
    } else if (
        !may_act(&ordering, &err) || !invocation_check_output(invocation, &err)) {
        ordering.code = invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    } else {
        give(&ordering);
    }
    canary_desk_leave(&ordering.desk);
    return ordering.code;
}

int canary_hold_command(const struct invocation *invocation) {
    return give_order(invocation, ROLLOUT_ORDER_HOLD);
}

int canary_resume_command(const struct invocation *invocation) {
    return give_order(invocation, ROLLOUT_ORDER_RESUME);
}

int canary_promote_command(const struct invocation *invocation) {
    return give_order(invocation, ROLLOUT_ORDER_PROMOTE);
}

int canary_abort_command(const struct invocation *invocation) {
    return give_order(invocation, ROLLOUT_ORDER_ABORT);
}

int canary_undo_command(const struct invocation *invocation) {
    return give_order(invocation, ROLLOUT_ORDER_UNDO);
}

int canary_takeover_command(const struct invocation *invocation) {
    return give_order(invocation, ROLLOUT_ORDER_TAKEOVER);
}
