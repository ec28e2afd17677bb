/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "demo_log.h"
#include "demo_plan.h"

static void add_backend(
    const struct demo_plan *plan, const char *name, uint16_t port, struct buffer *to) {
    buffer_addf(
        to,
        "backend %s\n"
        "    option httpchk GET /health\n"
        "    option redispatch 1\n"
        "    server s1 127.0.0.1:%u check inter 500ms fall 2 rise 2"
        " observe layer4 error-limit 1 on-error mark-down\n",
        name, port);
    if (port == plan->agent_ports[TRACK_CANARY]) {
        buffer_addf(
            to, "    server s1bk 127.0.0.1:%u backup track stable/s1\n",
            plan->agent_ports[TRACK_STABLE]);
    }
}

void demo_plan_router_config(const struct demo_plan *plan, struct buffer *to) {
    buffer_addf(
        to,
        "# The weight of the canary, in basis points, is the entry 1 of the table\n"
        "# %s. It is a lease: when nobody refreshes it, everybody goes to stable.\n"
        "global\n"
        "    maxconn %u\n"
        "    nbthread 1\n"
        "    hard-stop-after 5s\n"
        "    stats socket %s/router.sock mode 600 level admin\n"
        "    log %s/" DEMO_LOG_SOCKET " len 2048 format raw local0\n"
        "defaults\n"
        "    mode http\n"
        "    log global\n"
        "    option dontlognull\n" /* whoever only looks whether it listens */
        "    option http-buffer-request\n"
        "    timeout connect 2s\n"
        "    timeout client 60s\n"
        "    timeout server 60s\n"
        "    timeout http-request 10s\n"
        "    retries 2\n"
        "    log-format '{\"t\":%%Ts.%%ms,\"arm\":\"%%b\",\"srv\":\"%%s\",\"st\":%%ST,"
        "\"ts\":\"%%tsc\",\"Tr\":%%Tr,\"Ta\":%%Ta,\"bkt\":%%[var(txn.bkt,null)],"
        "\"bp\":%%[var(txn.bp,null)],\"rc\":\"%%rc\"}'\n"
        /* Where there is no request there are no variables, and no defaults of theirs. */
        "    error-log-format '{\"t\":%%Ts.%%ms,\"arm\":null,\"srv\":null,\"st\":%%ST,"
        "\"ts\":\"%%tsc\",\"Tr\":-1,\"Ta\":%%Ta,\"bkt\":null,\"bp\":null,\"rc\":\"0\"}'"
        "\n",
        DEMO_TABLE, (unsigned)plan->users_max, plan->place.folder, plan->place.folder);
    buffer_addf(
        to,
        "backend %s\n"
        "    stick-table type integer size 16 expire 5s store gpt0\n"
        "frontend front\n"
        "    bind 127.0.0.1:%u\n"
        "    http-request set-var(txn.uid) req.hdr(X-User-Id)\n"
        "    http-request set-var(txn.uid) req.body,json_query('$.user_id')"
        " unless { var(txn.uid) -m found }\n"
        "    http-request set-var(txn.bkt) var(txn.uid),xxh32(42),mod(10000)"
        " if { var(txn.uid) -m found }\n"
        "    http-request set-var(txn.bkt) rand(10000)"
        " unless { var(txn.uid) -m found }\n"
        "    http-request set-var(txn.bp) int(1),table_gpt0(%s)\n"
        "    http-request set-var(txn.d) var(txn.bkt),sub(txn.bp)\n"
        "    use_backend canary if { var(txn.d) -m int lt 0 } { nbsrv(canary) gt 0 }\n"
        "    default_backend stable\n",
        DEMO_TABLE, plan->front_port, DEMO_TABLE);
    add_backend(plan, "stable", plan->agent_ports[TRACK_STABLE], to);
    add_backend(plan, "canary", plan->agent_ports[TRACK_CANARY], to);
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
        " canary: canary,\n      log: %s/" DEMO_LOG_SOCKET "}}\n"
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
    if (!demo_plan_has_traffic(plan)) return;
    add_process(plan, to, "traffic", ", optional: true");
}
