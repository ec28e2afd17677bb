/* SPDX-License-Identifier: MIT */
#include "support/poll_cost.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "core/target.h"
#include "engine.h"
#include "io/loop.h"
#include "io/server.h"

enum {
    INSTANCES = 64,
    BODY_BYTES = 15000,
    BUCKETS = 20,
    BODY_MAX = 64 * 1024,
    WARM_UP_S = 3,
    MEASURE_S = 10,
};

struct instances {
    struct server *server;
    unsigned asked;
};

/* A body as an agent with a few models, tools and routes has it. */
static void answer(void *owner, struct server_request *request) {
    struct instances *instances = owner;
    unsigned age = ++instances->asked;
    struct buffer body;
    buffer_init(&body, BODY_MAX);
    buffer_addf(&body, "process_start_time_seconds 1700000000\n");
    for (unsigned i = 0; body.length < BODY_BYTES || i % BUCKETS != 0; i++) {
        char bound[16];
        bool last = i % BUCKETS == BUCKETS - 1;
        snprintf(bound, sizeof bound, "%u.5", i % BUCKETS);
        const char *le = last ? "+Inf" : bound;
        buffer_addf(
            &body, "llm_request_duration_seconds_bucket{model=\"m%u\",le=\"%s\"} %u\n",
            i / BUCKETS, le, age * (i % BUCKETS));
        buffer_addf(&body, "agent_requests_total{status=\"s%u\"} %u\n", i, age);
    }
    server_answer(request, 200, "text/plain; version=0.0.4", buffer_slice(&body));
    buffer_clear(&body);
}

static void ignore_gone(void *owner, struct server_request *request) {
    (void)owner;
    (void)request;
}

/* The child: serves until its parent is gone; says its port through the pipe. */
_Noreturn static void serve(int pipe_end) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct loop *loop = loop_new();
    struct instances instances = {0};
    const struct server_options options = {.address = "127.0.0.1"};
    struct error err;
    instances.server =
        server_new(loop, &options, answer, ignore_gone, &instances, &err);
    ensure(instances.server);
    uint16_t port = server_port(instances.server);
    ensure(write(pipe_end, &port, sizeof port) == (ssize_t)sizeof port);
    close(pipe_end);
    loop_run(loop);
    _exit(0);
}

static pid_t start_instances(uint16_t *port) {
    int ends[2];
    ensure(pipe(ends) == 0);
    pid_t child = fork();
    ensure(child >= 0);
    if (child == 0) {
        close(ends[0]);
        serve(ends[1]);
    }
    close(ends[1]);
    ensure(read(ends[0], port, sizeof *port) == (ssize_t)sizeof *port);
    close(ends[0]);
    return child;
}

struct seen {
    struct loop *loop;
    unsigned answered; /* polls that were OK */
    unsigned others;
};

static void on_event(void *owner, const struct event *event) {
    struct seen *seen = owner;
    if (event->kind != EVENT_PART || event->part.polled_ns == 0) return;
    if (event->part.status == PART_OK) {
        seen->answered++;
    } else {
        seen->others++;
    }
}

static void on_time(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct seen *seen = owner;
    loop_stop(seen->loop);
}

static void run_for(struct seen *seen, uint64_t seconds) {
    loop_after(seen->loop, seconds * NS_PER_S, on_time, seen); /* ends by itself */
    loop_run(seen->loop);
}

static double cpu_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / (double)NS_PER_S;
}

static void make_target(struct target *target, uint16_t port) {
    target_init(target);
    target->paths.health[0] = target->paths.ready[0] = target->paths.errors[0] = '\0';
    struct target_track *track = &target->tracks[TRACK_STABLE];
    for (unsigned i = 0; i < INSTANCES; i++) {
        snprintf(
            track->urls[i], sizeof track->urls[i], "http://127.0.0.1:%u/%u", port, i);
    }
    track->url_count = INSTANCES;
}

struct poll_cost poll_cost_measure(void) {
    uint16_t port = 0;
    pid_t child = start_instances(&port);
    struct target *target = memory_new(sizeof *target);
    make_target(target, port);
    struct seen seen = {.loop = loop_new()};
    const struct engine_options options = {
        .target = target, .user = "bench", .on_event = on_event, .owner = &seen};
    struct engine *engine = engine_new(seen.loop, &options);
    engine_start(engine);
    run_for(&seen, WARM_UP_S);
    seen.answered = seen.others = 0;
    double before_s = cpu_s();
    run_for(&seen, MEASURE_S);
    const struct poll_cost cost = {
        .cpu_ratio = (cpu_s() - before_s) / MEASURE_S,
        .answered = seen.answered,
        .failed = seen.others,
        .wanted = INSTANCES * (MEASURE_S - 1),
    };
    engine_free(engine);
    loop_free(seen.loop);
    free(target);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return cost;
}
