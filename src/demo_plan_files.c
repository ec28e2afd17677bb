/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "core/haproxy_config.h"
#include "demo_log.h"
#include "demo_plan.h"

/* Room for "127.0.0.1:65535" and a path in the demo's folder. */
enum { PLACE_SIZE = 32 };

static const char *write_place(char to[PLACE_SIZE], uint16_t port) {
    struct text text = text_in(to, PLACE_SIZE);
    text_addf(&text, "127.0.0.1:%u", port);
    return to;
}

/* The router's plan, and the words that it borrows. */
struct routed {
    struct haproxy_plan plan;
    char front[PLACE_SIZE], agents[TRACK_COUNT][PLACE_SIZE];
    char admin[DEMO_PATH_SIZE], seen[DEMO_PATH_SIZE], judged[DEMO_PATH_SIZE];
    const char *servers[TRACK_COUNT];
};

static void plan_router(const struct demo_plan *plan, struct routed *routed) {
    struct haproxy_plan *router = &routed->plan;
    haproxy_plan_init(router);
    demo_place_path(&plan->place, "router.sock", routed->admin);
    demo_place_path(&plan->place, DEMO_LOG_SOCKET, routed->seen);
    demo_place_path(&plan->place, DEMO_CANARY_SOCKET, routed->judged);
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        const char **server = &routed->servers[track];
        *server = write_place(routed->agents[track], plan->agent_ports[track]);
        router->servers[track] = server;
        router->server_counts[track] = 1;
    }
    router->admin_socket = routed->admin;
    router->logs[router->log_count++] = routed->seen;
    router->rings[router->ring_count++] = routed->judged;
    router->listen = write_place(routed->front, plan->front_port);
    router->table = DEMO_TABLE;
    router->connections_max = plan->users_max;
}

bool demo_plan_check_router(const struct demo_plan *plan, struct error *err) {
    struct routed routed;
    plan_router(plan, &routed);
    return haproxy_plan_check(&routed.plan, err) ||
           error_wrap(err, "the router in %s", plan->place.folder);
}

void demo_plan_router_config(const struct demo_plan *plan, struct buffer *to) {
    struct routed routed;
    plan_router(plan, &routed);
    haproxy_config_write(&routed.plan, to);
}

static void add_queues(struct buffer *to, const char *track, const char *release) {
    static const unsigned priorities[] = {5, 3, 1};
    for (size_t i = 0; i < sizeof priorities / sizeof *priorities; i++) {
        buffer_addf(
            to,
            "      - {kind: stream, key: \"q:%s:%u\", group: agent,"
            " dead: \"q:%s:dead\", track: %s}\n",
            release, priorities[i], release, track);
    }
}

static void add_process(
    const struct demo_plan *plan, struct buffer *to, const char *name,
    const char *more) {
    buffer_addf(
        to, "      %s: {pid_file: %s/parts/%s.pid%s}\n", name, plan->place.folder, name,
        more);
}

/* All that there may be: one that is scaled away is not missed. */
static void add_workers(
    const struct demo_plan *plan, enum track track, struct buffer *to) {
    static const char *const tracks[TRACK_COUNT] = {
        ", track: stable", ", track: canary"};
    for (unsigned number = 1; number <= DEMO_WORKERS_MAX; number++) {
        struct demo_start start;
        char more[64];
        struct text text = TEXT_IN(more);
        demo_plan_worker(plan, track, number, &start);
        text_addf(&text, "%s%s", tracks[track], number > 1 ? ", optional: true" : "");
        add_process(plan, to, start.name, more);
    }
}

/* Forty requests a second promote it within two minutes when hardly any fails. */
static void add_canary(struct buffer *to) {
    buffer_add_string(
        to, "canary:\n"
            "  steps: [5%, 25%, 50%, 100%]\n"
            "  hold_each: 10s\n"
            "  max_each: 5m\n"
            "  keep_previous: 2m\n"
            "  warm_up: 2s\n"
            "  harm: {budget: 1%}\n");
}

void demo_plan_target(const struct demo_plan *plan, struct buffer *to) {
    buffer_addf(
        to,
        "# Written by a running demo; it ends with it.\n"
        "version: 1\n"
        "target: %s\n"
        "targets:\n"
        "  %s:\n"
        "    class: local\n"
        "    url: http://127.0.0.1:%u\n"
        "    redis: unix://%s/redis.sock\n"
        "    tracks:\n"
        "      stable: {urls: [http://127.0.0.1:%u]}\n"
        "      canary: {urls: [http://127.0.0.1:%u]}\n"
        "    expected_rps: 40\n"
        "    slo: {availability: 97%%, p95: 3s}\n"
        "    split: {haproxy: {socket: %s/router.sock, table: %s, stable: stable,"
        " canary: canary,\n      log: %s/" DEMO_CANARY_SOCKET "}}\n"
        "    rollout: {socket: %s/rollout.sock}\n"
        "    real_model: %s\n"
        "    queues:\n",
        plan->place.name, plan->place.name, plan->front_port, plan->place.folder,
        plan->agent_ports[TRACK_STABLE], plan->agent_ports[TRACK_CANARY],
        plan->place.folder, DEMO_TABLE, plan->place.folder, plan->place.folder,
        plan->real_model ? "true" : "false");
    add_queues(to, "stable", DEMO_STABLE_RELEASE);
    add_queues(to, "canary", DEMO_CANARY_RELEASE);
    buffer_add_string(to, "    processes:\n");
    add_workers(plan, TRACK_STABLE, to);
    add_workers(plan, TRACK_CANARY, to);
    if (!plan->real_model) add_process(plan, to, "model", "");
    add_process(plan, to, "router", "");
    if (demo_plan_has_traffic(plan)) {
        add_process(plan, to, "traffic", ", optional: true");
    }
    add_canary(to);
}
