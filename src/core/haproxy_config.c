/* SPDX-License-Identifier: MIT */
#include "core/haproxy_config.h"

#include <ctype.h>
#include <string.h>

/* What the proxy in front of a reader listens on, beside it. */
#define RING_SUFFIX ".in"

/* HAProxy binds to a path with ".PID.tmp" behind it first, of at most 107 bytes. */
enum { RING_PATH_MAX = 107 - (int)(sizeof RING_SUFFIX ".4194304.tmp" - 1) };

void haproxy_plan_init(struct haproxy_plan *plan) {
    *plan = (struct haproxy_plan){
        .table = "canary_lease",
        .backends = {"stable", "canary"},
        .health_path = "/health",
        .chat_path = "/chat",
        .user_header = "X-User-Id",
        .user_field = "user_id",
        .connections_max = 2000,
        .lease_s = 5,
    };
}

/* What HAProxy would not take for the word that it is: no blanks, quotes, escapes,
 * comments or variables. */
static bool is_word(const char *word, const char *more) {
    for (const char *c = word; *c; c++) {
        if (!isalnum((unsigned char)*c) && !strchr(more, *c)) return false;
    }
    return *word != '\0';
}

static bool check_word(
    const char *word, const char *more, const char *what, struct error *err) {
    if (word && is_word(word, more)) return true;
    return error_set(err, ERROR_USAGE, "HAProxy cannot be given this %s", what);
}

static bool check_optional(
    const char *word, const char *more, const char *what, struct error *err) {
    return (word && !*word) || check_word(word, more, what, err);
}

static bool check_servers(
    const struct haproxy_plan *plan, enum track track, struct error *err) {
    if (plan->server_counts[track] == 0 ||
        plan->server_counts[track] > HAPROXY_SERVERS_MAX) {
        return error_set(
            err, ERROR_USAGE, "backend %s: 1 to %d servers", plan->backends[track],
            HAPROXY_SERVERS_MAX);
    }
    for (uint32_t i = 0; i < plan->server_counts[track]; i++) {
        if (!check_word(plan->servers[track][i], "._-:[]", "server", err)) return false;
    }
    return true;
}

static bool check_sockets(const struct haproxy_plan *plan, struct error *err) {
    static const char path[] = "/._-+@";
    if (!check_word(plan->admin_socket, path, "admin socket", err)) return false;
    if (plan->log_count > HAPROXY_LOGS_MAX || plan->ring_count > HAPROXY_LOGS_MAX) {
        return error_set(err, ERROR_USAGE, "at most %d logs", HAPROXY_LOGS_MAX);
    }
    for (uint32_t i = 0; i < plan->log_count; i++) {
        if (!check_word(plan->logs[i], path, "log socket", err)) return false;
    }
    for (uint32_t i = 0; i < plan->ring_count; i++) {
        if (!check_word(plan->rings[i], path, "log socket", err)) return false;
        if (strlen(plan->rings[i]) > RING_PATH_MAX) {
            return error_set(
                err, ERROR_USAGE,
                "HAProxy takes at most %d bytes of a log socket's path", RING_PATH_MAX);
        }
    }
    return true;
}

bool haproxy_plan_check(const struct haproxy_plan *plan, struct error *err) {
    static const char name[] = "._-", path[] = "/._~-";
    if (!check_sockets(plan, err) ||
        !check_word(plan->listen, ".:*[]", "address", err) ||
        !check_word(plan->table, name, "table", err) ||
        !check_word(plan->backends[TRACK_STABLE], name, "backend", err) ||
        !check_word(plan->backends[TRACK_CANARY], name, "backend", err) ||
        !check_optional(plan->health_path, path, "health path", err) ||
        !check_optional(plan->chat_path, path, "chat path", err) ||
        !check_word(plan->user_header, "_-", "user header", err) ||
        !check_optional(plan->user_field, "_", "user field", err)) {
        return false;
    }
    if (plan->connections_max == 0 || plan->lease_s < 3 || plan->lease_s > 60) {
        return error_set(err, ERROR_USAGE, "a lease lasts from 3 s to 60 s");
    }
    return check_servers(plan, TRACK_STABLE, err) &&
           check_servers(plan, TRACK_CANARY, err);
}

/* Room for some thousand lines while the reader is slow. A ring whose reader is not
 * there connects again at once, without end: so it goes through a proxy, which is
 * always there, and looks for the reader a moment later. */
static void write_ring(unsigned number, const char *reader, struct buffer *to) {
    buffer_addf(
        to,
        "ring lines%u\n"
        "    format raw\n"
        "    maxlen %d\n"
        "    size 4194304\n"
        "    timeout connect 2s\n"
        "    timeout server 10s\n"
        "    server proxy unix@%s" RING_SUFFIX " log-proto octet-count\n"
        "listen lines%u_reader\n"
        "    mode tcp\n"
        "    bind unix@%s" RING_SUFFIX " mode 600\n"
        "    timeout connect 2s\n"
        "    timeout client 1h\n"
        "    timeout server 1h\n"
        "    retries 0\n"
        "    tcp-request inspect-delay 200ms\n"
        "    tcp-request content accept if WAIT_END\n"
        "    server reader unix@%s\n",
        number, HAPROXY_LOG_LINE_SIZE, reader, number, reader, reader);
}

static void write_global(const struct haproxy_plan *plan, struct buffer *to) {
    buffer_addf(
        to,
        "# The weight of the canary, in basis points, is the entry 1 of the table\n"
        "# %s, the salt of the rollout the entry 2. Both are a lease: when nobody\n"
        "# renews them, everybody goes to %s.\n"
        "global\n"
        "    maxconn %u\n"
        "    nbthread 1\n"
        "    hard-stop-after 5s\n"
        "    stats socket %s mode 600 level admin\n",
        plan->table, plan->backends[TRACK_STABLE], plan->connections_max,
        plan->admin_socket);
    for (uint32_t i = 0; i < plan->log_count; i++) {
        buffer_addf(
            to, "    log %s len %d format raw local0\n", plan->logs[i],
            HAPROXY_LOG_LINE_SIZE);
    }
    for (uint32_t i = 0; i < plan->ring_count; i++) {
        buffer_addf(
            to, "    log ring@lines%u len %d format raw local0\n", i + 1,
            HAPROXY_LOG_LINE_SIZE);
    }
    for (uint32_t i = 0; i < plan->ring_count; i++) {
        write_ring(i + 1, plan->rings[i], to);
    }
}

/* What comes from outside is quoted and escaped, and read strictly at the other end. A
 * variable that is not set is shown as "-" there, as null where a number is meant. */
static void write_log_format(struct buffer *to) {
    buffer_add_string(
        to,
        "    log-format "
        "'{\"n\":%lc,\"t\":%Ts.%ms,\"arm\":\"%[var(txn.arm)]\",\"be\":\"%b\","
        "\"srv\":\"%s\",\"st\":%ST,\"ts\":\"%tsc\",\"rc\":\"%rc\","
        "\"Tw\":%Tw,\"Tc\":%Tc,\"Tr\":%Tr,\"Ta\":%Ta,"
        "\"bkt\":%[var(txn.bkt,null)],\"bp\":%[var(txn.bp,null)],"
        "\"salt\":%[var(txn.salt,null)],\"user\":%[var(txn.uh,null)],"
        "\"chat\":%[var(txn.chat,null)],"
        "\"out\":\"%[var(txn.out),json(utf8s)]\",\"job\":\"%[var(txn.job),json(utf8s)]"
        "\","
        "\"tin\":\"%[var(txn.tin),json(utf8s)]\",\"tout\":\"%[var(txn.tout),json(utf8s)"
        "]\","
        "\"usd\":\"%[var(txn.usd),json(utf8s)]\",\"tf\":\"%[var(txn.tf),json(utf8s)]\"}"
        "'\n"
        /* Where there is no request there are no variables,
         * and no defaults of theirs. */
        "    error-log-format "
        "'{\"n\":%lc,\"t\":%Ts.%ms,\"arm\":\"-\",\"be\":\"-\",\"srv\":\"-\","
        "\"st\":%ST,\"ts\":\"%tsc\",\"rc\":\"0\",\"Tw\":-1,\"Tc\":-1,\"Tr\":-1,"
        "\"Ta\":%Ta,\"bkt\":null,\"bp\":null,\"salt\":null,\"user\":null,"
        "\"chat\":null,\"out\":\"-\",\"job\":\"-\",\"tin\":\"-\",\"tout\":\"-\","
        "\"usd\":\"-\",\"tf\":\"-\"}'\n");
}

static void write_defaults(const struct haproxy_plan *plan, struct buffer *to) {
    buffer_add_string(
        to, "defaults\n"
            "    mode http\n"
            "    log global\n"
            "    option dontlognull\n" /* whoever only looks whether it listens */
            "    option http-buffer-request\n"
            "    timeout connect 2s\n"
            "    timeout client 60s\n"
            "    timeout server 60s\n"
            "    timeout http-request 10s\n"
            "    retries 2\n"
            "    option redispatch 1\n"
            "    retry-on conn-failure empty-response\n");
    if (plan->log_count + plan->ring_count > 0) write_log_format(to);
}

static void write_user(const struct haproxy_plan *plan, struct buffer *to) {
    buffer_addf(
        to, "    http-request set-var(txn.uid) req.hdr(%s)\n", plan->user_header);
    if (*plan->user_field) {
        buffer_addf(
            to,
            "    http-request set-var(txn.uid) req.body,json_query('$.%s')"
            " unless { var(txn.uid) -m found }\n",
            plan->user_field);
    }
}

/* The salt gives each rollout other users; without one nobody is on the canary. Who is
 * unknown is drawn by lot. */
static void write_assignment(const struct haproxy_plan *plan, struct buffer *to) {
    buffer_addf(
        to,
        "    http-request set-var(txn.bp) int(1),table_gpt0(%s)\n"
        "    http-request set-var(txn.salt) int(2),table_gpt0(%s)\n"
        "    http-request set-var(txn.uh) var(txn.uid),xxh64(7)"
        " if { var(txn.uid) -m found }\n"
        "    http-request set-var(txn.bkt) "
        "var(txn.uid),concat(:,txn.salt),xxh32(42),mod(10000)"
        " if { var(txn.uid) -m found }\n"
        "    http-request set-var(txn.bkt) rand(10000)"
        " unless { var(txn.uid) -m found }\n"
        "    http-request set-var(txn.d) var(txn.bkt),sub(txn.bp)\n"
        "    http-request set-var(txn.arm) str(stable)\n"
        "    http-request set-var(txn.arm) str(canary)"
        " if { var(txn.d) -m int lt 0 } { var(txn.salt) -m int gt 0 }\n",
        plan->table, plan->table);
}

/* What the agent says of its answer, bounded. */
static void write_captures(struct buffer *to) {
    static const struct {
        const char *variable, *header;
        unsigned bytes_max;
    } captures[] = {
        {"out", "X-Agent-Outcome", 32},      {"job", "X-Job-Id", 64},
        {"tin", "X-Agent-Input-Tokens", 20}, {"tout", "X-Agent-Output-Tokens", 20},
        {"usd", "X-Agent-Cost-Usd", 24},     {"tf", "X-Agent-Tools-Failed", 20},
    };
    for (size_t i = 0; i < sizeof captures / sizeof *captures; i++) {
        buffer_addf(
            to, "    http-response set-var(txn.%s) res.hdr(%s),bytes(0,%u)\n",
            captures[i].variable, captures[i].header, captures[i].bytes_max);
    }
}

/* What is judged; and a request that may have been carried out already is sent again
 * only where that does no harm. */
static void write_chat(const struct haproxy_plan *plan, struct buffer *to) {
    if (*plan->chat_path) {
        buffer_addf(
            to,
            "    http-request set-var(txn.chat) int(0)\n"
            "    http-request set-var(txn.chat) int(1)"
            " if { method POST } { path_beg %s }\n",
            plan->chat_path);
    } else {
        buffer_add_string(to, "    http-request set-var(txn.chat) int(1)\n");
    }
    buffer_add_string(
        to, "    http-request disable-l7-retry unless { method GET HEAD }"
            " or { req.hdr(Idempotency-Key) -m found }\n");
}

static void write_frontend(const struct haproxy_plan *plan, struct buffer *to) {
    buffer_addf(
        to,
        "backend %s\n"
        "    stick-table type integer size 16 expire %us store gpt0\n"
        "frontend front\n"
        "    bind %s\n",
        plan->table, plan->lease_s, plan->listen);
    write_user(plan, to);
    write_assignment(plan, to);
    write_chat(plan, to);
    write_captures(to);
    buffer_addf(
        to,
        "    use_backend %s if { var(txn.arm) -m str canary } { nbsrv(%s) gt 0 }\n"
        "    default_backend %s\n",
        plan->backends[TRACK_CANARY], plan->backends[TRACK_CANARY],
        plan->backends[TRACK_STABLE]);
}

static void write_checks(const struct haproxy_plan *plan, struct buffer *to) {
    if (*plan->health_path) {
        buffer_addf(to, "    option httpchk GET %s\n", plan->health_path);
    }
}

/* A canary that refuses connections is down at once; stable takes what was meant for
 * it, and the log says so. A stable under heavy load answers its checks late, and
 * nobody could take over from it: it gets more time for them. */
static void write_backends(const struct haproxy_plan *plan, struct buffer *to) {
    const char *stable = plan->backends[TRACK_STABLE];
    buffer_addf(to, "backend %s\n", stable);
    write_checks(plan, to);
    buffer_add_string(to, "    timeout check 3s\n");
    for (uint32_t i = 0; i < plan->server_counts[TRACK_STABLE]; i++) {
        buffer_addf(
            to, "    server s%u %s check inter 500ms fall 2 rise 2\n", i + 1,
            plan->servers[TRACK_STABLE][i]);
    }
    buffer_addf(to, "backend %s\n", plan->backends[TRACK_CANARY]);
    write_checks(plan, to);
    buffer_add_string(to, "    option allbackups\n");
    for (uint32_t i = 0; i < plan->server_counts[TRACK_CANARY]; i++) {
        buffer_addf(
            to,
            "    server c%u %s check inter 500ms fall 2 rise 2"
            " observe layer4 error-limit 1 on-error mark-down\n",
            i + 1, plan->servers[TRACK_CANARY][i]);
    }
    for (uint32_t i = 0; i < plan->server_counts[TRACK_STABLE]; i++) {
        buffer_addf(
            to, "    server s%ubk %s backup track %s/s%u\n", i + 1,
            plan->servers[TRACK_STABLE][i], stable, i + 1);
    }
}

void haproxy_config_write(const struct haproxy_plan *plan, struct buffer *to) {
    write_global(plan, to);
    write_defaults(plan, to);
    write_frontend(plan, to);
    write_backends(plan, to);
}
