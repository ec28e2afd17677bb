/* SPDX-License-Identifier: MIT */
#include "load_split.h"

#include <ctype.h>
#include <unistd.h>

#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "io/redis_address.h"
#include "operator.h"

enum { SHOWN_SIZE = 64 };

#define PATIENCE_NS (120 * NS_PER_S)

static bool is_count(struct slice digits, uint64_t least, uint64_t most, uint32_t *to) {
    uint64_t value = 0;
    if (!slice_u64(digits, &value) || value < least || value > most) return false;
    *to = (uint32_t)value;
    return true;
}

static bool expected(
    enum option_id id, const char *what, const char *value, struct error *err) {
    char shown[SHOWN_SIZE];
    safe_text_copy(shown, sizeof shown, slice_of(value));
    return error_set(
        err, ERROR_USAGE, "--%s: expected %s, got \"%s\"", option_row(id)->name, what,
        shown);
}

static bool read_shard(struct load_split *split, const char *value, struct error *err) {
    struct scan scan = scan_of(slice_of(value));
    struct slice index = scan_until(&scan, '/');
    split->takes_part = true;
    if (is_count(scan_rest(&scan), 1, LOAD_SPLIT_MAX, &split->shards) &&
        is_count(index, 0, split->shards - 1, &split->shard)) {
        return true;
    }
    return expected(
        OPTION_SHARD, "I/N with N from 1 to 64 and I from 0 to N-1, like 0/4", value,
        err);
}

static bool read_shards(
    struct load_split *split, const char *value, struct error *err) {
    split->collects = true;
    return is_count(slice_of(value), 1, LOAD_SPLIT_MAX, &split->shards) ||
           expected(OPTION_SHARDS, "a whole number from 1 to 64", value, err);
}

/* Everybody on the machine sees a command line. */
static bool check_address(const struct invocation *invocation, struct error *err) {
    const struct options *options = &invocation->options;
    struct redis_address address;
    bool by_flag = (options->by_flag >> OPTION_REPORT & 1) != 0;
    if (!redis_address_parse(options->values[OPTION_REPORT], &address, err)) {
        return error_wrap(err, "--report");
    }
    if (!by_flag || !address.password[0]) return true;
    return error_set(
        err, ERROR_USAGE,
        "--report: a password does not belong on a command line, %s takes it",
        option_variable(OPTION_REPORT));
}

static bool read_name(
    struct load_split *split, const struct invocation *invocation,
    const struct scenario *scenario, struct error *err) {
    const char *given = invocation->options.values[OPTION_RUN];
    if (given && !load_mail_is_name(given)) {
        return expected(
            OPTION_RUN, "up to 40 letters, digits, \".\", \"_\" and \"-\"", given, err);
    }
    text_copy_cut(split->name, sizeof split->name, given ? given : scenario->name);
    for (char *at = split->name; *at; at++) {
        if (!load_mail_is_name((const char[]){*at, '\0'})) *at = '-';
    }
    return true;
}

static void read_who(struct load_split *split) {
    char host[STATE_NAME_SIZE];
    struct text who = TEXT_IN(split->who);
    operator_host(host);
    text_addf(&who, "%s (pid %d)", host[0] ? host : "unnamed", (int)getpid());
}

/* What only makes sense beside one of the two. */
static bool refuse_alone(const struct options *options, struct error *err) {
    static const enum option_id ids[] = {OPTION_REPORT, OPTION_RUN, OPTION_BARRIER};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        if ((options->by_flag >> ids[i] & 1) == 0) continue;
        return error_set(
            err, ERROR_USAGE, "--%s is for a run with --shard I/N or --shards N",
            option_row(ids[i])->name);
    }
    return true;
}

static bool refuse_together(const struct options *options, struct error *err) {
    if (options_has(options, OPTION_SHARD) && options_has(options, OPTION_SHARDS)) {
        return error_set(
            err, ERROR_USAGE,
            "--shard sends a part of the load and --shards collects all: two commands");
    }
    if (options_has(options, OPTION_WORKERS)) {
        return error_set(
            err, ERROR_USAGE,
            "--workers: each shard is one generator; take more shards");
    }
    if (options_has(options, OPTION_REPORT)) return true;
    return error_set(
        err, ERROR_USAGE, "--report redis://host, or %s, says where shards meet",
        option_variable(OPTION_REPORT));
}

/* What a collector does with a result, a shard has none to do it with. */
static bool refuse_of_shard(const struct options *options, struct error *err) {
    static const enum option_id ids[] = {
        OPTION_OUTPUT, OPTION_SERIES, OPTION_METRICS_LISTEN, OPTION_FORMAT};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        if ((options->by_flag >> ids[i] & 1) == 0) continue;
        return error_set(
            err, ERROR_USAGE, "--%s: a shard has no result, its collector does",
            option_row(ids[i])->name);
    }
    return true;
}

bool load_split_read(
    struct load_split *split, const struct invocation *invocation,
    const struct scenario *scenario, struct error *err) {
    const struct options *options = &invocation->options;
    const char *shard = options->values[OPTION_SHARD];
    const char *shards = options->values[OPTION_SHARDS];
    *split = (struct load_split){.url = options->values[OPTION_REPORT]};
    if (!shard && !shards) return refuse_alone(options, err);
    split->patience_ns = options->barrier_ns > 0 ? options->barrier_ns : PATIENCE_NS;
    read_who(split);
    return refuse_together(options, err) &&
           (shard ? read_shard(split, shard, err) : read_shards(split, shards, err)) &&
           (!shard || refuse_of_shard(options, err)) &&
           check_address(invocation, err) &&
           read_name(split, invocation, scenario, err);
}
