/* The probes of Redis, its queues and its workers,
 * against a real one and hostile ones. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "engine.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/stream.h"
#include "probes/probe.h"
#include "support/test_redis.h"
#include "support/world.h"

static void cli(const struct test_redis *redis, const char *const *args) {
    assert_int_equal(test_redis_cli(redis, args), 0);
}

#define CLI(redis, ...) cli((redis), (const char *const[]){__VA_ARGS__, NULL})

static void add_queue(
    struct world *world, enum queue_kind kind, const char *key, const char *dead) {
    struct target_queue *queue = &world->target->queues[world->target->queue_count++];
    queue->kind = kind;
    queue->track = STATE_TRACK_NONE;
    text_copy_cut(queue->key, sizeof queue->key, key);
    text_copy_cut(queue->group, sizeof queue->group, "agent");
    text_copy_cut(queue->dead, sizeof queue->dead, dead);
}

static void use_redis(struct world *world, const struct test_redis *redis) {
    text_copy_cut(world->target->redis, sizeof world->target->redis, redis->url);
}

struct limit {
    enum metric metric;
    double least, most;
};

static bool is_within(const struct world *world, const void *what) {
    const struct limit *limit = what;
    double value = (double)world->model->state.values[TRACK_STABLE][limit->metric];
    return value >= limit->least && value <= limit->most; /* false for NaN */
}

static void wait_value(
    struct world *world, enum metric metric, double least, double most) {
    const struct limit limit = {metric, least, most};
    if (world_wait(world, is_within, &limit)) return;
    fail_msg(
        "%s is %g", metric_name(metric),
        (double)world->model->state.values[TRACK_STABLE][metric]);
}

static void redis_is_watched_through_its_death(void **state) {
    (void)state;
    struct test_redis redis;
    struct world world;
    test_redis_start(&redis);
    world_init(&world);
    use_redis(&world, &redis);
    add_queue(&world, QUEUE_STREAM, "q:v1:5", "");
    world_watch(&world);
    world_wait_part(&world, PART_REDIS, "redis", PART_OK);
    world_wait_part(&world, PART_QUEUE, "q:v1:5", PART_OK);
    wait_value(&world, METRIC_REDIS_PING, 0.001, 500);
    wait_value(&world, METRIC_REDIS_MEMORY, 100000, 1e9);
    wait_value(&world, METRIC_REDIS_CLIENTS, 1, 100);
    assert_true(isnan(world.model->state.values[0][METRIC_REDIS_MAXMEM]));
    assert_string_not_equal(world_part(&world, PART_REDIS, "redis")->version, "");

    test_redis_kill(&redis);
    uint64_t died_ns = loop_clock_ns();
    world_wait_part(&world, PART_REDIS, "redis", PART_SILENT);
    uint64_t polls_ns = 2 * (world.target->poll_redis_ns + 500 * NS_PER_MS);
    assert_true(loop_clock_ns() - died_ns < polls_ns);
    world_wait_part(&world, PART_QUEUE, "q:v1:5", PART_UNKNOWN);
    test_redis_restart(&redis);
    world_wait_part(&world, PART_REDIS, "redis", PART_OK);
    world_wait_part(&world, PART_QUEUE, "q:v1:5", PART_OK);
    world_clear(&world);
    test_redis_stop(&redis);
}

static void a_redis_that_may_evict_the_queue_is_degraded(void **state) {
    (void)state;
    static const char *const extra[] = {
        "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru", NULL};
    struct test_redis redis;
    struct world world;
    test_redis_start_with(&redis, false, extra);
    world_init(&world);
    use_redis(&world, &redis);
    world_watch(&world);
    world_wait_part(&world, PART_REDIS, "redis", PART_DEGRADED);
    assert_non_null(strstr(world_part(&world, PART_REDIS, "redis")->detail, "evicts"));
    wait_value(&world, METRIC_REDIS_MAXMEM, 64e6, 68e6);
    world_clear(&world);
    test_redis_stop(&redis);
}

static void a_redis_that_refuses_is_bad(void **state) {
    (void)state;
    static const char *const extra[] = {"--requirepass", "sesame", NULL};
    struct test_redis redis;
    struct world world;
    test_redis_start_with(&redis, false, extra);
    world_init(&world);
    use_redis(&world, &redis);
    world_watch(&world);
    world_wait_part(&world, PART_REDIS, "redis", PART_BAD);
    assert_non_null(strstr(world_part(&world, PART_REDIS, "redis")->detail, "NOAUTH"));
    world_clear(&world);
    test_redis_stop(&redis);
}

/* A peer that says the same to everybody, as soon as it is asked. */
struct villain {
    const char *bytes;
    size_t count;
    struct stream *clients[64];
};

static void on_victim_bytes(void *owner, struct slice bytes) {
    struct villain *villain = owner;
    (void)bytes;
    for (size_t i = 0; i < villain->count; i++) {
        stream_write(villain->clients[i], slice_of(villain->bytes));
    }
}

static void on_victim(void *owner, struct stream *stream) {
    static const struct stream_handlers handlers = {.on_bytes = on_victim_bytes};
    struct villain *villain = owner;
    if (villain->count == sizeof villain->clients / sizeof villain->clients[0]) {
        stream_free(stream);
        return;
    }
    villain->clients[villain->count++] = stream;
    stream_attend(stream, &handlers, villain);
}

static void assert_reply_is_not_green(const char *reply) {
    struct world world;
    world_init(&world);
    struct villain villain = {.bytes = reply};
    const struct listener_options options = {.port = 0};
    struct error err;
    struct listener *listener =
        listener_new(world.loop, &options, on_victim, &villain, &err);
    assert_non_null(listener);
    snprintf(
        world.target->redis, sizeof world.target->redis, "redis://127.0.0.1:%u",
        listener_port(listener));
    add_queue(&world, QUEUE_STREAM, "q:v1:5", "q:v1:dead");
    world_watch(&world);
    world_run(&world, 1500 * NS_PER_MS);
    const struct part *part = world_part(&world, PART_REDIS, "redis");
    if (part->status == PART_OK || part->status == PART_DEGRADED) {
        fail_msg("%s: %s", reply, part->detail);
    }
    assert_true(part->failures > 0);
    assert_null(strchr(part->detail, '\x1b'));
    assert_true(isnan(world.model->state.values[0][METRIC_REDIS_PING]));
    listener_free(listener);
    for (size_t i = 0; i < villain.count; i++) stream_free(villain.clients[i]);
    world_clear(&world);
}

static void no_hostile_redis_is_green(void **state) {
    (void)state;
    static const char *const replies[] = {
        "",
        "$2147483647\r\n",
        "*-5\r\n",
        "*2147483647\r\n",
        "+PONG\r\n+PONG\r\n+PONG\r\n",
        "$5\r\nhello\r\n$5\r\nhello\r\n$5\r\nhello\r\n",
        ">2\r\n+push\r\n+x\r\n",
        "$100\r\nhalf",
        "-ERR max number of clients reached\r\n",
        "-LOADING Redis is loading the dataset in memory\r\n",
        "\x1b]0;title\x07\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
        ":1\r\n:1\r\n:1\r\n:1\r\n:1\r\n",
        "*0\r\n*0\r\n*0\r\n*0\r\n*0\r\n*0\r\n",
    };
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        assert_reply_is_not_green(replies[i]);
    }
}

static void streams_and_lists_are_counted(void **state) {
    (void)state;
    struct test_redis redis;
    struct world world;
    test_redis_start(&redis);
    CLI(&redis, "XGROUP", "CREATE", "q:v1:5", "agent", "0", "MKSTREAM");
    for (int i = 0; i < 3; i++) CLI(&redis, "XADD", "q:v1:5", "*", "job", "x");
    CLI(&redis, "XREADGROUP", "GROUP", "agent", "worker-1", "COUNT", "1", "STREAMS",
        "q:v1:5", ">");
    CLI(&redis, "XADD", "q:v1:3", "1000-0", "job", "old"); /* no group yet */
    CLI(&redis, "XADD", "q:v1:dead", "*", "job", "lost");
    CLI(&redis, "RPUSH", "jobs", "{\"submitted_ms\": 5}", "b");
    CLI(&redis, "SET", "wrong", "type");
    world_init(&world);
    use_redis(&world, &redis);
    add_queue(&world, QUEUE_STREAM, "q:v1:5", "q:v1:dead");
    add_queue(&world, QUEUE_STREAM, "q:v1:3", "");
    add_queue(&world, QUEUE_LIST, "jobs", "");
    add_queue(&world, QUEUE_STREAM, "wrong", "");
    add_queue(&world, QUEUE_LIST, "empty", "");
    world_watch(&world);
    world_wait_part(&world, PART_QUEUE, "q:v1:5", PART_OK);
    world_wait_part(&world, PART_QUEUE, "q:v1:3", PART_OK);
    world_wait_part(&world, PART_QUEUE, "jobs", PART_OK);
    world_wait_part(&world, PART_QUEUE, "empty", PART_OK);
    world_wait_part(&world, PART_QUEUE, "wrong", PART_BAD);
    wait_value(&world, METRIC_QUEUE_WAITING, 2 + 1 + 2, 2 + 1 + 2);
    wait_value(&world, METRIC_QUEUE_FLIGHT, 1, 1);
    wait_value(&world, METRIC_QUEUE_DEAD, 1, 1);
    wait_value(&world, METRIC_QUEUE_AGE, 1e12, 1e14); /* since 1970 */
    assert_non_null(
        strstr(world_part(&world, PART_QUEUE, "q:v1:3")->detail, "no group yet"));
    world_clear(&world);
    test_redis_stop(&redis);
}

static void workers_are_named_and_missed(void **state) {
    (void)state;
    struct test_redis redis;
    struct world world;
    test_redis_start(&redis);
    CLI(&redis, "XGROUP", "CREATE", "q:v1:5", "agent", "0", "MKSTREAM");
    CLI(&redis, "XGROUP", "CREATECONSUMER", "q:v1:5", "agent", "worker-1");
    CLI(&redis, "XGROUP", "CREATECONSUMER", "q:v1:5", "agent", "worker-2");
    CLI(&redis, "HSET", "worker:worker-1", "state", "busy", "job", "j-1", "version",
        "v1.5.0", "pid", "7", "beat_ms", "1");
    CLI(&redis, "HSET", "worker:worker-2", "state", "idle", "version", "v1.5.0");
    world_init(&world);
    use_redis(&world, &redis);
    add_queue(&world, QUEUE_STREAM, "q:v1:5", "");
    world_watch(&world);
    world_wait_part(&world, PART_WORKER, "worker-1", PART_OK);
    world_wait_part(&world, PART_WORKER, "worker-2", PART_OK);
    const struct part *part = world_part(&world, PART_WORKER, "worker-1");
    assert_string_equal(part->detail, "busy j-1");
    assert_string_equal(part->version, "v1.5.0");
    wait_value(&world, METRIC_WORKERS, 2, 2);
    wait_value(&world, METRIC_WORKERS_BUSY, 1, 1);

    CLI(&redis, "DEL", "worker:worker-1");
    world_wait_part(&world, PART_WORKER, "worker-1", PART_BAD);
    wait_value(&world, METRIC_WORKERS, 1, 1);
    CLI(&redis, "XGROUP", "DELCONSUMER", "q:v1:5", "agent", "worker-1");
    for (int i = 0; i < 20; i++) {
        if (!state_part(&world.model->state, PART_WORKER, "worker-1")) break;
        world_run(&world, 100 * NS_PER_MS);
    }
    assert_null(state_part(&world.model->state, PART_WORKER, "worker-1"));
    world_clear(&world);
    test_redis_stop(&redis);
}

static bool is_forgotten(const struct world *world, const void *name) {
    return !state_part(&world->model->state, PART_WORKER, name);
}

static bool is_noted(const struct world *world, const void *words) {
    const struct note *note = NULL;
    for (uint32_t i = 0; (note = state_note(&world->model->state, i)); i++) {
        if (strstr(note->words, words)) return true;
    }
    return false;
}

/* As the bundled worker does it: all in one step. */
static void say_goodbye(const struct test_redis *redis, const char *name) {
    static const char script[] =
        "redis.call('XGROUP','DELCONSUMER','q:v1:5','agent',ARGV[1])"
        "redis.call('DEL','worker:'..ARGV[1])";
    CLI(redis, "EVAL", script, "0", name);
}

static void a_worker_that_left_is_not_missed_and_a_silent_one_is(void **state) {
    (void)state;
    struct test_redis redis;
    struct world world;
    test_redis_start(&redis);
    CLI(&redis, "XGROUP", "CREATE", "q:v1:5", "agent", "0", "MKSTREAM");
    CLI(&redis, "XGROUP", "CREATECONSUMER", "q:v1:5", "agent", "worker-1");
    CLI(&redis, "XADD", "q:v1:5", "*", "job", "x");
    CLI(&redis, "XREADGROUP", "GROUP", "agent", "worker-2", "COUNT", "1", "STREAMS",
        "q:v1:5", ">");
    CLI(&redis, "HSET", "worker:worker-1", "state", "idle");
    CLI(&redis, "HSET", "worker:worker-2", "state", "busy");
    world_init(&world);
    use_redis(&world, &redis);
    add_queue(&world, QUEUE_STREAM, "q:v1:5", "");
    world_watch(&world);
    world_wait_part(&world, PART_WORKER, "worker-1", PART_OK);
    wait_value(&world, METRIC_WORKERS, 2, 2);

    say_goodbye(&redis, "worker-1");
    assert_true(world_wait(&world, is_forgotten, "worker-1"));
    assert_true(is_noted(&world, "worker-1 has left"));
    CLI(&redis, "HSET", "worker:worker-2", "beat_ms", "1", "every_ms", "1000");
    world_wait_part(&world, PART_WORKER, "worker-2", PART_DEGRADED);
    const struct part *part = world_part(&world, PART_WORKER, "worker-2");
    assert_non_null(strstr(part->detail, "no heartbeat for"));
    wait_value(&world, METRIC_WORKERS, 0, 0);
    wait_value(&world, METRIC_WORKERS_BUSY, 0, 0);

    CLI(&redis, "HSET", "worker:worker-2", "state", "left");
    world_run(&world, 2500 * NS_PER_MS);
    assert_string_equal(
        world_part(&world, PART_WORKER, "worker-2")->detail, "left with 1 job");
    CLI(&redis, "XAUTOCLAIM", "q:v1:5", "agent", "worker-3", "0", "0");
    assert_true(world_wait(&world, is_forgotten, "worker-2"));
    world_clear(&world);
    test_redis_stop(&redis);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redis_is_watched_through_its_death),
        cmocka_unit_test(a_redis_that_may_evict_the_queue_is_degraded),
        cmocka_unit_test(a_redis_that_refuses_is_bad),
        cmocka_unit_test(no_hostile_redis_is_green),
        cmocka_unit_test(streams_and_lists_are_counted),
        cmocka_unit_test(workers_are_named_and_missed),
        cmocka_unit_test(a_worker_that_left_is_not_missed_and_a_silent_one_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
