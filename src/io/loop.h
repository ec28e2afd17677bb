/* The event loop: one per program, one thread. The only header that knows what time it
 * is. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct loop;
struct loop_timer;
struct loop_signal;
struct loop_watch;

/* Ignores SIGPIPE and SIGXFSZ for the whole program. */
struct loop *loop_new(void);
/* Runs the loop until every handle has been closed; panics when one was leaked. */
void loop_free(struct loop *loop);

/* Runs until loop_stop(), or until nothing is left to wait for. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Monotonic: when the running callback started, to a millisecond; loop_clock_ns() asks
 * the kernel. */
uint64_t loop_now_ns(const struct loop *loop);
uint64_t loop_clock_ns(void);
int64_t loop_wall_ms(void);

/* 16 bytes that differ after every boot of the machine. */
void loop_boot_id(uint8_t id[16]);

/* Unpredictable bytes from the kernel. */
void loop_random(void *bytes, size_t length);

typedef void (*loop_timer_fn)(void *owner, uint64_t now_ns);

/* Once, after `delay_ns`; the timer is gone when its callback starts, so the callback's
 * first line forgets it. loop_timer_free(NULL) is fine. */
struct loop_timer *loop_after(
    struct loop *loop, uint64_t delay_ns, loop_timer_fn on_time, void *owner);

/* Once, when the loop turns: before the next millisecond, as of loop_after(). */
struct loop_timer *loop_soon(struct loop *loop, loop_timer_fn on_time, void *owner);
/* Again and again until freed, on a steady beat; a beat that was missed is left out. */
struct loop_timer *loop_every(
    struct loop *loop, uint64_t interval_ns, loop_timer_fn on_time, void *owner);
void loop_timer_free(struct loop_timer *timer);

typedef void (*loop_signal_fn)(void *owner, int number);
struct loop_signal *loop_on_signal(
    struct loop *loop, int number, loop_signal_fn on_signal, void *owner);
void loop_signal_free(struct loop_signal *watch);

/* Readiness of a descriptor that stays the caller's: no regular file, and never 0 to 2,
 * for it is made non-blocking. An error shows as everything wanted and LOOP_HANGUP, and
 * pauses. Free the watch before closing the descriptor. */
enum { LOOP_READABLE = 1, LOOP_WRITABLE = 2, LOOP_HANGUP = 4 };
typedef void (*loop_watch_fn)(void *owner, unsigned ready);
struct loop_watch *loop_watch_new(
    struct loop *loop, int descriptor, loop_watch_fn on_ready, void *owner);
void loop_watch_set(struct loop_watch *watch, unsigned wanted); /* 0 pauses */
void loop_watch_free(struct loop_watch *watch);

/* Blocking work on another thread, one at a time and in order; `on_done`, never NULL,
 * runs on the loop and the work is gone after it. After loop_work_free() it does not
 * run, nor does work that had not started; `free_data`, unless NULL, frees `data` as
 * soon as the thread has let go of it. */
struct loop_work;
typedef void (*loop_work_fn)(void *data);
typedef void (*loop_work_done_fn)(void *owner);
struct loop_work *loop_work_new(
    struct loop *loop, loop_work_fn work, void *data, loop_work_done_fn on_done,
    void *owner);
void loop_work_free(struct loop_work *work, void (*free_data)(void *));

/* For files of io only: the uv_loop_t. */
struct uv_loop_s *loop_uv(struct loop *loop);
