/* One part of a running demo: its process, its log and pid file, and whether it is up.
 *
 *                 start          ready
 *     STOPPED ------------> STARTING ------> RUNNING
 *        ^                     |                |
 *        +------ stop ---------+----------------+
 *                              |  it ended by itself
 *                              +--------------> DIED
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/text.h"
#include "demo_plan.h"

struct demo_part;
struct loop;

enum demo_part_state {
    DEMO_PART_STOPPED,
    DEMO_PART_STARTING,
    DEMO_PART_RUNNING,
    DEMO_PART_DIED
};

enum {
    DEMO_STOP_S = 3, /* when the whole demo ends */
    DEMO_DRAIN_S =
        30, /* for one part: longer than it gives itself to finish its work */
    DEMO_LOG_TAIL = 240, /* so that a message has room for it */
};

/* Told whenever the state changes; never inside a call. */
typedef void (*demo_part_fn)(void *owner, struct demo_part *part);

/* Stopped at first. Its output is appended to
 * parts/NAME.log in the folder of the plan. */
struct demo_part *demo_part_new(
    struct loop *loop, const struct demo_plan *plan, const struct demo_start *start,
    demo_part_fn on_change, void *owner);

/* Kills it if it still runs. */
void demo_part_free(struct demo_part *part);

/* One that is about to stop starts again as soon as it has. */
bool demo_part_start(struct demo_part *part, struct error *err);

/* SIGTERM, and SIGKILL after that time. Its pid file goes at once: that of one that
 * died stays until it is started or stopped, and names a process that is gone. */
void demo_part_stop(struct demo_part *part, unsigned grace_s);

const char *demo_part_name(const struct demo_part *part);
enum demo_part_state demo_part_state(const struct demo_part *part);
const char *demo_part_state_name(enum demo_part_state state);
pid_t demo_part_pid(const struct demo_part *part);  /* 0 when there is none */
bool demo_part_is_up(const struct demo_part *part); /* a process exists */

/* Keeps its log from growing without end: to be called now and then. */
void demo_part_trim_log(const struct demo_part *part);

/* Why it died, and the last lines of its log, sanitised. */
void demo_part_last_words(const struct demo_part *part, struct text *words);
