/* SPDX-License-Identifier: MIT */
#include "load/crowd.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "core/load_level.h"
#include "core/load_turn.h"
#include "load/backlog.h"
#include "load/client.h"
#include "load/due.h"
#include "load/errand.h"
#include "load/load_run.h"

enum { CHUNK = 64, CHUNKS_MAX = LOAD_USERS_MAX / CHUNK + 1, MILLI = 1000 };

/* A user whom no connection was made for tries again after that, whatever it thinks: a
 * target that is gone is not to be asked as fast as it refuses. */
static const uint64_t refused_pause_ns = 100 * NS_PER_MS;

struct crowd {
    struct load_run *run; /* borrowed */
    struct load_level level;
    struct due due;
    struct client *chunks[CHUNKS_MAX]; /* CHUNK clients each */
    struct client **free;              /* clients without a turn; a stack */
    uint32_t client_count, free_count, free_capacity;
    uint32_t client_max;
    uint64_t users; /* that are present */
    uint64_t users_wanted;
    uint64_t look_ns;     /* when the number of users changes; loop_clock_ns() */
    uint64_t start_count; /* arrivals so far */
    uint64_t start_ns;    /* when the next one is due; loop_clock_ns() */
    struct backlog backlog;
    bool serving; /* the backlog */
};

static bool has_users(const struct crowd *crowd) {
    return crowd->run->plan->model == LOAD_USERS;
}

static uint64_t at(const struct crowd *crowd, uint64_t since_start_ns) {
    if (since_start_ns == LOAD_NEVER) return LOAD_NEVER;
    return crowd->run->start_ns + since_start_ns;
}

static uint64_t since_start(const struct crowd *crowd, uint64_t now_ns) {
    return now_ns > crowd->run->start_ns ? now_ns - crowd->run->start_ns : 0;
}

static void find_next_start(struct crowd *crowd) {
    crowd->start_ns = at(
        crowd, load_level_start(&crowd->level, crowd->run->plan, crowd->start_count));
}

struct crowd *crowd_new(struct load_run *run) {
    struct crowd *crowd = memory_new(sizeof *crowd);
    crowd->run = run;
    load_level_begin(&crowd->level, run->plan);
    crowd->client_max = LOAD_USERS_MAX;
    crowd->look_ns = crowd->start_ns = LOAD_NEVER;
    if (has_users(crowd)) {
        crowd->look_ns = run->start_ns;
    } else {
        crowd->client_max =
            (uint32_t)load_plan_share(run->plan, run->plan->connections_max);
        find_next_start(crowd);
    }
    return crowd;
}

static struct client *client_at(const struct crowd *crowd, uint32_t index) {
    return &crowd->chunks[index / CHUNK][index % CHUNK];
}

void crowd_stop(struct crowd *crowd) {
    for (uint32_t i = 0; i < crowd->client_count; i++) {
        struct client *client = client_at(crowd, i);
        client_stop(client);
        if (!client->present) continue;
        client->present = false;
        crowd->users--;
    }
    struct backlog_entry entry;
    while (backlog_take(&crowd->backlog, &entry)) {
        crowd->run->report->rows[entry.task].dropped++;
    }
}

void crowd_free(struct crowd *crowd) {
    if (!crowd) return;
    crowd_stop(crowd);
    for (size_t i = 0; i < CHUNKS_MAX; i++) free(crowd->chunks[i]);
    free(crowd->free);
    backlog_clear(&crowd->backlog);
    due_clear(&crowd->due);
    free(crowd);
}

bool crowd_is_idle(const struct crowd *crowd) {
    return crowd->run->busy == 0 && crowd->backlog.count == 0;
}

/* Clients */

static void put_back(struct crowd *crowd, struct client *client) {
    if (crowd->free_count == crowd->free_capacity) {
        crowd->free_capacity += CHUNK;
        crowd->free =
            memory_resize(crowd->free, crowd->free_capacity * sizeof(struct client *));
    }
    crowd->free[crowd->free_count++] = client;
}

/* The one that was used last has the warmest
 * connection; NULL when there are no more. */
static struct client *take_free(struct crowd *crowd) {
    if (crowd->free_count > 0) return crowd->free[--crowd->free_count];
    if (crowd->client_count == crowd->client_max) return NULL;
    uint32_t index = crowd->client_count++;
    struct client **chunk = &crowd->chunks[index / CHUNK];
    if (!*chunk) *chunk = memory_new_array(CHUNK, sizeof **chunk);
    struct client *client = client_at(crowd, index);
    const struct load_plan *plan = crowd->run->plan;
    client->run = crowd->run;
    client->number = index * plan->shards + plan->shard;
    return client;
}

static bool may_begin(const struct crowd *crowd) {
    return !crowd->run->draining && crowd->run->requests_left > 0;
}

/* Users */

static void leave(struct crowd *crowd, struct client *client) {
    client->present = false;
    crowd->users--;
    client_stop(client);
    put_back(crowd, client);
}

static void begin(struct crowd *crowd, struct client *client, uint64_t intended_ns) {
    if (!may_begin(crowd) || crowd->users > crowd->users_wanted) {
        leave(crowd, client);
        return;
    }
    uint32_t task = load_turn_task(crowd->run->plan, &crowd->run->random);
    crowd->run->report->rows[task].wanted++;
    client_begin(client, task, intended_ns);
}

/* Whoever thinks can go at once; others go after their answer. */
static bool stays(void *owner, struct client *client) {
    struct crowd *crowd = owner;
    bool thinks = client->state == CLIENT_FREE;
    if (!thinks || crowd->users <= crowd->users_wanted) return true;
    leave(crowd, client);
    return false;
}

static void let_users_come(struct crowd *crowd, uint64_t now_ns) {
    while (crowd->look_ns <= now_ns) {
        uint64_t due_ns = crowd->look_ns, next_ns = LOAD_NEVER;
        uint64_t users =
            load_level_users(&crowd->level, since_start(crowd, due_ns), &next_ns);
        crowd->users_wanted = load_plan_share(crowd->run->plan, users);
        crowd->look_ns = at(crowd, next_ns);
        if (crowd->users > crowd->users_wanted) due_thin(&crowd->due, stays, crowd);
        while (may_begin(crowd) && crowd->users < crowd->users_wanted) {
            struct client *client = take_free(crowd);
            if (!client) return;
            client->present = true;
            crowd->users++;
            begin(crowd, client, due_ns);
        }
    }
}

static void rest(struct crowd *crowd, struct client *client, uint64_t now_ns) {
    struct load_run *run = crowd->run;
    if (!may_begin(crowd)) {
        leave(crowd, client);
        return;
    }
    uint64_t next_ns = load_turn_next(run->plan, &run->random, client->turn_ns, now_ns);
    bool refused = client->sent_ns < client->intended_ns && !client->strand;
    if (refused && next_ns < now_ns + refused_pause_ns) {
        next_ns = now_ns + refused_pause_ns;
    }
    if (next_ns <= now_ns) {
        begin(crowd, client, next_ns);
    } else {
        due_add(&crowd->due, next_ns, client);
    }
}

/* Arrivals */

static void serve_backlog(struct crowd *crowd) {
    if (crowd->serving) return;
    crowd->serving = true;
    while (crowd->backlog.count > 0 && crowd->run->requests_left > 0) {
        struct client *client = take_free(crowd);
        if (!client) break;
        struct backlog_entry entry = {0};
        backlog_take(&crowd->backlog, &entry);
        client->waited = true;
        client_begin(client, entry.task, entry.intended_ns);
    }
    crowd->serving = false;
}

static void start(struct crowd *crowd, uint64_t intended_ns) {
    struct load_run *run = crowd->run;
    uint32_t task = load_turn_task(run->plan, &run->random);
    struct load_row *row = &run->report->rows[task];
    row->wanted++;
    struct client *client = crowd->backlog.count == 0 ? take_free(crowd) : NULL;
    if (client) {
        client->waited = false;
        client_begin(client, task, intended_ns);
        return;
    }
    run->report->health.waited++;
    if (!backlog_add(&crowd->backlog, (struct backlog_entry){intended_ns, task})) {
        row->dropped++;
    }
}

static void start_what_is_due(struct crowd *crowd, uint64_t now_ns) {
    while (crowd->start_ns <= now_ns && may_begin(crowd)) {
        uint64_t intended_ns = crowd->start_ns;
        crowd->start_count++;
        find_next_start(crowd);
        start(crowd, intended_ns);
    }
}

/* Both */

static void wake(struct crowd *crowd, uint64_t now_ns) {
    uint64_t due_ns = 0;
    struct client *client;
    while ((client = due_take(&crowd->due, now_ns, &due_ns))) {
        if (client->state == CLIENT_PAUSING) {
            client_poll(client, due_ns);
        } else {
            begin(crowd, client, due_ns);
        }
    }
}

uint64_t crowd_advance(struct crowd *crowd, uint64_t now_ns) {
    if (may_begin(crowd)) {
        if (has_users(crowd)) {
            let_users_come(crowd, now_ns);
        } else {
            start_what_is_due(crowd, now_ns);
        }
    }
    wake(crowd, now_ns);
    uint64_t next_ns = due_next(&crowd->due);
    if (!may_begin(crowd)) return next_ns;
    uint64_t level_ns = has_users(crowd) ? crowd->look_ns : crowd->start_ns;
    return level_ns < next_ns ? level_ns : next_ns;
}

void crowd_time_out(struct crowd *crowd, uint64_t now_ns) {
    for (uint32_t i = 0; i < crowd->client_count; i++) {
        struct client *client = client_at(crowd, i);
        if (client->deadline_ns == 0 || now_ns < client->deadline_ns) continue;
        client_time_out(client, now_ns);
    }
}

void crowd_set_level(struct crowd *crowd, double level, uint64_t now_ns) {
    load_level_set(
        &crowd->level, since_start(crowd, now_ns), level,
        crowd->run->plan->spawn_per_s);
    if (has_users(crowd)) {
        crowd->look_ns = now_ns;
    } else {
        find_next_start(crowd);
    }
}

void crowd_measure(const struct crowd *crowd, uint64_t now_ns) {
    const struct load_run *run = crowd->run;
    struct load_gauges *gauges = &run->report->gauges;
    double level = load_level_at(&crowd->level, since_start(crowd, now_ns));
    gauges->level_milli = has_users(crowd)
                              ? MILLI * crowd->users_wanted
                              : units_whole(level * MILLI / run->plan->shards);
    if (run->draining) gauges->level_milli = 0;
    gauges->users = crowd->users;
    gauges->in_flight = run->in_flight;
    gauges->waiting = crowd->backlog.count;
    gauges->connections = run->connections;
}

void crowd_on_turn_end(struct crowd *crowd, struct client *client, uint64_t now_ns) {
    if (has_users(crowd)) {
        rest(crowd, client, now_ns);
        return;
    }
    put_back(crowd, client);
    serve_backlog(crowd);
}

void crowd_on_pause(struct crowd *crowd, struct client *client, uint64_t due_ns) {
    due_add(&crowd->due, due_ns, client);
}
