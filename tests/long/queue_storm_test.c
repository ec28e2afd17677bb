/* Jobs in a storm: workers are killed, Redis is ended and killed,
 * and every job is answered once. What became of the jobs is
 * read from Redis and over HTTP, not from what workers say.
 *
 *   queue_storm_test [JOBS [KILLS [SEED]]]    2000, 40 and 1 by default
 */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"
#include "core/random.h"
#include "io/loop.h"
#include "io/redis.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum {
    JOBS = 2000,
    KILLS = 40,
    RESTARTS = 2,
    WORKERS = 4,
    ORDERS = 16,      /* requests under way at once */
    AHEAD_MAX = 100,  /* jobs ordered and not finished */
    HARD_KILLS = 8,   /* of so many one at least hits a worker at work, */
    MANY_JOBS = 1000, /* and of so many some are handed in while Redis is away */
    ID_SIZE = 32,
    STATUS_ACCEPTED = 202,
};

static const uint64_t limit_ns = 240 * NS_PER_S;
static const uint64_t again_ns = 100 * NS_PER_MS;
static const uint64_t timeout_ns = 5 * NS_PER_S;
static const uint64_t strike_most_ms = 30;
static const uint64_t away_least_ms = 200;

static unsigned job_count = JOBS, kill_count = KILLS;
static uint64_t seed = 1;

/* One job being handed in, until it was accepted. */
struct order {
    unsigned job;
    bool is_open, is_out;
    uint64_t due_ns; /* of the next attempt */
    struct test_reply reply;
};

struct storm {
    struct test_stack stack;
    struct random random;
    struct redis *watch;
    bool is_asking;
    unsigned finished; /* jobs, as Redis has it */
    struct order orders[ORDERS];
    unsigned next, put_off;
    char (*ids)[ID_SIZE];
    unsigned *kill_at; /* how many jobs have finished by then; ascending */
    unsigned restart_at[RESTARTS];
    unsigned killed, restarted;
    uint64_t start_ns, strike_ns; /* 0 for no strike */
    uint64_t back_ns;             /* when Redis, now away, comes back; or 0 */
};

/* --- handing in --- */

static void send_order(struct storm *storm, struct order *order) {
    char key[ID_SIZE], body[128];
    snprintf(key, sizeof key, "storm-%u", order->job);
    snprintf(
        body, sizeof body, "{\"user_id\":\"storm-%u\",\"message\":\"What is %u * 7?\"}",
        order->job, order->job);
    const struct http_header headers[] = {
        {"Prefer", "respond-async"}, {"Idempotency-Key", key}, {0}};
    struct test_request request = {
        .url = test_stack_url(&storm->stack, 0, "/chat"),
        .body = body,
        .headers = headers};
    order->is_out = true;
    test_client_start(&storm->stack.client, &request, &order->reply);
}

/* While Redis is away nobody knows whether the
 * job was taken: the key lets us ask again. */
static void hear(struct storm *storm, struct order *order) {
    order->is_out = false;
    if (order->reply.status == STATUS_ACCEPTED) {
        const char *id = test_reply_text(&order->reply, "$.job_id");
        snprintf(storm->ids[order->job], ID_SIZE, "%s", id);
        order->is_open = false;
    } else {
        order->due_ns = loop_clock_ns() + again_ns;
        storm->put_off++;
    }
    test_reply_clear(&order->reply);
}

static void hand_in(struct storm *storm) {
    for (size_t i = 0; i < ORDERS; i++) {
        struct order *order = &storm->orders[i];
        if (order->is_out && order->reply.done) hear(storm, order);
        /* While Redis is away some more are handed in, which it cannot take. */
        unsigned ahead = AHEAD_MAX + (storm->back_ns > 0 ? ORDERS : 0);
        bool has_room = storm->next < storm->finished + ahead;
        if (!order->is_open && storm->next < job_count && has_room) {
            *order = (struct order){.job = storm->next++, .is_open = true};
        }
        bool is_due = order->is_open && loop_clock_ns() >= order->due_ns;
        if (is_due && !order->is_out) send_order(storm, order);
    }
}

static bool has_orders(const struct storm *storm) {
    for (size_t i = 0; i < ORDERS; i++) {
        if (storm->orders[i].is_open) return true;
    }
    return storm->next < job_count;
}

/* --- looking on --- */

static void on_finished(void *owner, const struct redis_result *result) {
    struct storm *storm = owner;
    storm->is_asking = false;
    if (!result->reply || result->reply->kind != REDIS_INTEGER) return;
    storm->finished = (unsigned)result->reply->integer;
}

static void look(struct storm *storm) {
    if (storm->is_asking) return;
    storm->is_asking = true;
    redis_ask(
        storm->watch, timeout_ns, on_finished, storm, "XLEN", "jobs:finished", NULL);
}

static void watch_anew(struct storm *storm) {
    struct error err = {0};
    struct redis_options options = {
        .url = storm->stack.redis.url, .authority = REDIS_MAY_ACT};
    redis_free(storm->watch);
    storm->watch = redis_new(storm->stack.client.loop, &options, &err);
    storm->is_asking = false;
    assert_non_null(storm->watch);
}

/* --- striking --- */

static void start_worker(struct storm *storm, unsigned index) {
    static const char *const more[] = {"--slots", "1", "--lease", "1s", NULL};
    test_stack_worker(&storm->stack, index, "v1", more);
}

static void kill_worker(struct storm *storm) {
    unsigned victim = (unsigned)random_below(&storm->random, WORKERS);
    test_process_kill(&storm->stack.workers[victim]);
    start_worker(storm, victim);
    storm->killed++;
}

/* The first end is by SIGTERM, the second by SIGKILL. */
static void end_redis(struct storm *storm) {
    if (storm->restarted == 0) {
        test_process_stop(&storm->stack.redis.process);
    } else {
        test_redis_kill(&storm->stack.redis);
    }
    uint64_t away_ms = away_least_ms + random_below(&storm->random, away_least_ms);
    storm->back_ns = loop_clock_ns() + away_ms * NS_PER_MS;
}

static void start_redis_again(struct storm *storm) {
    test_redis_restart(&storm->stack.redis);
    watch_anew(storm);
    storm->back_ns = 0;
    storm->restarted++;
}

/* When enough jobs have finished, and then at any instant. */
static void strike(struct storm *storm) {
    uint64_t now_ns = loop_clock_ns();
    if (storm->back_ns > 0 && now_ns >= storm->back_ns) start_redis_again(storm);
    bool is_due = storm->restarted < RESTARTS && storm->back_ns == 0 &&
                  storm->finished >= storm->restart_at[storm->restarted];
    if (is_due) end_redis(storm);
    if (storm->killed == kill_count) return;
    if (storm->finished < storm->kill_at[storm->killed]) return;
    if (storm->strike_ns == 0) {
        storm->strike_ns =
            now_ns + random_below(&storm->random, strike_most_ms) * NS_PER_MS;
    } else if (now_ns >= storm->strike_ns) {
        storm->strike_ns = 0;
        kill_worker(storm);
    }
}

/* --- counting --- */

struct tally {
    unsigned jobs, answers, twice, unfinished, unanswered, dead, failed, again, queued,
        counted;
};

/* A job has one turn in a conversation of its own, so that turns are answers. */
static const char tally_script[] =
    "local n,seen,answers,twice,dead,failed=tonumber(ARGV[1]),{},0,0,0,0\n"
    "for _,e in ipairs(redis.call('XRANGE','jobs:finished','-','+')) do\n"
    "local f={} for i=1,#e[2],2 do f[e[2][i]]=e[2][i+1] end\n"
    "if seen[f.id] then twice=twice+1 end seen[f.id]=true\n"
    "if f.outcome=='success' then answers=answers+1\n"
    "elseif f.outcome=='dead' then dead=dead+1 else failed=failed+1 end end\n"
    "local unanswered,jobs,open,again=0,0,0,0\n"
    "for i=0,n-1 do local turns=redis.call('LLEN','conv:storm-'..i)\n"
    "if turns==0 then unanswered=unanswered+1 end\n"
    "if turns>1 then twice=twice+1 end end\n"
    "for _,key in ipairs(redis.call('KEYS','job:*')) do jobs=jobs+1\n"
    "local f=redis.call('HMGET',key,'status','attempts')\n"
    "if f[1]~='completed' and f[1]~='failed' then open=open+1 end\n"
    "if tonumber(f[2] or 0)>1 then again=again+1 end end\n"
    "local queued=redis.call('XLEN','q:v1:5')+redis.call('XLEN','q:v1:3')"
    "+redis.call('XLEN','q:v1:1')\n"
    "local counted=redis.call('HGET','counts:v1',\n"
    "'agent_requests_total{status=\"success\"}') or 0\n"
    "return table.concat({jobs,answers,twice,open,unanswered,dead,failed,again,queued,"
    "counted},' ')";

struct telling {
    bool done;
    char text[128];
};

static void on_tally(void *owner, const struct redis_result *result) {
    struct telling *telling = owner;
    telling->done = true;
    if (!result->reply) return;
    snprintf(
        telling->text, sizeof telling->text, "%.*s", (int)result->reply->string.length,
        result->reply->string.data);
}

static struct tally count_jobs(struct storm *storm) {
    struct tally tally = {0};
    struct telling telling = {0};
    char count[16];
    snprintf(count, sizeof count, "%u", job_count);
    redis_ask(
        storm->watch, limit_ns, on_tally, &telling, "EVAL", tally_script, "0", count,
        NULL);
    while (!telling.done) test_client_breathe(&storm->stack.client);
    unsigned *numbers[] = {
        &tally.jobs, &tally.answers, &tally.twice, &tally.unfinished, &tally.unanswered,
        &tally.dead, &tally.failed,  &tally.again, &tally.queued,     &tally.counted};
    char *at = telling.text;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (at[0] == '\0') fail_msg("not a tally: %s", telling.text);
        *numbers[i] = (unsigned)strtoul(at, &at, 10);
    }
    return tally;
}

/* Whether whoever asked for this job can read its answer. */
static bool is_answered(struct storm *storm, unsigned job) {
    char path[ID_SIZE + 8], product[16];
    struct test_reply reply;
    snprintf(path, sizeof path, "/chat/%s", storm->ids[job]);
    snprintf(product, sizeof product, "%u", job * 7);
    test_client_get(
        &storm->stack.client, test_stack_url(&storm->stack, 0, path), &reply);
    bool is_good = strcmp(test_reply_text(&reply, "$.status"), "completed") == 0 &&
                   strstr(test_reply_text(&reply, "$.response"), product);
    test_reply_clear(&reply);
    return is_good;
}

static unsigned count_readable(struct storm *storm) {
    unsigned count = 0;
    /* The service may not have found Redis again yet. */
    const char *health = test_stack_url(&storm->stack, 0, "/health");
    assert_true(
        test_client_until(&storm->stack.client, health, "$.checks.redis", "ok"));
    for (unsigned i = 0; i < job_count; i++) count += is_answered(storm, i);
    return count;
}

/* --- the storm --- */

static int compare(const void *a, const void *b) {
    const unsigned *left = a;
    const unsigned *right = b;
    return (*left > *right) - (*left < *right);
}

static void plan(struct storm *storm) {
    storm->kill_at = memory_new_array(kill_count + 1, sizeof *storm->kill_at);
    for (unsigned i = 0; i < kill_count; i++) {
        storm->kill_at[i] = (unsigned)random_below(&storm->random, job_count);
    }
    qsort(storm->kill_at, kill_count, sizeof *storm->kill_at, compare);
    for (unsigned i = 0; i < RESTARTS; i++) {
        storm->restart_at[i] =
            job_count * (2 * i + 1) / (2 * RESTARTS + 1) +
            (unsigned)random_below(&storm->random, job_count / (2 * RESTARTS + 1));
    }
}

static void begin(struct storm *storm) {
    *storm = (struct storm){0};
    random_seed(&storm->random, seed);
    storm->ids = memory_new_array(job_count, sizeof *storm->ids);
    plan(storm);
    test_stack_start(&storm->stack, PROGRAM, "fixed:10ms");
    const char *const redis[] = {"--redis", storm->stack.redis.url, NULL};
    test_stack_serve(&storm->stack, 0, "v1", redis);
    for (unsigned i = 0; i < WORKERS; i++) start_worker(storm, i);
    watch_anew(storm);
    storm->start_ns = loop_clock_ns();
}

static void end(struct storm *storm) {
    redis_free(storm->watch);
    test_stack_stop(&storm->stack);
    free(storm->kill_at);
    free(storm->ids);
}

static void give_up_in_time(const struct storm *storm) {
    if (loop_clock_ns() - storm->start_ns < limit_ns) return;
    fail_msg(
        "out of time: %u of %u jobs, %u kills", storm->finished, job_count,
        storm->killed);
}

static void rage(struct storm *storm) {
    while (storm->finished < job_count || has_orders(storm) ||
           storm->killed < kill_count || storm->restarted < RESTARTS) {
        give_up_in_time(storm);
        hand_in(storm);
        look(storm);
        strike(storm);
        test_client_breathe(&storm->stack.client);
    }
}

static void every_job_is_answered_once(void **state) {
    (void)state;
    struct storm storm;
    begin(&storm);
    rage(&storm);
    double took_s = (double)(loop_clock_ns() - storm.start_ns) / (double)NS_PER_S;
    for (unsigned i = 0; i < WORKERS; i++) test_process_stop(&storm.stack.workers[i]);
    struct tally tally = count_jobs(&storm);
    unsigned lost = tally.unanswered - tally.dead + tally.unfinished + tally.queued;
    printf(
        "seed %llu: %u jobs, %u workers killed, %u restarts of Redis, "
        "%u times asked again\n"
        "%u answers, %u completed twice, %u lost, %u reclaimed, %u dead, %u failed; "
        "%.1f s\n",
        (unsigned long long)seed, tally.jobs, storm.killed, storm.restarted,
        storm.put_off, tally.answers, tally.twice, lost, tally.again, tally.dead,
        tally.failed, took_s);
    assert_int_equal(tally.jobs, job_count);
    assert_int_equal(tally.twice, 0);
    assert_int_equal(lost, 0);
    assert_int_equal(tally.failed, 0);
    /* Chance may kill three workers over one job,
     * which is then given up as promised. */
    assert_int_equal(tally.answers + tally.dead, job_count);
    assert_int_equal(count_readable(&storm), tally.answers);
    /* Work that was done twice is counted twice, but none is forgotten. */
    assert_true(tally.counted >= tally.answers);
    /* It was a storm. */
    assert_true(storm.put_off > 0 || job_count < MANY_JOBS);
    assert_true(tally.again > 0 || kill_count < HARD_KILLS);
    end(&storm);
}

int main(int argc, char **argv) {
    if (argc > 1) job_count = (unsigned)strtoul(argv[1], NULL, 10);
    if (argc > 2) kill_count = (unsigned)strtoul(argv[2], NULL, 10);
    if (argc > 3) seed = strtoull(argv[3], NULL, 10);
    if (job_count == 0) return 2;
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_job_is_answered_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
