/* SPDX-License-Identifier: MIT */
#include "demo_plan.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/panic.h"
#include "base/text.h"

static const char *const track_names[TRACK_COUNT] = {"stable", "canary"};
static const char *const releases[TRACK_COUNT] = {
    DEMO_STABLE_RELEASE, DEMO_CANARY_RELEASE};

static void add_arg(struct demo_start *start, const char *words, ...)
    __attribute__((format(printf, 2, 3)));

static void add_arg(struct demo_start *start, const char *words, ...) {
    ensure(start->arg_count < DEMO_ARGS_MAX);
    char *arg = start->args[start->arg_count++];
    va_list args;
    va_start(args, words);
    int length = vsnprintf(arg, DEMO_ARG_SIZE, words, args);
    va_end(args);
    ensure(length >= 0 && length < DEMO_ARG_SIZE);
}

static void add_flag(struct demo_start *start, const char *flag, const char *value) {
    add_arg(start, "%s", flag);
    add_arg(start, "%s", value);
}

static void begin(struct demo_start *start, const char *name) {
    *start = (struct demo_start){.arg_count = 0};
    text_copy_cut(start->name, sizeof start->name, name);
}

static void begin_agent(
    const struct demo_plan *plan, struct demo_start *start, const char *name,
    const char *command) {
    begin(start, name);
    add_arg(start, "%s/flightdeck-agent", plan->programs);
    add_arg(start, "%s", command);
}

static void add_address(struct demo_start *start, const char *flag, uint16_t port) {
    add_arg(start, "%s", flag);
    add_arg(start, "127.0.0.1:%u", port);
}

static void add_model(const struct demo_plan *plan, struct demo_start *start) {
    add_arg(start, "--model-url");
    if (plan->real_model) {
        add_arg(start, "https://api.anthropic.com");
        add_flag(start, "--api-key-env", DEMO_KEY_VARIABLE);
        add_flag(start, "--model", "claude-sonnet-5");
        start->gets_key = true;
    } else {
        add_arg(start, "http://127.0.0.1:%u", plan->model_port);
    }
}

static void add_redis(const struct demo_plan *plan, struct demo_start *start) {
    add_arg(start, "--redis");
    add_arg(start, "unix://%s/redis.sock", plan->place.folder);
}

/* One file for all: SQLite lets them take turns. */
static void add_store(const struct demo_plan *plan, struct demo_start *start) {
    add_arg(start, "--store");
    add_arg(start, "%s/store.db", plan->place.folder);
}

void demo_plan_redis(const struct demo_plan *plan, struct demo_start *start) {
    begin(start, "redis");
    demo_place_path(&plan->place, "redis.sock", start->socket);
    add_arg(start, "redis-server");
    add_flag(start, "--port", "0");
    add_flag(start, "--unixsocket", start->socket);
    add_flag(start, "--unixsocketperm", "600");
    add_arg(start, "--dir");
    add_arg(start, "%s/redis", plan->place.folder);
    add_flag(start, "--appendonly", "yes");
    add_flag(start, "--appendfsync", "everysec");
    add_flag(start, "--auto-aof-rewrite-min-size", "16mb"); /* it may lie in memory */
    add_flag(start, "--save", "");
    add_flag(start, "--daemonize", "no");
    add_flag(start, "--maxmemory", "256mb");
    add_flag(start, "--maxmemory-policy", "noeviction");
}

void demo_plan_model(const struct demo_plan *plan, struct demo_start *start) {
    begin_agent(plan, start, "model", "model");
    add_address(start, "--listen", plan->model_port);
    add_flag(start, "--seed", "7");
    if (plan->bad_canary) {
        /* What the agent does not ask again for, so that its users see it. */
        add_flag(
            start, "--fault", DEMO_CANARY_RELEASE ":malformed=0.15,slow=0.2,latency=2");
    }
    start->port = plan->model_port;
}

void demo_plan_agent(
    const struct demo_plan *plan, enum track track, struct demo_start *start) {
    char name[DEMO_PART_NAME_SIZE];
    struct text text = TEXT_IN(name);
    text_addf(&text, "agent-%s", track_names[track]);
    begin_agent(plan, start, name, "serve");
    start->port = plan->agent_ports[track];
    add_address(start, "--listen", start->port);
    add_flag(start, "--release", releases[track]);
    add_flag(start, "--drain-notice", "100ms");
    /* Whoever waits is answered, however many they are: a queue that two workers work
     * off would answer them with failures. */
    add_arg(start, "--sync-max");
    add_arg(start, "%u", (unsigned)plan->users_max);
    add_redis(plan, start);
    add_store(plan, start);
    add_model(plan, start);
}

void demo_plan_worker(
    const struct demo_plan *plan, enum track track, unsigned number,
    struct demo_start *start) {
    char name[DEMO_PART_NAME_SIZE];
    struct text text = TEXT_IN(name);
    text_addf(&text, "worker-%s", track_names[track]);
    if (number > 1) text_addf(&text, "-%u", number);
    begin_agent(plan, start, name, "worker");
    add_flag(start, "--release", releases[track]);
    add_flag(start, "--name", name);
    add_redis(plan, start);
    add_store(plan, start);
    add_model(plan, start);
}

void demo_plan_router(const struct demo_plan *plan, struct demo_start *start) {
    begin(start, "router");
    start->port = plan->front_port;
    add_arg(start, "haproxy");
    add_arg(start, "-db");
    add_arg(start, "-f");
    add_arg(start, "%s/router.cfg", plan->place.folder);
}

/* Not with a model that is paid for by the question. */
bool demo_plan_has_traffic(const struct demo_plan *plan) {
    return plan->traffic_rps > 0 && !plan->real_model;
}

void demo_plan_traffic(const struct demo_plan *plan, struct demo_start *start) {
    begin(start, "traffic");
    add_arg(start, "%s/flightdeck", plan->programs);
    add_arg(start, "demo");
    add_arg(start, "traffic");
    add_arg(start, "http://127.0.0.1:%u", plan->front_port);
    add_arg(start, "%g", plan->traffic_rps);
}
