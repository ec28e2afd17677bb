/* Rings at an absolute time, to the microsecond: loop_after() counts in milliseconds,
 * which is too coarse for a schedule of thousands of starts per second. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

struct alarm;
struct loop;

/* `now_ns` is loop_clock_ns() at the call. */
typedef void (*alarm_fn)(void *owner, uint64_t now_ns);

struct alarm *alarm_new(struct loop *loop, alarm_fn on_alarm, void *owner);
void alarm_free(struct alarm *alarm);

/* Rings once, soon when the time is over; a later call replaces an earlier one. */
void alarm_set(struct alarm *alarm, uint64_t due_ns);
