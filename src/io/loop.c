/* SPDX-License-Identifier: MIT */
#include "io/loop.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include <uv.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"

/* Timers come and go with every request, and closing a handle
 * costs a turn of the loop: a few are kept. Not under a sanitizer,
 * which watches for those used after their end. */
#if defined __SANITIZE_ADDRESS__
enum { SPARE_TIMERS_MAX = 0 };
#else
enum { SPARE_TIMERS_MAX = 64 };
#endif

struct loop {
    uv_loop_t uv;
    struct loop_timer *spare_timers; /* loop_timer.next */
    unsigned spare_count;
    uint64_t callback_ns;           /* when the running callback of this file started */
    struct loop_work *first, *last; /* loop_work.next; only the first one runs */
};

struct loop_timer {
    uv_timer_t uv;
    struct loop *loop; /* borrowed */
    uint64_t due_ns;
    uint64_t interval_ns;    /* 0 for a timer that fires once */
    struct loop_timer *next; /* while it is spare */
    loop_timer_fn on_time;
    void *owner;
};

struct loop_signal {
    uv_signal_t uv;
    struct loop *loop; /* borrowed */
    loop_signal_fn on_signal;
    void *owner;
};

struct loop_watch {
    uv_poll_t uv;
    struct loop *loop; /* borrowed */
    unsigned wanted;
    loop_watch_fn on_ready;
    void *owner;
};

struct loop_work {
    uv_work_t uv;
    struct loop *loop; /* borrowed */
    struct loop_work *next;
    loop_work_fn work;
    void *data;
    loop_work_done_fn on_done; /* NULL once freed */
    void *owner;
    void (*free_data)(void *);
};

struct loop *loop_new(void) {
    struct loop *loop = memory_new(sizeof *loop);
    ensure(uv_loop_init(&loop->uv) == 0);
    /* A name server that is gone must not hold the end of the program for long. */
    setenv(
        "RES_OPTIONS", "timeout:2 attempts:2", 0); /* NOLINT(concurrency-mt-unsafe) */
    /* A peer that is gone and a file that is full are errors of the write, not the end
     * of the program. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return loop;
}

static void refuse_leak(uv_handle_t *handle, void *unused) {
    (void)unused;
    if (uv_is_closing(handle)) return;
    panic("a %s was never freed", uv_handle_type_name(uv_handle_get_type(handle)));
}

static void free_handle(uv_handle_t *handle) {
    free(handle->data);
}

static void close_spare_timers(struct loop *loop) {
    struct loop_timer *timer;
    while ((timer = loop->spare_timers)) {
        loop->spare_timers = timer->next;
        uv_close((uv_handle_t *)&timer->uv, free_handle);
    }
}

void loop_free(struct loop *loop) {
    if (!loop) return;
    close_spare_timers(loop);
    uv_walk(&loop->uv, refuse_leak, NULL);
    for (struct loop_work *work = loop->first; work; work = work->next) {
        ensure(!work->on_done);
    }
    while (uv_run(&loop->uv, UV_RUN_DEFAULT) != 0) continue;
    ensure(uv_loop_close(&loop->uv) == 0);
    free(loop);
}

void loop_run(struct loop *loop) {
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop) {
    uv_stop(&loop->uv);
}

struct uv_loop_s *loop_uv(struct loop *loop) {
    return &loop->uv;
}

/* Time */

uint64_t loop_now_ns(const struct loop *loop) {
    /* libuv's own time is the later one in callbacks of other files. */
    uint64_t turn_ns = uv_now(&loop->uv) * NS_PER_MS;
    return turn_ns > loop->callback_ns ? turn_ns : loop->callback_ns;
}

uint64_t loop_clock_ns(void) {
    return uv_hrtime();
}

int64_t loop_wall_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / (int64_t)NS_PER_MS;
}

static void enter_callback(struct loop *loop) {
    loop->callback_ns = uv_hrtime();
}

/* Timers */

static void on_uv_timer(uv_timer_t *uv);

static void arm(struct loop_timer *timer) {
    /* uv counts whole milliseconds from a time that may be old: aim at the first one
     * that is not too early. */
    uint64_t due_ms = (timer->due_ns + NS_PER_MS - 1) / NS_PER_MS;
    uint64_t now_ms = uv_now(&timer->loop->uv);
    ensure(
        uv_timer_start(
            &timer->uv, on_uv_timer, due_ms > now_ms ? due_ms - now_ms : 0, 0) == 0);
}

static uint64_t add_saturating(uint64_t a, uint64_t b) {
    return b > UINT64_MAX / 2 - a ? UINT64_MAX / 2 : a + b;
}

static struct loop_timer *take_timer(struct loop *loop) {
    struct loop_timer *timer = loop->spare_timers;
    if (timer) {
        loop->spare_timers = timer->next;
        loop->spare_count--;
        timer->interval_ns = 0;
        return timer;
    }
    timer = memory_new(sizeof *timer);
    timer->loop = loop;
    timer->uv.data = timer;
    ensure(uv_timer_init(&loop->uv, &timer->uv) == 0);
    return timer;
}

static struct loop_timer *timer_new(
    struct loop *loop, uint64_t delay_ns, loop_timer_fn on_time, void *owner) {
    struct loop_timer *timer = take_timer(loop);
    timer->due_ns = add_saturating(uv_hrtime(), delay_ns);
    timer->on_time = on_time;
    timer->owner = owner;
    arm(timer);
    return timer;
}

struct loop_timer *loop_after(
    struct loop *loop, uint64_t delay_ns, loop_timer_fn on_time, void *owner) {
    return timer_new(loop, delay_ns, on_time, owner);
}

struct loop_timer *loop_soon(struct loop *loop, loop_timer_fn on_time, void *owner) {
    struct loop_timer *timer = take_timer(loop);
    timer->due_ns = uv_hrtime();
    timer->on_time = on_time;
    timer->owner = owner;
    ensure(uv_timer_start(&timer->uv, on_uv_timer, 0, 0) == 0);
    return timer;
}

struct loop_timer *loop_every(
    struct loop *loop, uint64_t interval_ns, loop_timer_fn on_time, void *owner) {
    ensure(interval_ns > 0);
    struct loop_timer *timer = timer_new(loop, interval_ns, on_time, owner);
    timer->interval_ns = interval_ns;
    return timer;
}

/* The next due time on the timer's own beat: beats that were missed are left out. */
static void arm_next(struct loop_timer *timer, uint64_t now_ns) {
    uint64_t late_ns = now_ns > timer->due_ns ? now_ns - timer->due_ns : 0;
    uint64_t beats = late_ns / timer->interval_ns + 1;
    timer->due_ns += beats * timer->interval_ns;
    arm(timer);
}

static void on_uv_timer(uv_timer_t *uv) {
    struct loop_timer *timer = uv->data;
    enter_callback(timer->loop);
    uint64_t now_ns = timer->loop->callback_ns;
    loop_timer_fn on_time = timer->on_time;
    void *owner = timer->owner;

    if (timer->interval_ns > 0) {
        arm_next(timer, now_ns);
    } else {
        loop_timer_free(timer);
    }
    on_time(owner, now_ns);
}

void loop_timer_free(struct loop_timer *timer) {
    if (!timer) return;
    struct loop *loop = timer->loop;
    if (loop->spare_count == SPARE_TIMERS_MAX) {
        uv_close((uv_handle_t *)&timer->uv, free_handle);
        return;
    }
    uv_timer_stop(&timer->uv);
    timer->next = loop->spare_timers;
    loop->spare_timers = timer;
    loop->spare_count++;
}

/* Signals */

static void on_uv_signal(uv_signal_t *uv, int number) {
    struct loop_signal *watch = uv->data;
    enter_callback(watch->loop);
    watch->on_signal(watch->owner, number);
}

struct loop_signal *loop_on_signal(
    struct loop *loop, int number, loop_signal_fn on_signal, void *owner) {
    struct loop_signal *watch = memory_new(sizeof *watch);
    watch->loop = loop;
    watch->on_signal = on_signal;
    watch->owner = owner;
    watch->uv.data = watch;
    ensure(uv_signal_init(&loop->uv, &watch->uv) == 0);
    ensure(uv_signal_start(&watch->uv, on_uv_signal, number) == 0);
    return watch;
}

void loop_signal_free(struct loop_signal *watch) {
    if (!watch) return;
    uv_close((uv_handle_t *)&watch->uv, free_handle);
}

/* Descriptors */

static void on_uv_poll(uv_poll_t *uv, int status, int events) {
    struct loop_watch *watch = uv->data;
    enter_callback(watch->loop);
    unsigned ready = 0;
    if (events & UV_READABLE) ready |= LOOP_READABLE;
    if (events & UV_WRITABLE) ready |= LOOP_WRITABLE;
    if (events & UV_DISCONNECT) ready |= LOOP_HANGUP;
    if (status < 0) {
        /* uv has stopped looking; the caller's read or write will say why. */
        ready = watch->wanted | LOOP_HANGUP;
        watch->wanted = 0;
    }
    watch->on_ready(watch->owner, ready);
}

struct loop_watch *loop_watch_new(
    struct loop *loop, int descriptor, loop_watch_fn on_ready, void *owner) {
    ensure(descriptor > STDERR_FILENO);
    struct loop_watch *watch = memory_new(sizeof *watch);
    watch->loop = loop;
    watch->on_ready = on_ready;
    watch->owner = owner;
    watch->uv.data = watch;
    ensure(uv_poll_init(&loop->uv, &watch->uv, descriptor) == 0);
    return watch;
}

void loop_watch_set(struct loop_watch *watch, unsigned wanted) {
    if (wanted == watch->wanted) return;
    watch->wanted = wanted;
    int events = 0;
    if (wanted & LOOP_READABLE) events |= UV_READABLE;
    if (wanted & LOOP_WRITABLE) events |= UV_WRITABLE;
    if (wanted & LOOP_HANGUP) events |= UV_DISCONNECT;
    int result = events ? uv_poll_start(&watch->uv, events, on_uv_poll)
                        : uv_poll_stop(&watch->uv);
    ensure(result == 0);
}

void loop_watch_free(struct loop_watch *watch) {
    if (!watch) return;
    uv_close((uv_handle_t *)&watch->uv, free_handle);
}

/* Work */

static void on_work_done(uv_work_t *uv, int status);

static void run_work(uv_work_t *uv) {
    struct loop_work *work = uv->data;
    work->work(work->data);
}

static void start_first(struct loop *loop) {
    if (!loop->first) return;
    ensure(uv_queue_work(&loop->uv, &loop->first->uv, run_work, on_work_done) == 0);
}

struct loop_work *loop_work_new(
    struct loop *loop, loop_work_fn work, void *data, loop_work_done_fn on_done,
    void *owner) {
    struct loop_work *item = memory_new(sizeof *item);
    item->loop = loop;
    item->work = work;
    item->data = data;
    item->on_done = on_done;
    item->owner = owner;
    item->uv.data = item;
    if (loop->first) {
        loop->last->next = item;
    } else {
        loop->first = item;
    }
    loop->last = item;
    if (loop->first == item) start_first(loop);
    return item;
}

static void on_work_done(uv_work_t *uv, int status) {
    struct loop_work *work = uv->data;
    struct loop *loop = work->loop;
    ensure(status == 0 && loop->first == work);
    enter_callback(loop);
    loop->first = work->next;
    start_first(loop);

    if (work->on_done) {
        work->on_done(work->owner);
    } else if (work->free_data) {
        work->free_data(work->data);
    }
    free(work);
}

static void unchain(struct loop *loop, struct loop_work *work) {
    struct loop_work *before = loop->first;
    while (before->next != work) before = before->next;
    before->next = work->next;
    if (loop->last == work) loop->last = before;
}

void loop_work_free(struct loop_work *work, void (*free_data)(void *)) {
    if (!work) return;
    work->on_done = NULL;
    work->free_data = free_data;
    if (work->loop->first == work) return; /* it runs: on_work_done() ends it */

    unchain(work->loop, work);
    if (free_data) free_data(work->data);
    free(work);
}
