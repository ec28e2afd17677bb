/* SPDX-License-Identifier: MIT */
#include "io/alarm.h"

#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "io/loop.h"

struct alarm {
    int descriptor;
    struct loop_watch *watch;
    alarm_fn on_alarm;
    void *owner;
};

static void on_ready(void *owner, unsigned ready) {
    (void)ready;
    struct alarm *alarm = owner;
    uint64_t times = 0;
    /* Nothing to read: it was set again in the meantime. */
    if (read(alarm->descriptor, &times, sizeof times) != sizeof times) return;
    alarm->on_alarm(alarm->owner, loop_clock_ns());
}

struct alarm *alarm_new(struct loop *loop, alarm_fn on_alarm, void *owner) {
    struct alarm *alarm = memory_new(sizeof *alarm);
    alarm->descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    ensure(alarm->descriptor > STDERR_FILENO);
    alarm->on_alarm = on_alarm;
    alarm->owner = owner;
    alarm->watch = loop_watch_new(loop, alarm->descriptor, on_ready, alarm);
    loop_watch_set(alarm->watch, LOOP_READABLE);
    return alarm;
}

void alarm_free(struct alarm *alarm) {
    if (!alarm) return;
    loop_watch_free(alarm->watch);
    close(alarm->descriptor);
    free(alarm);
}

void alarm_set(struct alarm *alarm, uint64_t due_ns) {
    if (due_ns == 0) due_ns = 1; /* zero would switch it off */
    struct itimerspec due = {
        .it_value = {
            .tv_sec = (time_t)(due_ns / NS_PER_S),
            .tv_nsec = (long)(due_ns % NS_PER_S)}};
    ensure(timerfd_settime(alarm->descriptor, TFD_TIMER_ABSTIME, &due, NULL) == 0);
}
