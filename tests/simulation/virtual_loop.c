/* SPDX-License-Identifier: MIT */
#include "simulation/virtual_loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "core/random.h"

enum { WORK_US_MAX = 200 * 1000, HEARD_US_MAX = 20 * 1000 };

#define FIRST_NS UINT64_C(1000000000000)
static const int64_t first_wall_ms = 1800000000000;

struct loop_timer {
    struct loop *loop;
    struct loop_timer *next;
    uint64_t due_ns, order, interval_ns; /* 0: once */
    loop_timer_fn on_time;
    void *owner;
};

struct loop_work {
    struct loop *loop;
    struct loop_work *next;
    loop_work_fn work;
    void *data;
    loop_work_done_fn on_done;
    void *owner;
    struct loop_timer *timer; /* until the thread has done it, or is heard of */
    bool is_done;
};

struct loop {
    struct loop_work *works;   /* the first one is in hand */
    uint64_t busy_ns, idle_ns; /* since when there were some, and none */
    bool is_frozen, is_over;
};

/* Time is one for all, as outside: loop_clock_ns() knows of no loop. */
static struct {
    uint64_t now_ns, orders;
    struct loop_timer *timers;
    struct random random;
    virtual_loop_work_fn on_work;
    void *owner;
} here;

void virtual_loop_begin(uint64_t seed) {
    ensure(!here.timers);
    here.now_ns = FIRST_NS;
    here.orders = 0;
    random_seed(&here.random, seed);
}

void virtual_loop_watch_works(virtual_loop_work_fn on_work, void *owner) {
    here.on_work = on_work;
    here.owner = owner;
}

/* Time */

uint64_t loop_clock_ns(void) {
    return here.now_ns;
}

uint64_t loop_now_ns(const struct loop *loop) {
    (void)loop;
    return here.now_ns;
}

int64_t loop_wall_ms(void) {
    return first_wall_ms + (int64_t)((here.now_ns - FIRST_NS) / NS_PER_MS);
}

void loop_boot_id(uint8_t id[16]) {
    memset(id, 1, 16);
}

void loop_random(void *bytes, size_t length) {
    uint8_t *to = bytes;
    for (size_t i = 0; i < length; i++) to[i] = (uint8_t)random_next(&here.random);
}

/* Timers */

static struct loop_timer *add_timer(
    struct loop *loop, uint64_t delay_ns, loop_timer_fn on_time, void *owner) {
    struct loop_timer *timer = memory_new(sizeof *timer);
    *timer = (struct loop_timer){
        .loop = loop,
        .next = here.timers,
        .due_ns = here.now_ns + delay_ns,
        .order = here.orders++,
        .on_time = on_time,
        .owner = owner,
    };
    here.timers = timer;
    return timer;
}

struct loop_timer *loop_after(
    struct loop *loop, uint64_t delay_ns, loop_timer_fn on_time, void *owner) {
    return add_timer(loop, delay_ns, on_time, owner);
}

struct loop_timer *loop_soon(struct loop *loop, loop_timer_fn on_time, void *owner) {
    return add_timer(loop, 0, on_time, owner);
}

struct loop_timer *loop_every(
    struct loop *loop, uint64_t interval_ns, loop_timer_fn on_time, void *owner) {
    struct loop_timer *timer = add_timer(loop, interval_ns, on_time, owner);
    timer->interval_ns = interval_ns;
    return timer;
}

void loop_timer_free(struct loop_timer *timer) {
    if (!timer) return;
    struct loop_timer **link = &here.timers;
    while (*link != timer) link = &(*link)->next;
    *link = timer->next;
    free(timer);
}

static bool is_before(const struct loop_timer *timer, const struct loop_timer *other) {
    if (!other) return true;
    if (timer->due_ns != other->due_ns) return timer->due_ns < other->due_ns;
    return timer->order < other->order;
}

bool virtual_loop_turn(uint64_t until_ns) {
    struct loop_timer *first = NULL;
    for (struct loop_timer *timer = here.timers; timer; timer = timer->next) {
        bool runs = !timer->loop->is_frozen && !timer->loop->is_over;
        if (runs && is_before(timer, first)) first = timer;
    }
    if (!first || first->due_ns > until_ns) {
        here.now_ns = until_ns;
        return false;
    }
    if (first->due_ns > here.now_ns) here.now_ns = first->due_ns;
    loop_timer_fn on_time = first->on_time;
    void *owner = first->owner;
    if (first->interval_ns > 0) {
        first->due_ns = here.now_ns + first->interval_ns;
        first->order = here.orders++;
    } else {
        loop_timer_free(first);
    }
    on_time(owner, here.now_ns);
    return true;
}

/* Loops */

struct loop *loop_new(void) {
    return memory_new(sizeof(struct loop));
}

void loop_free(struct loop *loop) {
    for (struct loop_timer *timer = here.timers; timer; timer = timer->next) {
        ensure(timer->loop != loop);
    }
    ensure(!loop->works);
    free(loop);
}

void loop_stop(struct loop *loop) {
    loop->is_over = true;
}

bool virtual_loop_is_over(const struct loop *loop) {
    return loop->is_over;
}

void virtual_loop_freeze(struct loop *loop, bool frozen) {
    loop->is_frozen = frozen;
}

/* Works */

static void on_thread(void *owner, uint64_t now_ns);
static void on_heard(void *owner, uint64_t now_ns);

static uint64_t some_ns(uint64_t most_us) {
    return random_below(&here.random, most_us) * NS_PER_US;
}

static void begin_first(struct loop *loop) {
    struct loop_work *work = loop->works;
    if (work && !work->timer) {
        work->timer = add_timer(loop, some_ns(WORK_US_MAX), on_thread, work);
    }
}

struct loop_work *loop_work_new(
    struct loop *loop, loop_work_fn work, void *data, loop_work_done_fn on_done,
    void *owner) {
    struct loop_work *added = memory_new(sizeof *added);
    *added = (struct loop_work){
        .loop = loop,
        .work = work,
        .data = data,
        .on_done = on_done,
        .owner = owner,
    };
    if (!loop->works && loop->idle_ns != here.now_ns) loop->busy_ns = here.now_ns;
    struct loop_work **link = &loop->works;
    while (*link) link = &(*link)->next;
    *link = added;
    begin_first(loop);
    return added;
}

static void carry_out(struct loop_work *work) {
    work->is_done = true;
    work->work(work->data);
    if (here.on_work) here.on_work(here.owner, work->loop);
}

static void on_thread(void *owner, uint64_t now_ns) {
    struct loop_work *work = owner;
    (void)now_ns;
    carry_out(work);
    work->timer = add_timer(work->loop, some_ns(HEARD_US_MAX), on_heard, work);
}

static void remove_work(struct loop_work *work) {
    struct loop *loop = work->loop;
    struct loop_work **link = &loop->works;
    while (*link != work) link = &(*link)->next;
    *link = work->next;
    if (!loop->works) loop->idle_ns = here.now_ns;
    loop_timer_free(work->timer);
    free(work);
}

static void on_heard(void *owner, uint64_t now_ns) {
    struct loop_work *work = owner;
    struct loop *loop = work->loop;
    loop_work_done_fn on_done = work->on_done;
    void *done_owner = work->owner;
    (void)now_ns;
    work->timer = NULL;
    remove_work(work);
    begin_first(loop);
    on_done(done_owner);
}

void loop_work_free(struct loop_work *work, void (*free_data)(void *)) {
    void *data = work->data;
    remove_work(work);
    if (free_data) free_data(data);
}

uint64_t virtual_loop_busy_ns(const struct loop *loop) {
    bool is_busy = loop->works || loop->idle_ns == here.now_ns;
    return is_busy ? here.now_ns - loop->busy_ns : 0;
}

void virtual_loop_kill(struct loop *loop) {
    struct loop_work *work = loop->works;
    bool had_it = random_below(&here.random, 2) == 0;
    if (work && !work->is_done && had_it) carry_out(work);
    loop->is_over = true;
}
