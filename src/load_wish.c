/* SPDX-License-Identifier: MIT */
#include "load_wish.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actions/load.h"
#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "core/decimal.h"
#include "core/mistakes.h"
#include "core/suggest.h"
#include "io/yaml.h"

enum { SHOWN_SIZE = 64 };

#define USD_MOST 1e9

/* Numbers of flags */

struct number {
    enum option_id option;
    double least, most;
    bool whole;
};

static bool wrong_number(
    const struct number *number, const char *value, struct error *err) {
    char shown[SHOWN_SIZE];
    safe_text_copy(shown, sizeof shown, slice_of(value));
    return error_set(
        err, ERROR_USAGE, "--%s: expected %s from %.15g to %.15g, got \"%s\"",
        option_row(number->option)->name, number->whole ? "a whole number" : "a number",
        number->least, number->most, shown);
}

/* Leaves `to` alone when the flag was not given. */
static bool read_number(
    const struct invocation *invocation, const struct number *number, double *to,
    struct error *err) {
    const char *value = invocation->options.values[number->option];
    double read = 0;
    if (!value) return true;
    struct scan scan = scan_of(slice_of(value));
    bool valid = decimal_take(&scan, &read) && scan_done(&scan) && isfinite(read) &&
                 read >= number->least && read <= number->most &&
                 (!number->whole || !(floor(read) < read));
    if (!valid) return wrong_number(number, value, err);
    *to = read;
    return true;
}

/* The scenario */

static bool no_such(const char *name, struct error *err) {
    static const char *const presets[] = {
#define X(name, users, spawn, seconds, purpose) (name)
        SCENARIO_PRESETS(X)
#undef X
    };
    char shown[SHOWN_SIZE];
    struct suggest suggest = suggest_for(slice_of(name));
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
        suggest_offer(&suggest, presets[i]);
    }
    safe_text_copy(shown, sizeof shown, slice_of(name));
    if (suggest.nearest) {
        return error_set(
            err, ERROR_USAGE, "\"%s\" is no preset and no file (did you mean \"%s\"?)",
            shown, suggest.nearest);
    }
    return error_set(
        err, ERROR_USAGE,
        "\"%s\" is no preset and no file (baseline, spike, stress, soak, or a file)",
        shown);
}

/* A file that gives itself no name has that of the file. */
static void name_after(struct scenario *scenario, const char *file) {
    const char *slash = strrchr(file, '/');
    if (scenario->name[0]) return;
    safe_text_copy(
        scenario->name, sizeof scenario->name, slice_of(slash ? slash + 1 : file));
}

bool load_wish_of_file(
    struct scenario *scenario, const struct document *document, const char *file,
    const struct target *target, struct error *err) {
    struct mistakes *mistakes = memory_new(sizeof *mistakes);
    mistakes_init(mistakes, file);
    scenario_read(scenario, document_root(document), target, mistakes);
    bool right = mistakes_none(mistakes, err);
    free(mistakes);
    if (right) name_after(scenario, file);
    return right;
}

static bool read_file(
    struct scenario *scenario, const char *file, const struct target *target,
    struct error *err) {
    struct document *document = yaml_read(file, err);
    if (!document) return false;
    bool right = load_wish_of_file(scenario, document, file, target, err);
    document_free(document);
    return right;
}

static bool read_scenario(
    struct scenario *scenario, const char *name, const struct target *target,
    struct error *err) {
    if (scenario_is_preset(name)) return scenario_preset(scenario, name, target, err);
    if (access(name, F_OK) != 0) return no_such(name, err);
    return read_file(scenario, name, target, err);
}

/* What flags change */

static bool change_model(
    struct load_plan *plan, const struct invocation *invocation, struct error *err) {
    static const struct number users = {OPTION_USERS, 1, LOAD_USERS_MAX, true};
    static const struct number spawn = {OPTION_SPAWN_RATE, 0.001, LOAD_RATE_MAX, false};
    static const struct number rate = {OPTION_RATE, 0.001, LOAD_RATE_MAX, false};
    const struct options *options = &invocation->options;
    bool of_users =
        options_has(options, OPTION_USERS) || options_has(options, OPTION_SPAWN_RATE);
    bool of_rate = options_has(options, OPTION_RATE);
    if (of_users && of_rate) {
        return error_set(
            err, ERROR_USAGE,
            "--rate and --users exclude each other: users wait for answers, a rate "
            "does not");
    }
    if (of_users && plan->model == LOAD_ARRIVALS &&
        !options_has(options, OPTION_USERS)) {
        return error_set(
            err, ERROR_USAGE, "--spawn-rate: the file has a rate; --users N too");
    }
    if (options_has(options, OPTION_USERS) || of_rate) plan->stage_count = 0;
    if (of_rate) plan->model = LOAD_ARRIVALS;
    if (of_users) plan->model = LOAD_USERS;
    return read_number(invocation, &users, &plan->level, err) &&
           read_number(invocation, &spawn, &plan->spawn_per_s, err) &&
           read_number(invocation, &rate, &plan->level, err);
}

static bool change_limits(
    struct load_wish *wish, const struct invocation *invocation, struct error *err) {
    static const struct number workers = {OPTION_WORKERS, 1, LOAD_WORKERS_MAX, true};
    static const struct number requests = {OPTION_MAX_REQUESTS, 1, 1e12, true};
    static const struct number cost = {OPTION_MAX_COST, 0, USD_MOST, false};
    struct load_plan *plan = &wish->scenario->plan;
    double wanted_workers = 1;
    double wanted_requests = 0;
    if (!read_number(invocation, &workers, &wanted_workers, err) ||
        !read_number(invocation, &requests, &wanted_requests, err) ||
        !read_number(invocation, &cost, &wish->usd_most, err)) {
        return false;
    }
    wish->workers = (uint32_t)wanted_workers;
    plan->requests_max = (uint64_t)wanted_requests;
    if (invocation->options.run_time_ns > 0) {
        plan->run_time_ns = invocation->options.run_time_ns;
    }
    return true;
}

/* Gates of the command line replace those of the preset or file. */
static bool change_gates(
    struct scenario *scenario, const struct invocation *invocation, struct error *err) {
    const struct options *options = &invocation->options;
    if (options_has(options, OPTION_THRESHOLD)) scenario->gate_count = 0;
    if (options_has(options, OPTION_ABORT_ON)) scenario->abort_count = 0;
    for (unsigned i = 0; i < options->use_count; i++) {
        const struct option_use *use = &options->uses[i];
        bool added = use->id == OPTION_THRESHOLD
                         ? scenario_add_gate(scenario, use->value, err)
                         : scenario_add_abort(scenario, use->value, err);
        if (!added) return error_wrap(err, "--%s", option_row(use->id)->name);
    }
    return scenario_check_gates(scenario, err);
}

bool load_wish_read(
    struct load_wish *wish, const struct invocation *invocation, const char *name,
    const struct target *target, struct error *err) {
    *wish = (struct load_wish){.usd_most = (double)NAN};
    wish->scenario = memory_new(sizeof *wish->scenario);
    if (!read_scenario(wish->scenario, name, target, err) ||
        !change_model(&wish->scenario->plan, invocation, err) ||
        !change_limits(wish, invocation, err) ||
        !change_gates(wish->scenario, invocation, err)) {
        return false;
    }
    load_bill_of(&wish->scenario->plan, target, &wish->bill);
    return true;
}

void load_wish_clear(struct load_wish *wish) {
    free(wish->scenario);
    wish->scenario = NULL;
}

/* Whether it may be sent */

static bool may_cost(
    const struct load_wish *wish, const struct target *target, struct error *err) {
    const struct load_bill *bill = &wish->bill;
    bool limited = wish->scenario->plan.requests_max > 0;
    if (!isnan(bill->usd) && !isnan(wish->usd_most) && bill->usd > wish->usd_most) {
        return error_set(
            err, ERROR_FORBIDDEN,
            "it may cost $%.2f, and --max-cost allows $%.2f: --max-requests makes it "
            "less",
            bill->usd, wish->usd_most);
    }
    if (isnan(bill->usd) && !limited) {
        return error_set(
            err, ERROR_USAGE,
            "nobody knows what a request to %s costs: --max-requests N limits it, or "
            "load.usd_per_request of the target says it",
            target->name);
    }
    return true;
}

bool load_wish_may(
    const struct load_wish *wish, const struct target *target, struct error *err) {
    double cap = load_bill_cap(target);
    if (target->real_model) {
        return error_set(
            err, ERROR_FORBIDDEN,
            "%s asks a paid model (real_model): load is not sent there", target->name);
    }
    if (wish->bill.peak_rps > cap) {
        return error_set(
            err, ERROR_FORBIDDEN,
            "up to %.0f requests a second, and %s is production: it gets %.0f (load."
            "max_rps in your own configuration changes that)",
            wish->bill.peak_rps, target->name, cap);
    }
    return may_cost(wish, target, err);
}

void load_wish_add_load(struct text *text, const struct load_plan *plan) {
    bool users = plan->model == LOAD_USERS;
    text_addf(text, "%.6g %s", plan->level, users ? "users" : "rps");
    if (users && plan->spawn_per_s > 0) text_addf(text, ", +%.6g/s", plan->spawn_per_s);
    if (plan->stage_count > 0) text_addf(text, ", %u stages", plan->stage_count);
    text_add(text, ", ");
    units_add_duration(text, plan->run_time_ns);
}
