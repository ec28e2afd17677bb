/* Measures the bundled agent beside nginx and beside the same service
 * in Python, in one run: client, model and Redis on one processor,
 * the service on the other. Closes with one line per bar. */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/bars.h"
#include "support/crowd.h"
#include "support/meter.h"
#include "support/peers.h"
#include "support/processors.h"
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
    JOBS = 100000,
    JOBS_AT_ONCE = 1000, /* of one volley */
    JOBS_WAITING = 8000, /* before the next; the queue takes 10,000 */
    MEMORY_SHARE = 10,   /* of the jobs, in percent: memory is first looked at then */
    STREAMS = 1000,
};

static const char agent_program[] = BINARIES_FOLDER "/flightdeck-agent";
static const char python_script[] = TESTS_FOLDER "/bench/chat_service.py";
static const uint64_t volley_limit_ns = 60 * NS_PER_S;
static const uint64_t streams_limit_ns = 30 * NS_PER_S;
static const uint64_t streams_look_ns = 5 * NS_PER_S;
static const uint64_t jobs_limit_ns = 120 * NS_PER_S;

struct bench {
    struct test_stack stack;
    struct processors processors; /* near: the client; far: the services */
};

/* One of the two that are compared. */
struct contender {
    const char *name;
    pid_t pid;
    struct volley volley;
    double cpu_s[ROUNDS]; /* per PER requests */
    uint32_t missing;     /* answers */
};

static void print_contender(const struct contender *one) {
    struct spread cpu = spread_of(one->cpu_s, ROUNDS);
    printf(
        "  %-8s %8.3f s of CPU per %d requests (%.3f to %.3f)\n", one->name, cpu.median,
        PER, cpu.least, cpu.most);
}

static double anonymous_mib(pid_t pid) {
    return (double)meter_read(pid).rss_anon_bytes / (1 << 20);
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
    struct spread ratio = spread_of(ratios, ROUNDS);
    uint32_t missing = ours->missing + theirs->missing;
    printf("%s, %d rounds in turn\n", name, ROUNDS);
    print_contender(ours);
    print_contender(theirs);
    printf(
        "  ratio    %8.3f (%.3f to %.3f), %u answers missing\n", ratio.median,
        ratio.least, ratio.most, missing);
    if (missing == 0) {
        bar_at_most(name, ratio.median, limit);
    } else {
        bar_unknown(name, limit, "not every request was answered");
    }
}

static uint16_t serve_port(const struct bench *bench, unsigned index) {
    return (uint16_t)strtoul(strrchr(bench->stack.urls[index], ':') + 1, NULL, 10);
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
    processors_take(&bench->processors.far);
    bool is_here = peer_start_nginx(&nginx, &err);
    processors_take(&bench->processors.near);
    if (is_here) {
        struct contender ours = {
            .name = "agent", .pid = bench->stack.serves[0].pid, .volley = volley};
        struct contender theirs = {
            .name = "nginx", .pid = nginx.process.pid, .volley = volley};
        ours.volley.port = serve_port(bench, 0);
        theirs.volley.port = nginx.port;
        compare(name, limit, &ours, &theirs);
    } else {
        bar_unknown(name, limit, err.message);
    }
    peer_stop(&nginx);
}

/* Chats */

struct chats {
    char words[CONNECTIONS][REQUEST_SIZE];
    const char *requests[CONNECTIONS];
};

/* Each connection is a user with a history; theirs is no history of ours. */
static void make_chats(struct chats *chats, const char *name, const char *headers) {
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        char body[REQUEST_SIZE];
        int length = snprintf(
            body, sizeof body,
            "{\"user_id\":\"%s-%u\",\"message\":\"Where is my parcel?\"}", name, i);
        snprintf(
            chats->words[i], sizeof chats->words[i],
            "POST /chat HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
            "%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
            headers, length, body);
        chats->requests[i] = chats->words[i];
    }
}

static struct contender chatter(
    const char *name, pid_t pid, struct chats *chats, uint32_t total) {
    make_chats(chats, name, "");
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
    processors_take(&bench->processors.far);
    bool is_here = peer_start_python(
        &python, python_script, bench->stack.redis.socket, bench->stack.model_url,
        &err);
    processors_take(&bench->processors.near);
    if (is_here) {
        struct contender ours =
            chatter("agent", bench->stack.serves[0].pid, &our_chats, CHAT_REQUESTS);
        struct contender theirs =
            chatter("python", python.process.pid, &their_chats, PYTHON_REQUESTS);
        ours.volley.port = serve_port(bench, 0);
        theirs.volley.port = python.port;
        compare(name, limit, &ours, &theirs);
    } else {
        bar_unknown(name, limit, err.message);
    }
    peer_stop(&python);
}

/* Streams */

static void write_stream_request(unsigned number, char request[CROWD_REQUEST_SIZE]) {
    char body[REQUEST_SIZE / 2];
    int length = snprintf(
        body, sizeof body,
        "{\"user_id\":\"streamed-%u\",\"message\":\"Where is my parcel?\"}", number);
    snprintf(
        request, CROWD_REQUEST_SIZE,
        "POST /chat/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
        "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
        length, body);
}

/* A model that takes a second for each word, so that every stream stays open. */
static bool start_slow_model(
    struct bench *bench, struct test_process *model, char url[TEST_URL_SIZE]) {
    char port_file[TEST_PATH_SIZE];
    test_folder_path(&bench->stack.folder, "slow.port", port_file);
    const char *const args[] = {agent_program, "model",   "--listen",  "127.0.0.1:0",
                                "--port-file", port_file, "--latency", "instant",
                                "--pace",      "1s",      NULL};
    test_process_start(model, args, NULL);
    uint16_t port = 0;
    while (test_process_runs(model) && (port = test_read_port(port_file)) == 0) {
        test_client_breathe(&bench->stack.client);
    }
    snprintf(url, TEST_URL_SIZE, "http://127.0.0.1:%u", port);
    return port != 0;
}

static void measure_streams(struct bench *bench) {
    static const char name[] = "agent_streams_mib";
    static const double limit = 64;
    struct test_process model = {0};
    char url[TEST_URL_SIZE];
    if (!start_slow_model(bench, &model, url)) {
        bar_unknown(name, limit, "the slow model does not start");
        return;
    }
    const char *const more[] = {"--redis", bench->stack.redis.url, "--model-url",
                                url,       "--sync-max",           "2000",
                                NULL};
    processors_take(&bench->processors.far);
    test_stack_serve(&bench->stack, 1, "streams", more);
    processors_take(&bench->processors.near);
    pid_t pid = bench->stack.serves[1].pid;
    double idle_mib = anonymous_mib(pid);
    struct crowd *crowd =
        crowd_new(serve_port(bench, 1), STREAMS, write_stream_request);
    crowd_listen(crowd, STREAMS, streams_limit_ns);
    uint64_t first_bytes = crowd_heard_bytes(crowd);
    unsigned open = crowd_listen(crowd, STREAMS + 1, streams_look_ns);
    double open_mib = anonymous_mib(pid);
    printf(
        "%u of %d streams are open and have heard %" PRIu64 " bytes in %d s\n", open,
        STREAMS, crowd_heard_bytes(crowd) - first_bytes,
        (int)(streams_look_ns / NS_PER_S));
    printf("  %.2f MiB RssAnon, %.2f before\n", open_mib, idle_mib);
    if (open == STREAMS) {
        bar_at_most(name, open_mib, limit);
    } else {
        bar_unknown(name, limit, "not every stream stayed open");
    }
    crowd_free(crowd);
    test_process_kill(&bench->stack.serves[1]);
    test_process_kill(&model);
}

/* Jobs */

static double redis_number(struct bench *bench, const char *command) {
    struct test_redis_answer answer =
        test_client_redis(&bench->stack.client, bench->stack.redis.url, command);
    if (answer.kind == REDIS_INTEGER) return (double)answer.number;
    const char *used = strstr(answer.text, "used_memory:");
    return strtod(used ? strchr(used, ':') + 1 : answer.text, NULL);
}

struct memory {
    double serve_mib, worker_mib, redis_mib;
};

static struct memory look_at_memory(struct bench *bench, double jobs) {
    struct memory memory = {
        .serve_mib = anonymous_mib(bench->stack.serves[0].pid),
        .worker_mib = anonymous_mib(bench->stack.workers[0].pid),
        .redis_mib = redis_number(bench, "INFO memory") / (1 << 20)};
    printf(
        "  after %6.0f jobs: serve %.2f, worker %.2f MiB RssAnon; Redis uses %.0f "
        "MiB\n",
        jobs, memory.serve_mib, memory.worker_mib, memory.redis_mib);
    return memory;
}

struct draining {
    double taken, done; /* jobs */
    struct memory early, late;
    uint64_t took_ns;
};

/* Feeds the queue as it drains. */
static struct draining drain(struct bench *bench, struct volley *volley) {
    struct draining draining = {0};
    uint64_t start_ns = loop_clock_ns();
    double waiting = 0;
    while (draining.done < JOBS && draining.took_ns < jobs_limit_ns) {
        if (draining.taken < JOBS && waiting < JOBS_WAITING) {
            volley->total = JOBS_AT_ONCE;
            draining.taken += volley_fire(volley).answered;
        } else {
            test_client_breathe(&bench->stack.client);
        }
        waiting = redis_number(bench, "XLEN q:bench:3");
        draining.done = redis_number(bench, "HGET stats:bench completed");
        draining.took_ns = loop_clock_ns() - start_ns;
        if (draining.early.serve_mib <= 0 &&
            draining.done * 100 >= (double)JOBS * MEMORY_SHARE) {
            draining.early = look_at_memory(bench, draining.done);
        }
    }
    draining.late = look_at_memory(bench, draining.done);
    return draining;
}

static void measure_jobs(struct bench *bench) {
    static const char name[] = "agent_jobs_growth_mib";
    static const double limit = 1; /* twelve bytes a job */
    const char *const slots[] = {"--slots", "16", NULL};
    struct chats chats;
    make_chats(&chats, "queued", "Prefer: respond-async\r\n");
    processors_take(&bench->processors.far);
    test_stack_worker(&bench->stack, 0, "bench", slots);
    processors_take(&bench->processors.near);
    struct volley volley = {
        .port = serve_port(bench, 0),
        .requests = chats.requests,
        .request_count = CONNECTIONS,
        .connections = CONNECTIONS,
        .limit_ns = volley_limit_ns};
    printf("%d queued jobs, one worker of 16 hands\n", JOBS);
    struct draining draining = drain(bench, &volley);
    double took_s = (double)draining.took_ns / (double)NS_PER_S;
    printf("  %.0f jobs in %.1f s\n", draining.done, took_s);
    bar_at_least("agent_jobs_drained", draining.done, JOBS);
    if (draining.early.serve_mib <= 0) {
        bar_unknown(name, limit, "not even the first tenth was drained");
        return;
    }
    double serve = draining.late.serve_mib - draining.early.serve_mib;
    double worker = draining.late.worker_mib - draining.early.worker_mib;
    bar_at_most(name, serve > worker ? serve : worker, limit);
}

/* Redis without its file of appends, whose disk is not what is measured. */
static void start(struct bench *bench) {
    const char *const no_file[] = {"CONFIG", "SET", "appendonly", "no", NULL};
    processors_find(&bench->processors);
    processors_take(&bench->processors.near);
    test_stack_start(&bench->stack, agent_program, "instant");
    ensure(test_redis_cli(&bench->stack.redis, no_file) == 0);
    /* The few users of the bench ask more often than users may. */
    const char *const more[] = {
        "--redis", bench->stack.redis.url, "--user-rate", "off", NULL};
    processors_take(&bench->processors.far);
    test_stack_serve(&bench->stack, 0, "bench", more);
    processors_take(&bench->processors.near);
}

int main(void) {
    struct bench bench = {0};
    start(&bench);
    compare_health(&bench);
    compare_chats(&bench);
    measure_streams(&bench);
    measure_jobs(&bench);
    test_stack_stop(&bench.stack);
    return 0;
}
