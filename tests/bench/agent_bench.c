/* Measures the bundled agent beside nginx and beside the same service in Python, in one
 * run: client, model and Redis on one processor, the service on the other. Closes with one
 * line per bar. */
/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "support/meter.h"
#include "support/peers.h"
#include "support/test_stack.h"
#include "support/volley.h"

enum {
    CONNECTIONS = 32,
    ROUNDS = 7,
    HEALTH_REQUESTS = 20000, /* of one round */
    CHAT_REQUESTS = 2000,
    PYTHON_REQUESTS = 400,
    WARM_UP_SHARE = 4, /* a quarter of a round, before the first one */
    PER = 100000,      /* requests that the bars speak of */
    REQUEST_SIZE = 512,
};

static const char agent_program[] = BINARIES_FOLDER "/flightdeck-agent";
static const char python_script[] = TESTS_FOLDER "/bench/chat_service.py";
static const uint64_t volley_limit_ns = 60 * NS_PER_S;

struct bench {
    struct test_stack stack;
    cpu_set_t near, far; /* where the client is, and where the services are */
};

/* One of the two that are compared. */
struct contender {
    const char *name;
    pid_t pid;
    struct volley volley;
    double cpu_s[ROUNDS]; /* per PER requests */
    uint32_t missing;     /* answers */
};

/* Processors */

static cpu_set_t only(size_t processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return set;
}

/* The first two that we may use; one is better than none. */
static void find_processors(struct bench *bench) {
    cpu_set_t allowed;
    size_t found[2] = {0}, count = 0;
    sched_getaffinity(0, sizeof allowed, &allowed);
    for (size_t i = 0; i < CPU_SETSIZE && count < 2; i++) {
        if (CPU_ISSET(i, &allowed)) found[count++] = i;
    }
    bench->near = only(found[0]);
    bench->far = only(count == 2 ? found[1] : found[0]);
}

/* Processes are started where their parent is. */
static void move_to(const cpu_set_t *set) {
    ensure(sched_setaffinity(0, sizeof *set, set) == 0);
}

/* Words */

static void bar(const char *name, double value, double limit, bool is_known) {
    bool good = is_known && value <= limit;
    printf("bar %s %.2f %.2f %s\n", name, value, limit, good ? "ok" : "short");
}

static int by_size(const void *a, const void *b) {
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

struct spread {
    double least, median, most;
};

static struct spread spread_of(const double values[ROUNDS]) {
    double sorted[ROUNDS];
    memcpy(sorted, values, sizeof sorted);
    qsort(sorted, ROUNDS, sizeof sorted[0], by_size);
    return (struct spread){sorted[0], sorted[ROUNDS / 2], sorted[ROUNDS - 1]};
}

static void print_contender(const struct contender *one) {
    struct spread cpu = spread_of(one->cpu_s);
    printf(
        "  %-8s %8.3f s of CPU per %d requests (%.3f to %.3f)\n", one->name, cpu.median,
        PER, cpu.least, cpu.most);
}

/* Comparing */

static void fire(struct contender *one, unsigned round) {
    uint64_t before_ns = meter_read(one->pid).cpu_ns;
    struct volley_result result = volley_fire(&one->volley);
    uint64_t took_ns = meter_read(one->pid).cpu_ns - before_ns;
    uint32_t answered = result.answered > 0 ? result.answered : 1;
    one->cpu_s[round] = (double)took_ns / (double)NS_PER_S * PER / answered;
    one->missing += one->volley.total - result.answered;
}

static void warm_up(const struct contender *one) {
    struct volley volley = one->volley;
    volley.total /= WARM_UP_SHARE;
    volley_fire(&volley);
}

/* In turn, so that whatever else the machine does falls on both. */
static void compare(
    const char *name, double limit, struct contender *ours, struct contender *theirs) {
    double ratios[ROUNDS];
    warm_up(ours);
    warm_up(theirs);
    for (unsigned i = 0; i < ROUNDS; i++) {
        fire(ours, i);
        fire(theirs, i);
        ratios[i] = ours->cpu_s[i] / theirs->cpu_s[i];
    }
    struct spread ratio = spread_of(ratios);
    uint32_t missing = ours->missing + theirs->missing;
    printf("%s, %d rounds in turn\n", name, ROUNDS);
    print_contender(ours);
    print_contender(theirs);
    printf(
        "  ratio    %8.3f (%.3f to %.3f), %u answers missing\n", ratio.median,
        ratio.least, ratio.most, missing);
    bar(name, ratio.median, limit, missing == 0);
}

static uint16_t serve_port(const struct bench *bench) {
    return (uint16_t)strtoul(strrchr(bench->stack.urls[0], ':') + 1, NULL, 10);
}

static void compare_health(struct bench *bench) {
    static const char name[] = "agent_health_to_nginx";
    static const double limit = 1.5;
    static const char *const request[] = {
        "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n"};
    struct volley volley = {
        .requests = request,
        .request_count = 1,
        .connections = CONNECTIONS,
        .total = HEALTH_REQUESTS,
        .limit_ns = volley_limit_ns};
    struct peer nginx;
    struct error err = {0};
    move_to(&bench->far);
    bool is_here = peer_start_nginx(&nginx, &err);
    move_to(&bench->near);
    if (is_here) {
        struct contender ours = {
            .name = "agent", .pid = bench->stack.serves[0].pid, .volley = volley};
        struct contender theirs = {
            .name = "nginx", .pid = nginx.process.pid, .volley = volley};
        ours.volley.port = serve_port(bench);
        theirs.volley.port = nginx.port;
        compare(name, limit, &ours, &theirs);
    } else {
        printf("%s: %s\n", name, err.message);
        bar(name, 0, limit, false);
    }
    peer_stop(&nginx);
}

/* Chats */

struct chats {
    char words[CONNECTIONS][REQUEST_SIZE];
    const char *requests[CONNECTIONS];
};

/* Each connection is a user with a history; theirs is no history of ours. */
static void make_chats(struct chats *chats, const char *name) {
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        char body[REQUEST_SIZE];
        int length = snprintf(
            body, sizeof body,
            "{\"user_id\":\"%s-%u\",\"message\":\"Where is my parcel?\"}", name, i);
        snprintf(
            chats->words[i], sizeof chats->words[i],
            "POST /chat HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
            "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
            length, body);
        chats->requests[i] = chats->words[i];
    }
}

static struct contender chatter(
    const char *name, pid_t pid, struct chats *chats, uint32_t total) {
    make_chats(chats, name);
    return (struct contender){
        .name = name,
        .pid = pid,
        .volley = {
            .requests = chats->requests,
            .request_count = CONNECTIONS,
            .connections = CONNECTIONS,
            .total = total,
            .limit_ns = volley_limit_ns}};
}

static void compare_chats(struct bench *bench) {
    static const char name[] = "agent_chat_to_python";
    static const double limit = 0.1;
    struct peer python;
    struct error err = {0};
    struct chats our_chats, their_chats;
    move_to(&bench->far);
    bool is_here = peer_start_python(
        &python, python_script, bench->stack.redis.socket, bench->stack.model_url,
        &err);
    move_to(&bench->near);
    if (is_here) {
        struct contender ours =
            chatter("agent", bench->stack.serves[0].pid, &our_chats, CHAT_REQUESTS);
        struct contender theirs =
            chatter("python", python.process.pid, &their_chats, PYTHON_REQUESTS);
        ours.volley.port = serve_port(bench);
        theirs.volley.port = python.port;
        compare(name, limit, &ours, &theirs);
    } else {
        printf("%s: %s\n", name, err.message);
        bar(name, 0, limit, false);
    }
    peer_stop(&python);
}

/* Redis without its file of appends, whose disk is not what is measured. */
static void start(struct bench *bench) {
    const char *const no_file[] = {"CONFIG", "SET", "appendonly", "no", NULL};
    find_processors(bench);
    move_to(&bench->near);
    test_stack_start(&bench->stack, agent_program, "instant");
    ensure(test_redis_cli(&bench->stack.redis, no_file) == 0);
    const char *const with_redis[] = {"--redis", bench->stack.redis.url, NULL};
    move_to(&bench->far);
    test_stack_serve(&bench->stack, 0, "bench", with_redis);
    move_to(&bench->near);
}

int main(void) {
    struct bench bench = {0};
    start(&bench);
    compare_health(&bench);
    compare_chats(&bench);
    test_stack_stop(&bench.stack);
    return 0;
}
