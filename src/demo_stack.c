/* SPDX-License-Identifier: MIT */
#include "demo_stack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "demo_lease.h"
#include "demo_log.h"
#include "demo_part.h"
#include "io/loop.h"

enum { FILE_MODE = 0600, FILE_MAX = 16 * 1024, WORDS_SIZE = 600, TRIM_S = 5 };

struct demo_stack {
    struct loop *loop;            /* borrowed */
    const struct demo_plan *plan; /* borrowed */
    struct demo_stack_handlers handlers;
    void *owner;
    struct demo_part *parts[DEMO_PARTS_MAX]; /* in the order in which they start */
    unsigned part_count;
    unsigned next; /* the part that is started next; all before it are up */
    bool ready, failed, stopping;
    struct demo_log *log;     /* NULL when it could not be opened */
    struct loop_timer *begin; /* until the first one is started */
    struct demo_lease *lease; /* once the router is up */
    struct loop_timer *trim;  /* of the logs */
};

static void on_begin(void *owner, uint64_t now_ns);
static void start_next(struct demo_stack *stack);
static void on_trim(void *owner, uint64_t now_ns);
static void on_part_change(void *owner, struct demo_part *part);

static bool write_file(const char *path, const struct buffer *text, struct error *err) {
    int descriptor =
        open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    ssize_t written = descriptor < 0 ? -1 : write(descriptor, text->data, text->length);
    if (descriptor >= 0 && close(descriptor) != 0) written = -1;
    if (written == (ssize_t)text->length) return true;
    return error_set(err, ERROR_SYSTEM, "writing %s: %s", path, strerror(errno));
}

/* Writes what `make` says into a file of the place, all at once. */
static bool make_file(
    const struct demo_plan *plan, const char *name,
    void (*make)(const struct demo_plan *, struct buffer *), struct error *err) {
    char path[DEMO_PATH_SIZE];
    char fresh[DEMO_PATH_SIZE + 4];
    demo_place_path(&plan->place, name, path);
    struct text text = TEXT_IN(fresh);
    text_addf(&text, "%s.new", path);
    struct buffer content;
    buffer_init(&content, FILE_MAX);
    make(plan, &content);
    ensure(!content.overflow);
    bool written = write_file(fresh, &content, err);
    buffer_clear(&content);
    if (!written) return false;
    if (rename(fresh, path) == 0) return true;
    return error_set(err, ERROR_SYSTEM, "making %s: %s", path, strerror(errno));
}

static struct demo_part *add_part(
    struct demo_stack *stack, const struct demo_start *start) {
    ensure(stack->part_count < DEMO_PARTS_MAX);
    struct demo_part *part =
        demo_part_new(stack->loop, stack->plan, start, on_part_change, stack);
    stack->parts[stack->part_count++] = part;
    return part;
}

static void add_parts(struct demo_stack *stack) {
    const struct demo_plan *plan = stack->plan;
    struct demo_start start;
    demo_plan_redis(plan, &start);
    add_part(stack, &start);
    if (!plan->real_model) {
        demo_plan_model(plan, &start);
        add_part(stack, &start);
    }
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        demo_plan_agent(plan, (enum track)track, &start);
        add_part(stack, &start);
        demo_plan_worker(plan, (enum track)track, 1, &start);
        add_part(stack, &start);
    }
    demo_plan_router(plan, &start);
    add_part(stack, &start);
    if (demo_plan_has_traffic(plan)) {
        demo_plan_traffic(plan, &start);
        add_part(stack, &start);
    }
}

static bool make_place(const struct demo_plan *plan, struct error *err) {
    char path[DEMO_PATH_SIZE];
    if (!demo_plan_check_router(plan, err)) return false;
    demo_place_path(&plan->place, "parts", path);
    if (!folder_make(path, err)) return false;
    demo_place_path(&plan->place, "redis", path);
    return folder_make(path, err) &&
           make_file(plan, "router.cfg", demo_plan_router_config, err);
}

static void fail(struct demo_stack *stack, const struct error *why) {
    if (stack->failed) return;
    stack->failed = true;
    stack->handlers.on_failed(stack->owner, why);
}

struct demo_stack *demo_stack_new(
    struct loop *loop, const struct demo_plan *plan,
    const struct demo_stack_handlers *handlers, void *owner) {
    struct demo_stack *stack = memory_new(sizeof *stack);
    *stack = (struct demo_stack){
        .loop = loop, .plan = plan, .handlers = *handlers, .owner = owner};
    add_parts(stack);
    stack->trim = loop_every(loop, TRIM_S * NS_PER_S, on_trim, stack);
    stack->begin = loop_after(loop, 0, on_begin, stack);
    return stack;
}

static void on_begin(void *owner, uint64_t now_ns) {
    struct demo_stack *stack = owner;
    struct error err = {0};
    (void)now_ns;
    stack->begin = NULL;
    if (make_place(stack->plan, &err)) {
        stack->log = demo_log_new(stack->loop, &stack->plan->place, &err);
    }
    if (stack->log) {
        start_next(stack);
    } else {
        fail(stack, &err);
    }
}

void demo_stack_free(struct demo_stack *stack) {
    if (!stack) return;
    loop_timer_free(stack->trim);
    loop_timer_free(stack->begin);
    demo_lease_free(stack->lease);
    for (unsigned i = 0; i < stack->part_count; i++) demo_part_free(stack->parts[i]);
    demo_log_free(stack->log);
    free(stack);
}

static void on_trim(void *owner, uint64_t now_ns) {
    struct demo_stack *stack = owner;
    (void)now_ns;
    for (unsigned i = 0; i < stack->part_count; i++) {
        demo_part_trim_log(stack->parts[i]);
    }
}

static void become_ready(struct demo_stack *stack) {
    struct error err = {0};
    if (!make_file(stack->plan, "target.yaml", demo_plan_target, &err)) {
        fail(stack, &err);
        return;
    }
    stack->ready = true;
    stack->handlers.on_ready(stack->owner);
}

static void start_next(struct demo_stack *stack) {
    struct error err = {0};
    if (stack->next == stack->part_count) {
        become_ready(stack);
    } else if (!demo_part_start(stack->parts[stack->next], &err)) {
        fail(stack, &err);
    }
}

static bool nothing_runs(const struct demo_stack *stack) {
    for (unsigned i = 0; i < stack->part_count; i++) {
        if (demo_part_is_up(stack->parts[i])) return false;
    }
    return true;
}

static void tell_death(struct demo_stack *stack, const struct demo_part *part) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%s ", demo_part_name(part));
    demo_part_last_words(part, &text);
    if (stack->ready) {
        stack->handlers.on_ended(stack->owner, words);
        return;
    }
    struct error err = {0};
    error_set(&err, ERROR_SYSTEM, "%s", words);
    fail(stack, &err);
}

static void on_part_change(void *owner, struct demo_part *part) {
    struct demo_stack *stack = owner;
    if (stack->stopping) {
        if (nothing_runs(stack)) stack->handlers.on_stopped(stack->owner);
        return;
    }
    if (demo_part_state(part) == DEMO_PART_DIED) tell_death(stack, part);
    if (demo_part_state(part) != DEMO_PART_RUNNING || stack->ready) return;
    if (strcmp(demo_part_name(part), "router") == 0) {
        stack->lease = demo_lease_new(stack->loop, stack->plan);
    }
    stack->next++;
    start_next(stack);
}

static void on_nothing_ran(void *owner, uint64_t now_ns) {
    struct demo_stack *stack = owner;
    (void)now_ns;
    stack->handlers.on_stopped(stack->owner);
}

void demo_stack_stop(struct demo_stack *stack) {
    if (stack->stopping) return;
    stack->stopping = true;
    loop_timer_free(stack->begin);
    stack->begin = NULL;
    demo_lease_free(stack->lease);
    stack->lease = NULL;
    for (unsigned i = stack->part_count; i > 0; i--) {
        demo_part_stop(stack->parts[i - 1], DEMO_STOP_S);
    }
    if (nothing_runs(stack)) loop_after(stack->loop, 0, on_nothing_ran, stack);
}

static struct demo_part *find_part(
    const struct demo_stack *stack, const char *name, struct error *err) {
    char known[ERROR_MESSAGE_SIZE];
    struct text text = TEXT_IN(known);
    for (unsigned i = 0; i < stack->part_count; i++) {
        struct demo_part *part = stack->parts[i];
        if (strcmp(demo_part_name(part), name) == 0) return part;
        text_addf(&text, " %s", demo_part_name(part));
    }
    error_set(err, ERROR_NOT_FOUND, "no part \"%s\"; there are:%s", name, known);
    return NULL;
}

bool demo_stack_stop_part(
    struct demo_stack *stack, const char *name, struct error *err) {
    struct demo_part *part = find_part(stack, name, err);
    if (!part) return false;
    if (!demo_part_is_up(part) && demo_part_state(part) != DEMO_PART_DIED) {
        return error_set(err, ERROR_CONFLICT, "%s does not run", name);
    }
    demo_part_stop(part, DEMO_DRAIN_S);
    return true;
}

bool demo_stack_start_part(
    struct demo_stack *stack, const char *name, struct error *err) {
    struct demo_part *part = find_part(stack, name, err);
    return part && demo_part_start(part, err);
}

/* Starts or stops the worker of that number;
 * made when it is wanted for the first time. */
static bool set_worker(
    struct demo_stack *stack, enum track track, unsigned number, bool wanted,
    struct error *err) {
    struct demo_start start;
    struct error absent = {0};
    demo_plan_worker(stack->plan, track, number, &start);
    struct demo_part *part = find_part(stack, start.name, &absent);
    if (!wanted) {
        if (part) demo_part_stop(part, DEMO_DRAIN_S);
        return true;
    }
    if (!part) part = add_part(stack, &start);
    return demo_part_is_up(part) || demo_part_start(part, err);
}

bool demo_stack_scale_part(
    struct demo_stack *stack, const char *name, unsigned count, struct error *err) {
    static const char *const names[TRACK_COUNT] = {"worker-stable", "worker-canary"};
    unsigned track = 0;
    while (track < TRACK_COUNT && strcmp(names[track], name) != 0) track++;
    if (track == TRACK_COUNT) {
        return error_set(
            err, ERROR_USAGE, "only workers can be scaled: %s, %s", names[0], names[1]);
    }
    if (count > DEMO_WORKERS_MAX) {
        return error_set(
            err, ERROR_LIMIT, "%u workers: expected 0 to %d", count, DEMO_WORKERS_MAX);
    }
    for (unsigned number = 1; number <= DEMO_WORKERS_MAX; number++) {
        bool wanted = number <= count;
        if (!set_worker(stack, (enum track)track, number, wanted, err)) return false;
    }
    return true;
}

void demo_stack_describe(const struct demo_stack *stack, struct buffer *to) {
    const struct demo_plan *plan = stack->plan;
    buffer_addf(to, "name    %s\n", plan->place.name);
    buffer_addf(to, "users   http://127.0.0.1:%u\n", plan->front_port);
    buffer_addf(to, "stable  http://127.0.0.1:%u\n", plan->agent_ports[TRACK_STABLE]);
    buffer_addf(to, "canary  http://127.0.0.1:%u\n", plan->agent_ports[TRACK_CANARY]);
    if (!plan->real_model) {
        buffer_addf(to, "model   http://127.0.0.1:%u\n", plan->model_port);
    }
    buffer_addf(to, "redis   unix://%s/redis.sock\n", plan->place.folder);
    if (plan->users_max < DEMO_USERS_MAX) {
        buffer_addf(
            to, "limit   %u users at once: too few descriptors for more (ulimit -Hn)\n",
            (unsigned)plan->users_max);
    }
    for (unsigned i = 0; i < stack->part_count; i++) {
        const struct demo_part *part = stack->parts[i];
        buffer_addf(
            to, "part    %-16s %-8s %d\n", demo_part_name(part),
            demo_part_state_name(demo_part_state(part)), (int)demo_part_pid(part));
    }
    if (stack->log) demo_log_describe(stack->log, to);
}
