/* SPDX-License-Identifier: MIT */
#include "support/test_stack.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

enum { ARGS_MAX = 40, URLS_KEPT = 4, END_BREATHS = 50 };

static const uint64_t start_limit_ns = 20 * NS_PER_S;

struct args {
    const char *items[ARGS_MAX];
    size_t count;
};

static void add(struct args *args, const char *item) {
    ensure(args->count < ARGS_MAX - 1);
    args->items[args->count++] = item;
}

static void add_all(struct args *args, const char *const *items) {
    for (; items && *items; items++) add(args, *items);
}

uint16_t test_read_port(const char *path) {
    char line[16] = "";
    uint64_t port = 0;
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    bool is_read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    struct scan scan = scan_of(slice_of(line));
    if (!is_read || !slice_u64(scan_until(&scan, '\n'), &port)) return 0;
    return (uint16_t)port;
}

/* Waits until the program has written its port. */
static void wait_for_port(
    struct test_stack *stack, struct test_process *process, const char *path,
    char url[TEST_URL_SIZE]) {
    uint64_t start_ns = loop_clock_ns();
    uint16_t port = test_read_port(path);
    while (port == 0) {
        if (!test_process_runs(process)) panic("%s: it ended", path);
        if (loop_clock_ns() - start_ns > start_limit_ns) panic("%s: no port", path);
        test_client_breathe(&stack->client);
        port = test_read_port(path);
    }
    snprintf(url, TEST_URL_SIZE, "http://127.0.0.1:%u", port);
}

static void log_path(
    const struct test_stack *stack, const char *name, char path[TEST_PATH_SIZE]) {
    char file[32];
    snprintf(file, sizeof file, "%s.log", name);
    test_folder_path(&stack->folder, file, path);
}

void test_stack_start(
    struct test_stack *stack, const char *program, const char *latency) {
    static const char *const durable[] = {
        "--appendonly", "yes", "--appendfsync", "always", NULL};
    *stack = (struct test_stack){.program = program};
    test_folder_init(&stack->folder);
    test_client_init(&stack->client);
    test_redis_start_with(&stack->redis, false, durable);

    char port_file[TEST_PATH_SIZE];
    char log[TEST_PATH_SIZE];
    test_folder_path(&stack->folder, "model.port", port_file);
    log_path(stack, "model", log);
    const char *const args[] = {program,       "model",       "--listen",
                                "127.0.0.1:0", "--port-file", port_file,
                                "--latency",   latency,       NULL};
    test_process_start(&stack->model, args, log);
    wait_for_port(stack, &stack->model, port_file, stack->model_url);
}

/* A program that ends by itself has its leaks found and its lines counted. The second
 * signal is for one that still has something to finish. */
static void end_process(struct test_stack *stack, struct test_process *process) {
    if (process->pid == 0) return;
    kill(process->pid, SIGTERM);
    for (unsigned i = 0; i < END_BREATHS && test_process_runs(process); i++) {
        test_client_breathe(&stack->client);
    }
    test_process_stop(process);
}

void test_stack_stop(struct test_stack *stack) {
    for (size_t i = 0; i < TEST_SERVES_MAX; i++) end_process(stack, &stack->serves[i]);
    for (size_t i = 0; i < TEST_WORKERS_MAX; i++) {
        end_process(stack, &stack->workers[i]);
    }
    end_process(stack, &stack->model);
    test_redis_stop(&stack->redis);
    test_client_clear(&stack->client);
    test_folder_clear(&stack->folder);
}

static bool has_redis(const char *const *more) {
    for (; more && *more; more++) {
        if (strcmp(*more, "--redis") == 0) return true;
    }
    return false;
}

void test_stack_serve(
    struct test_stack *stack, unsigned index, const char *release,
    const char *const *more) {
    char name[32];
    char port_file[TEST_PATH_SIZE];
    char log[TEST_PATH_SIZE];
    snprintf(name, sizeof name, "serve-%u", index);
    log_path(stack, name, log);
    test_folder_path(&stack->folder, name, port_file);
    unlink(port_file);
    struct args args = {0};
    const char *const first[] = {
        stack->program,   "serve",     "--listen",    "127.0.0.1:0", "--port-file",
        port_file,        "--release", release,       "--model-url", stack->model_url,
        "--drain-notice", "0s",        "--user-rate", "off",         NULL};
    add_all(&args, first);
    add_all(&args, more);
    test_process_start(&stack->serves[index], args.items, log);
    wait_for_port(stack, &stack->serves[index], port_file, stack->urls[index]);
    if (!has_redis(more)) return;
    /* It listens before it has found Redis, and queues nothing until then. */
    const char *health = test_stack_url(stack, index, "/health");
    test_client_until(&stack->client, health, "$.checks.redis", "ok");
}

void test_stack_worker(
    struct test_stack *stack, unsigned index, const char *release,
    const char *const *more) {
    char name[32];
    char log[TEST_PATH_SIZE];
    snprintf(name, sizeof name, "worker-%u", index);
    log_path(stack, name, log);
    struct args args = {0};
    const char *const first[] = {
        stack->program, "worker",         "--release", release,          "--name", name,
        "--model-url",  stack->model_url, "--redis",   stack->redis.url, NULL};
    add_all(&args, first);
    add_all(&args, more);
    test_process_start(&stack->workers[index], args.items, log);
}

int test_stack_run(struct test_stack *stack, const char *const *args) {
    struct args all = {0};
    add(&all, stack->program);
    add_all(&all, args);
    return test_process_run(all.items, NULL);
}

static const char *join(const char *url, const char *path) {
    static char urls[URLS_KEPT][2 * TEST_URL_SIZE];
    static unsigned next = 0;
    char *joined = urls[next++ % URLS_KEPT];
    snprintf(joined, sizeof urls[0], "%s%s", url, path);
    return joined;
}

const char *test_stack_url(
    const struct test_stack *stack, unsigned index, const char *path) {
    return join(stack->urls[index], path);
}

const char *test_stack_model_url(const struct test_stack *stack, const char *path) {
    return join(stack->model_url, path);
}

double test_stack_metric(struct test_stack *stack, unsigned index, const char *series) {
    struct test_reply page;
    double value = (double)NAN;
    size_t length = strlen(series);
    test_client_get(&stack->client, test_stack_url(stack, index, "/metrics"), &page);
    const char *line = buffer_string(&page.body);
    while (line && *line) {
        if (strncmp(line, series, length) == 0 && line[length] == ' ') {
            value = strtod(line + length, NULL);
            break;
        }
        line = strchr(line, '\n');
        if (line) line++;
    }
    test_reply_clear(&page);
    return value;
}

void test_stack_fault(struct test_stack *stack, const char *json) {
    struct test_reply reply;
    test_client_post(
        &stack->client, test_stack_model_url(stack, "/admin/faults"), json, &reply);
    ensure(reply.status == 200);
    test_reply_clear(&reply);
}
