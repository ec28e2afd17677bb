/* HAProxy: the weight is an entry of a stick table that expires,
 * and with it the salt of the rollout and the epoch of who wrote it.
 * Who stops renewing sends everybody to stable.
 *
 *   check: table ──► trial write ──► read back ──► backends
 *   set, renew: table, compared with what must be ──► write ──► read back
 *   look: table ──► backends
 */
/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "control/haproxy_lease.h"
#include "control/router.h"
#include "io/haproxy.h"
#include "io/haproxy_reply.h"
#include "io/loop.h"

#define RENEW_NS   NS_PER_S
#define COMMAND_NS NS_PER_S /* a healthy HAProxy needs less than a millisecond */

struct router {
    struct haproxy *haproxy;
    struct target_split split;
    bool busy;
    struct router_intent intent;
    struct haproxy_lease lease;
    router_done_fn on_done; /* of a check or a write */
    router_seen_fn on_seen; /* of a look */
    void *owner;
};

static void on_table_checked(void *owner, const struct haproxy_result *result);
static void on_trial_written(void *owner, const struct haproxy_result *result);
static void on_trial_read(void *owner, const struct haproxy_result *result);
static void on_backends_checked(void *owner, const struct haproxy_result *result);
static void on_before_read(void *owner, const struct haproxy_result *result);
static void on_written(void *owner, const struct haproxy_result *result);
static void on_read_back(void *owner, const struct haproxy_result *result);
static void on_lease_seen(void *owner, const struct haproxy_result *result);
static void on_backends_seen(void *owner, const struct haproxy_result *result);

/* Names go into commands: nothing in them may end one. */
static bool is_name(const char *name) {
    for (const char *c = name; *c; c++) {
        bool good = isalnum((unsigned char)*c) || *c == '_' || *c == '-' || *c == '.' ||
                    *c == ':';
        if (!good) return false;
    }
    return *name != '\0';
}

static struct router *start(const struct router_options *options, struct error *err) {
    const struct target_split *split = &options->target->split;
    if (!split->socket[0]) {
        error_set(err, ERROR_USAGE, "split.haproxy.socket is not configured");
        return NULL;
    }
    if (!is_name(split->table) || !is_name(split->stable) || !is_name(split->canary)) {
        error_set(err, ERROR_USAGE, "split.haproxy: a name that HAProxy cannot have");
        return NULL;
    }
    struct router *router = memory_new(sizeof *router);
    router->split = *split;
    router->haproxy = haproxy_new(options->loop, split->socket, HAPROXY_MAY_ACT);
    return router;
}

static void free_router(struct router *router) {
    if (!router) return;
    haproxy_free(router->haproxy);
    free(router);
}

static void begin(struct router *router, void *owner) {
    ensure(!router->busy);
    router->busy = true;
    router->owner = owner;
}

static void ask(struct router *router, const char *command, haproxy_done_fn on_answer) {
    haproxy_command(router->haproxy, command, COMMAND_NS, on_answer, router);
}

static void ask_table(
    struct router *router, const char *filter, haproxy_done_fn on_answer) {
    char data[HAPROXY_COMMAND_SIZE];
    struct text command = TEXT_IN(data);
    text_addf(&command, "show table %s%s", router->split.table, filter);
    ask(router, data, on_answer);
}

/* The last thing of each call that writes or checks:
 * the callback may free all of it. */
static void finish(
    struct router *router, enum router_outcome outcome, const struct error *why) {
    struct router_done done = {.outcome = outcome};
    if (why) done.error = *why;
    router->busy = false;
    router->on_done(router->owner, &done);
}

static enum router_outcome outcome_of(const struct error *why) {
    if (why->code == ERROR_AUTH || why->code == ERROR_FORBIDDEN) return ROUTER_DENIED;
    return why->code == ERROR_REPLY ? ROUTER_REFUSED : ROUTER_UNKNOWN;
}

static void fail(struct router *router, struct error *why, const char *doing) {
    error_wrap(why, "%s", doing);
    finish(router, outcome_of(why), why);
}

static void add_weight(struct text *text, uint32_t weight_bp) {
    units_add_percent(text, (double)weight_bp / ROLLOUT_BASIS_POINTS);
    text_add(text, " %");
}

/* Whether the table can be used at all */

static void check(struct router *router, router_done_fn on_done, void *owner) {
    begin(router, owner);
    router->on_done = on_done;
    /* Filtered, so that a table that stores no gpt0 says so. */
    ask_table(router, " data.gpt0 ge 0", on_table_checked);
}

static void on_table_checked(void *owner, const struct haproxy_result *result) {
    struct router *router = owner;
    char data[HAPROXY_COMMAND_SIZE];
    struct text command = TEXT_IN(data);
    struct error why = result->error;
    if (why.code != ERROR_NONE || !haproxy_table_has_numbers(result->reply, &why)) {
        fail(router, &why, router->split.table);
        return;
    }
    /* Of no meaning to anybody: it shows that we may write, and how long it lasts. */
    haproxy_table_set(&command, router->split.table, HAPROXY_LEASE_TRIAL, 1);
    ask(router, data, on_trial_written);
}

static void on_trial_written(void *owner, const struct haproxy_result *result) {
    struct router *router = owner;
    struct error why;
    if (haproxy_lease_accepted(result, &why)) {
        ask_table(router, "", on_trial_read);
    } else {
        fail(router, &why, "a trial write");
    }
}

static void on_trial_read(void *owner, const struct haproxy_result *result) {
    struct router *router = owner;
    struct error why;
    if (haproxy_lease_try(result, &why)) {
        ask(router, "show stat", on_backends_checked);
    } else {
        fail(router, &why, router->split.table);
    }
}

static void on_backends_checked(void *owner, const struct haproxy_result *result) {
    struct router *router = owner;
    struct error why;
    uint64_t stable = 0, canary = 0;
    if (!haproxy_lease_servers(result, router->split.stable, &stable, &why) ||
        !haproxy_lease_servers(result, router->split.canary, &canary, &why)) {
        fail(router, &why, "backends");
        return;
    }
    if (stable > 0) {
        finish(router, ROUTER_DONE, NULL);
        return;
    }
    error_set(&why, ERROR_REPLY, "backend %s has no server up", router->split.stable);
    finish(router, ROUTER_REFUSED, &why);
}

/* Writing */

static bool is_possible(const struct router_intent *intent, struct error *err) {
    if (intent->weight_bp > ROLLOUT_BASIS_POINTS) {
        return error_set(err, ERROR_REPLY, "a weight over 100 %%");
    }
    if (intent->salt == 0) {
        return error_set(err, ERROR_REPLY, "without a salt nobody is on the canary");
    }
    if (intent->epoch > UINT32_MAX) {
        return error_set(err, ERROR_REPLY, "an epoch that the table cannot hold");
    }
    return true;
}

static void set(
    struct router *router, const struct router_intent *intent, router_done_fn on_done,
    void *owner) {
    begin(router, owner);
    router->on_done = on_done;
    router->intent = *intent;
    ask_table(router, "", on_before_read);
}

/* Nothing but what was written may be there:
 * a lease that ran out is not written anew. */
static void renew(
    struct router *router, const struct router_intent *intent, router_done_fn on_done,
    void *owner) {
    struct router_intent same = *intent;
    same.before_bp = intent->weight_bp;
    set(router, &same, on_done, owner);
}

/* What was intended already is no conflict:
 * a write whose answer was lost is repeated. */
static bool is_expected(
    const struct haproxy_lease *now, const struct router_intent *intent,
    struct error *err) {
    char data[ROLLOUT_WORDS_SIZE];
    struct text words = TEXT_IN(data);
    if (now->epoch > intent->epoch) {
        return error_set(
            err, ERROR_CONFLICT, "a controller of epoch %" PRIu32 " has written",
            now->epoch);
    }
    bool same_weight =
        now->weight_bp == intent->before_bp || now->weight_bp == intent->weight_bp;
    bool same_salt = now->weight_bp == 0 || now->salt == intent->salt;
    if (same_weight && same_salt) return true;
    if (!now->leased) {
        return error_set(err, ERROR_CONFLICT, "the lease ran out: all is on stable");
    }
    if (same_weight) {
        return error_set(err, ERROR_CONFLICT, "the salt is not this rollout's");
    }
    text_add(&words, "the weight is ");
    add_weight(&words, now->weight_bp);
    text_add(&words, ", not ");
    add_weight(&words, intent->before_bp);
    return error_set(err, ERROR_CONFLICT, "%s", data);
}

static void on_before_read(void *owner, const struct haproxy_result *result) {
    struct router *router = owner;
    const struct router_intent *intent = &router->intent;
    struct error why;
    if (!is_possible(intent, &why)) {
        finish(router, ROUTER_REFUSED, &why);
        return;
    }
    if (!haproxy_lease_read(result, &router->lease, &why)) {
        fail(router, &why, "reading the weight");
        return;
    }
    if (!intent->back && !is_expected(&router->lease, intent, &why)) {
        finish(router, ROUTER_CONFLICT, &why);
        return;
    }
    char data[HAPROXY_COMMAND_SIZE];
    struct text command = TEXT_IN(data);
    haproxy_lease_write(&command, router->split.table, intent);
    ask(router, data, on_written);
}

static void on_written(void *owner, const struct haproxy_result *result) {
    struct router *router = owner;
    struct error why;
    if (haproxy_lease_accepted(result, &why)) {
        ask_table(router, "", on_read_back);
    } else {
        fail(router, &why, "writing the weight");
    }
}

static void on_read_back(void *owner, const struct haproxy_result *result) {
    struct router *router = owner;
    const struct router_intent *intent = &router->intent;
    struct error why;
    if (!haproxy_lease_read(result, &router->lease, &why)) {
        fail(router, &why, "reading the weight back");
        return;
    }
    if (router->lease.leased && router->lease.weight_bp == intent->weight_bp &&
        router->lease.salt == intent->salt && router->lease.epoch == intent->epoch) {
        finish(router, ROUTER_DONE, NULL);
        return;
    }
    char data[ROLLOUT_WORDS_SIZE];
    struct text words = TEXT_IN(data);
    text_add(&words, "written was ");
    add_weight(&words, intent->weight_bp);
    text_add(&words, ", read back ");
    add_weight(&words, router->lease.weight_bp);
    error_set(&why, ERROR_CONFLICT, "%s", data);
    finish(router, ROUTER_CONFLICT, &why);
}

/* Looking */

static void look(struct router *router, router_seen_fn on_seen, void *owner) {
    begin(router, owner);
    router->on_seen = on_seen;
    ask_table(router, "", on_lease_seen);
}

static void tell(struct router *router, const struct router_seen *seen) {
    router->busy = false;
    router->on_seen(router->owner, seen);
}

static void on_lease_seen(void *owner, const struct haproxy_result *result) {
    struct router *router = owner;
    struct router_seen seen = {0};
    if (haproxy_lease_read(result, &router->lease, &seen.error)) {
        ask(router, "show stat", on_backends_seen);
    } else {
        tell(router, &seen);
    }
}

static void on_backends_seen(void *owner, const struct haproxy_result *result) {
    struct router *router = owner;
    const struct haproxy_lease *lease = &router->lease;
    struct router_seen seen = {0};
    uint64_t servers = 0;
    if (!haproxy_lease_servers(result, router->split.canary, &servers, &seen.error)) {
        tell(router, &seen);
        return;
    }
    seen = (struct router_seen){
        .known = true,
        .leased = true,
        .settled = lease->weight_bp == 0 || servers > 0,
        .weight_bp = lease->weight_bp,
        .epoch = lease->epoch,
        .lease_ms = lease->leased ? lease->expires_ms : 0};
    struct text words = TEXT_IN(seen.words);
    if (!seen.settled) {
        text_add(&words, "no server of the canary is up: all goes to stable");
    } else if (!lease->leased) {
        text_add(&words, "no lease: all goes to stable");
    }
    tell(router, &seen);
}

const struct router_type haproxy_router = {
    .name = "haproxy",
    .known_assignment = true,
    .start = start,
    .free = free_router,
    .check = check,
    .set = set,
    .renew = renew,
    .look = look,
    .renew_every_ns = RENEW_NS,
};
