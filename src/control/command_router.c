/* The user's own commands divide the traffic: `set` writes a weight, `get` prints it,
 * `verify`, when there is one, says whether it has taken effect everywhere.
 *
 *   check: get                      look: get ──► verify
 *   set: get, compared with what must be ──► set ──► get
 *
 * Exit codes: 0 is done; 2 it cannot be; 3 somebody
 * else has changed it; 4 not permitted; anything else,
 * a signal or the deadline: nobody knows. Of verify 1 is "not yet".
 */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "control/router.h"
#include "core/template.h"
#include "core/weight.h"
#include "io/capture.h"
#include "io/loop.h"

enum {
    EXIT_DONE = 0,
    EXIT_NOT_YET = 1,
    EXIT_REFUSED = 2,
    EXIT_CONFLICT = 3,
    EXIT_DENIED = 4,
    WORD_SIZE = TARGET_ARG_SIZE + 64,
};

#define COMMAND_NS (30 * NS_PER_S)

struct router {
    struct loop *loop; /* borrowed */
    struct target_command commands;
    struct capture *running;
    struct router_intent intent;
    struct router_seen seen;
    char said[ROLLOUT_WORDS_SIZE]; /* by `set`, when it ended as it should; "" */
    router_done_fn on_done;
    router_seen_fn on_seen;
    void *owner;
};

static void on_checked(void *owner, const struct capture_result *result);
static void on_before(void *owner, const struct capture_result *result);
static void on_set(void *owner, const struct capture_result *result);
static void on_read_back(void *owner, const struct capture_result *result);
static void on_got(void *owner, const struct capture_result *result);
static void on_verified(void *owner, const struct capture_result *result);

static struct router *start(const struct router_options *options, struct error *err) {
    const struct target_command *commands = &options->target->command;
    if (commands->set.arg_count == 0 || commands->get.arg_count == 0) {
        error_set(err, ERROR_USAGE, "split.command needs set and get");
        return NULL;
    }
    struct router *router = memory_new(sizeof *router);
    router->loop = options->loop;
    router->commands = *commands;
    return router;
}

static void free_router(struct router *router) {
    if (!router) return;
    capture_free(router->running);
    free(router);
}

/* Running a command */

static bool add_value(
    const struct router_intent *intent, struct slice name, struct text *word) {
    if (slice_equals(name, "weight")) {
        text_addf(word, "%" PRIu32, intent->weight_bp);
    } else if (slice_equals(name, "before")) {
        text_addf(word, "%" PRIu32, intent->before_bp);
    } else if (slice_equals(name, "epoch")) {
        text_addf(word, "%" PRIu64, intent->epoch);
    } else if (slice_equals(name, "salt")) {
        text_addf(word, "%" PRIu32, intent->salt);
    } else {
        return false;
    }
    return true;
}

static void fill(
    const struct router_intent *intent, const char *pattern, struct text *word) {
    struct scan scan = scan_of(slice_of(pattern));
    struct template_piece piece;
    struct error err = {.code = ERROR_NONE};
    while (template_next(&scan, &piece, &err)) {
        bool named = piece.kind == TEMPLATE_NAME;
        if (named && add_value(intent, piece.words, word)) continue;
        text_add_slice(word, piece.words);
    }
}

static void run(
    struct router *router, const struct target_words *words, capture_done_fn on_done) {
    char filled[TARGET_ARGS_MAX][WORD_SIZE];
    const char *args[TARGET_ARGS_MAX + 1] = {NULL};
    ensure(words->arg_count <= TARGET_ARGS_MAX);
    for (uint32_t i = 0; i < words->arg_count; i++) {
        struct text word = TEXT_IN(filled[i]);
        fill(&router->intent, words->args[i], &word);
        args[i] = filled[i];
    }
    router->running = capture_start(router->loop, args, COMMAND_NS, on_done, router);
}

/* The last that a command said, or why it said nothing. */
static void explain(
    const char *name, const struct capture_result *result, struct error *why) {
    char said[ROLLOUT_WORDS_SIZE];
    if (result->error.code != ERROR_NONE) {
        *why = result->error;
        error_wrap(why, "%s", name);
        return;
    }
    safe_text_copy(said, sizeof said, capture_last_line(result));
    error_set(why, ERROR_REPLY, "%s: exit code %d: %s", name, result->code, said);
}

static enum router_outcome outcome_of(const struct capture_result *result) {
    if (result->error.code == ERROR_NOT_FOUND) return ROUTER_REFUSED;
    if (result->error.code != ERROR_NONE) return ROUTER_UNKNOWN;
    switch (result->code) {
    case EXIT_DONE: return ROUTER_DONE;
    case EXIT_REFUSED: return ROUTER_REFUSED;
    case EXIT_CONFLICT: return ROUTER_CONFLICT;
    case EXIT_DENIED: return ROUTER_DENIED;
    default: return ROUTER_UNKNOWN;
    }
}

/* "2500", or "2500 7" with an epoch; nothing else. */
static bool read_weight(
    const struct capture_result *result, uint32_t *weight_bp, uint64_t *epoch) {
    struct scan scan = scan_of(result->output);
    struct slice line, word;
    uint64_t weight = 0, number = 0;
    if (!scan_line(&scan, &line)) return false;
    struct scan words = scan_of(line);
    if (!scan_word(&words, &word) || !slice_u64(word, &weight)) return false;
    if (scan_word(&words, &word) && !slice_u64(word, &number)) return false;
    if (weight > WEIGHT_ALL_BP || scan_word(&words, &word)) return false;
    *weight_bp = (uint32_t)weight;
    *epoch = number;
    return true;
}

static void finish(
    struct router *router, enum router_outcome outcome, const struct error *why) {
    struct router_done done = {.outcome = outcome};
    if (why) done.error = *why;
    router->on_done(router->owner, &done);
}

/* The weight that `get` printed; false, with the call finished, when it did not. */
static bool take_weight(
    struct router *router, const struct capture_result *result, uint32_t *weight_bp,
    uint64_t *epoch) {
    struct error why;
    router->running = NULL;
    enum router_outcome outcome = outcome_of(result);
    if (outcome == ROUTER_DONE && read_weight(result, weight_bp, epoch)) return true;
    if (outcome == ROUTER_DONE) {
        error_set(&why, ERROR_REPLY, "get: expected a weight from 0 to 10000");
        outcome = ROUTER_REFUSED;
    } else {
        explain("get", result, &why);
    }
    finish(router, outcome, &why);
    return false;
}

static void begin(struct router *router, router_done_fn on_done, void *owner) {
    ensure(!router->running);
    router->on_done = on_done;
    router->owner = owner;
}

static void check(struct router *router, router_done_fn on_done, void *owner) {
    begin(router, on_done, owner);
    run(router, &router->commands.get, on_checked);
}

static void on_checked(void *owner, const struct capture_result *result) {
    struct router *router = owner;
    uint32_t weight_bp;
    uint64_t epoch;
    if (take_weight(router, result, &weight_bp, &epoch)) {
        finish(router, ROUTER_DONE, NULL);
    }
}

/* A command that hangs holds nothing up: it is killed, and tells nobody. */
static void give_way(struct router *router) {
    capture_free(router->running);
    router->running = NULL;
}

static void set(
    struct router *router, const struct router_intent *intent, router_done_fn on_done,
    void *owner) {
    if (intent->back) give_way(router);
    begin(router, on_done, owner);
    router->intent = *intent;
    /* Going back asks nobody, and does not wait for what cannot be read. */
    if (intent->back) {
        run(router, &router->commands.set, on_set);
    } else {
        run(router, &router->commands.get, on_before);
    }
}

static void on_before(void *owner, const struct capture_result *result) {
    struct router *router = owner;
    const struct router_intent *intent = &router->intent;
    uint32_t weight_bp = 0;
    uint64_t epoch = 0;
    struct error why;
    if (!take_weight(router, result, &weight_bp, &epoch)) return;
    bool expected = weight_bp == intent->before_bp || weight_bp == intent->weight_bp;
    if (expected && epoch <= intent->epoch) {
        run(router, &router->commands.set, on_set);
        return;
    }
    error_set(
        &why, ERROR_CONFLICT,
        "the weight is %" PRIu32 " of epoch %" PRIu64 ", not %" PRIu32, weight_bp,
        epoch, intent->before_bp);
    finish(router, ROUTER_CONFLICT, &why);
}

static void on_set(void *owner, const struct capture_result *result) {
    struct router *router = owner;
    struct error why;
    router->running = NULL;
    enum router_outcome outcome = outcome_of(result);
    if (outcome == ROUTER_DONE) {
        safe_text_copy(router->said, sizeof router->said, capture_last_line(result));
        run(router, &router->commands.get, on_read_back);
        return;
    }
    explain("set", result, &why);
    finish(router, outcome, &why);
}

static void on_read_back(void *owner, const struct capture_result *result) {
    struct router *router = owner;
    uint32_t weight_bp = 0;
    uint64_t epoch = 0;
    struct error why;
    if (!take_weight(router, result, &weight_bp, &epoch)) return;
    if (weight_bp == router->intent.weight_bp) {
        finish(router, ROUTER_DONE, NULL);
        return;
    }
    error_set(
        &why, ERROR_CONFLICT, "written was %" PRIu32 ", read back %" PRIu32 "%s%s",
        router->intent.weight_bp, weight_bp,
        router->said[0] ? "; set: exit code 0: " : "", router->said);
    finish(router, ROUTER_CONFLICT, &why);
}

/* Looking */

static void look(struct router *router, router_seen_fn on_seen, void *owner) {
    ensure(!router->running);
    router->on_seen = on_seen;
    router->owner = owner;
    router->seen = (struct router_seen){0};
    run(router, &router->commands.get, on_got);
}

static void on_got(void *owner, const struct capture_result *result) {
    struct router *router = owner;
    struct router_seen *seen = &router->seen;
    router->running = NULL;
    seen->known = outcome_of(result) == ROUTER_DONE &&
                  read_weight(result, &seen->weight_bp, &seen->epoch);
    seen->settled = seen->known;
    if (!seen->known) explain("get", result, &seen->error);
    if (seen->known && router->commands.verify.arg_count > 0) {
        router->intent.weight_bp = seen->weight_bp;
        run(router, &router->commands.verify, on_verified);
        return;
    }
    const struct router_seen told = *seen;
    router->on_seen(router->owner, &told);
}

static void on_verified(void *owner, const struct capture_result *result) {
    struct router *router = owner;
    struct router_seen seen = router->seen;
    struct error why;
    router->running = NULL;
    bool ended = result->error.code == ERROR_NONE;
    seen.settled = ended && result->code == EXIT_DONE;
    if (!seen.settled) {
        explain("verify", result, &why);
        safe_text_copy(seen.words, sizeof seen.words, slice_of(why.message));
    }
    if (!ended || (result->code != EXIT_DONE && result->code != EXIT_NOT_YET)) {
        seen.known = false;
        seen.error = why;
    }
    router->on_seen(router->owner, &seen);
}

const struct router_type command_router = {
    .name = "command",
    .yields = true,
    .known_assignment = false, /* by whatever the commands divide */
    .start = start,
    .free = free_router,
    .check = check,
    .set = set,
    .renew = NULL,
    .look = look,
    .renew_every_ns = 0,
};
