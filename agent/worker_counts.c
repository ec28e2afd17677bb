/* SPDX-License-Identifier: MIT */
#include "agent/worker_counts.h"

#include <stdio.h>

#include "agent/agent.h"
#include "agent/job_queue.h"
#include "agent/redis_args.h"
#include "agent/registry.h"
#include "base/text.h"
#include "base/units.h"
#include "core/decimal.h"
#include "io/loop.h"
#include "io/redis.h"

enum { LINES_MAX = 256 * 1024, RUN_BYTES = 16 };

static const uint64_t timeout_ns = 2 * NS_PER_S;

/* KEYS: the totals, what was added to them of this worker. ARGV: the run, the lines.
 * What another run of the worker has sent is in the totals already. */
static const char send_script[] =
    "if redis.call('HGET', KEYS[2], 'run') ~= ARGV[1] then\n"
    "  redis.call('DEL', KEYS[2])\n"
    "  redis.call('HSET', KEYS[2], 'run', ARGV[1])\n"
    "end\n"
    "for series, value in string.gmatch(ARGV[2], '([^\\n]+) ([^ \\n]+)\\n') do\n"
    "  local by = value - (redis.call('HGET', KEYS[2], series) or 0)\n"
    "  if by > 0 then\n"
    "    redis.call('HINCRBYFLOAT', KEYS[1], series, string.format('%.17g', by))\n"
    "    redis.call('HSET', KEYS[2], series, value)\n"
    "  end\n"
    "end\n"
    "redis.call('EXPIRE', KEYS[2], 86400)\n"
    "return 'kept'\n";

static void on_sent(void *owner, const struct redis_result *result);

void worker_counts_init(
    struct worker_counts *counts, struct agent *agent, const struct job_queue *queue,
    const char *worker) {
    uint8_t random[RUN_BYTES];
    *counts = (struct worker_counts){
        .agent = agent, .queue = queue, .worker = worker, .all = true};
    loop_random(random, sizeof random);
    struct text run = TEXT_IN(counts->run);
    for (size_t i = 0; i < sizeof random; i++) text_addf(&run, "%02x", random[i]);
}

void worker_counts_clear(struct worker_counts *counts) {
    if (counts->agent) redis_cancel_all(counts->agent->redis, counts);
}

/* An empty message keeps what Redis has of this run from going away. */
void worker_counts_send(struct worker_counts *counts) {
    struct buffer lines;
    struct redis_args args;
    buffer_init(&lines, LINES_MAX);
    registry_write_counters(counts->agent->registry, counts->all, &lines);
    counts->all = lines.overflow;
    redis_args_init(&args);
    redis_args_add_string(&args, "EVAL");
    redis_args_add_string(&args, send_script);
    redis_args_add_int(&args, 2);
    redis_args_addf(&args, "counts:%s", counts->queue->version);
    redis_args_addf(&args, "counts:%s:%s", counts->queue->version, counts->worker);
    redis_args_add_string(&args, counts->run);
    redis_args_add(&args, buffer_slice(&lines));
    if (!lines.overflow) {
        redis_command(
            counts->agent->redis, args.items, args.count, timeout_ns, on_sent, counts);
    }
    buffer_clear(&lines);
}

static void on_sent(void *owner, const struct redis_result *result) {
    struct worker_counts *counts = owner;
    bool is_kept = result->reply && result->reply->kind != REDIS_ERROR;
    if (!is_kept) counts->all = true;
}

uint64_t worker_counts_ask(
    const struct job_queue *queue,
    void (*done)(void *owner, const struct redis_result *result), void *owner) {
    struct redis_args args;
    redis_args_init(&args);
    redis_args_add_string(&args, "HGETALL");
    redis_args_addf(&args, "counts:%s", queue->version);
    return redis_command(queue->redis, args.items, args.count, timeout_ns, done, owner);
}

void worker_counts_read(struct registry *totals, const struct redis_reply *reply) {
    for (size_t i = 0; i < FAMILY_COUNT; i++) registry_unset(totals, (enum family)i);
    size_t count = reply && reply->kind == REDIS_LIST ? reply->count : 0;
    for (size_t i = 0; i + 1 < count; i += 2) {
        const struct redis_reply *pair = &reply->items[i];
        struct scan number = scan_of(pair[1].string);
        double value = 0;
        if (pair[0].kind != REDIS_STRING || pair[1].kind != REDIS_STRING) continue;
        if (!decimal_take(&number, &value) || !scan_done(&number)) continue;
        (void)registry_set_counter(totals, pair[0].string, value);
    }
}
