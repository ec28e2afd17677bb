/* `flightdeck load` on several machines: four shards and a collector as processes of
 * their own over a real Redis, and what becomes of them when one of all is lost. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/units.h"
#include "core/document.h"
#include "io/json.h"
#include "io/loop.h"
#include "support/life.h"
#include "support/odd_server.h"
#include "support/test_program.h"
#include "support/test_redis.h"

enum { SHARDS = 4, WORDS_SIZE = 512, PATH_SIZE = 128, GONE_MS = 10000 };

static const char scenario[] =
    "version: 1\n"
    "name: checkout\n"
    "rate: 200\n"
    "run_time: 60s\n"
    "thresholds: [p50<60s]\n"
    "tasks:\n"
    "  - {name: buy, post: /orders, json: {user: \"${user}\"}}\n";

static struct test_redis redis;
static struct odd_server server;
static struct test_program shards[SHARDS];
static struct test_program collector;

static int set_up(void **state) {
    (void)state;
    /* Its file of appended commands shows all that is written to it. */
    static const char *const extra[] = {"--appendonly", "yes", NULL};
    test_redis_start_with(&redis, false, extra);
    odd_server_start(&server, ODD_GOOD);
    test_program_init(&collector);
    test_folder_write(&collector.folder, "s.yaml", scenario);
    for (unsigned i = 0; i < SHARDS; i++) {
        test_program_init(&shards[i]);
        test_folder_write(&shards[i].folder, "s.yaml", scenario);
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_program_clear(&collector);
    for (unsigned i = 0; i < SHARDS; i++) test_program_clear(&shards[i]);
    odd_server_stop(&server);
    test_redis_stop(&redis);
    return 0;
}

/* "flightdeck load s.yaml" on the server and the Redis of this test, and more. */
static const char *load(const char *more) {
    static char words[WORDS_SIZE];
    snprintf(
        words, sizeof words,
        "flightdeck load s.yaml http://127.0.0.1:%u --report %s %s",
        (unsigned)server.port, redis.url, more);
    return words;
}

static void start_shards(unsigned count, const char *more) {
    char words[WORDS_SIZE];
    for (unsigned i = 0; i < count; i++) {
        snprintf(words, sizeof words, "--shard %u/%u %s", i, (unsigned)SHARDS, more);
        test_program_start(&shards[i], load(words));
    }
}

static void start_all(void) {
    start_shards(SHARDS, "");
    test_program_start(&collector, load("--shards 4"));
    test_program_expect(&collector, "2s  ");
}

static void expect(const struct test_program *program, int code, const char *words) {
    if (program->code != code ||
        (!strstr(program->out, words) && !strstr(program->err, words))) {
        fail_msg(
            "%d instead of %d, or not said: %s\n%s\n%s", program->code, code, words,
            program->out, program->err);
    }
}

static void end(struct test_program *program, int code, const char *words) {
    test_program_wait(program);
    expect(program, code, words);
}

/* The first child of a process, as something that says when it is gone. */
static int hold_child(pid_t pid) {
    char path[PATH_SIZE];
    char children[PATH_SIZE] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    children[fread(children, 1, sizeof children - 1, file)] = '\0';
    fclose(file);
    long child = strtol(children, NULL, 10);
    assert_true(child > 0);
    int held = life_of((pid_t)child);
    assert_true(held >= 0);
    return held;
}

static void expect_gone(int held) {
    assert_true(life_ends(held, GONE_MS));
    close(held);
}

/* What a shard says of itself at its end. */
static double requests_of(const struct test_program *shard) {
    const char *found = NULL;
    const char *mark = " requests, 0 failed; its collector judges";
    const char *end_of = strstr(shard->err, mark);
    assert_non_null(end_of);
    for (found = end_of; found > shard->err && found[-1] != ' ';) found--;
    return strtod(found, NULL);
}

/* --- all goes well --- */

static void four_shards_are_one_run_and_its_target_counts_the_same(void **state) {
    (void)state;
    double sum = 0;
    double requests = 0;
    bool limited = false;
    struct error err;
    start_shards(SHARDS, "--run-time 4s");
    test_program_run(&collector, load("--shards 4 --run-time 4s --format json"));
    for (unsigned i = 0; i < SHARDS; i++) {
        end(&shards[i], 0, "its collector judges");
        sum += requests_of(&shards[i]);
    }
    struct document *document = json_parse(slice_of(collector.out), &err);
    if (!document) fail_msg("%s\n%s", collector.out, collector.err);
    const struct node *root = document_root(document);
    assert_true(node_number(root, "requests", &requests));
    assert_true(node_bool(node_get(root, "generator"), "limited", &limited));
    expect(&collector, limited ? 4 : 0, "shard 3 has come: ");
    assert_int_equal(requests, server.counts->bodies);
    assert_int_equal(requests, sum);
    assert_int_equal(requests, 800);
    document_free(document);
}

static void two_runs_at_once_do_not_mix(void **state) {
    (void)state;
    test_program_start(&shards[0], load("--shard 0/1 --run-time 3s --run one"));
    test_program_start(
        &shards[1], load("--shard 0/1 --run-time 3s --run two --rate 20"));
    test_program_start(
        &collector, load("--shards 1 --run-time 3s --run one --format csv"));
    test_program_start(
        &shards[2], load("--shards 1 --run-time 3s --run two --rate 20"));
    end(&shards[0], 0, " 600 requests, 0 failed");
    end(&shards[1], 0, " 60 requests, 0 failed");
    test_program_wait(&collector);
    test_program_wait(&shards[2]);
    assert_non_null(strstr(shards[2].out, "requests        60, "));
}

static void one_name_has_one_collector(void **state) {
    (void)state;
    test_program_start(&collector, load("--shards 4"));
    test_program_expect(&collector, "waiting for 4 shards");
    test_program_run(&shards[0], load("--shards 4"));
    expect(&shards[0], 4, "collects a run of that name: --run gives");
    kill(collector.pid, SIGINT);
    end(&collector, 130, "");
    assert_int_equal(server.counts->bodies, 0);
}

/* --- before the start --- */

static void a_shard_that_never_comes_is_named_and_nothing_is_sent(void **state) {
    (void)state;
    start_shards(SHARDS - 1, "");
    test_program_start(&collector, load("--shards 4 --barrier 6s"));
    end(&collector, 4, "shard 3 of 4 never came, within 6");
    for (unsigned i = 0; i < SHARDS - 1; i++) {
        end(&shards[i], 4, "called off: shard 3 of 4 never came");
    }
    assert_int_equal(server.counts->bodies, 0);
}

static void without_a_collector_nothing_is_sent(void **state) {
    (void)state;
    start_shards(SHARDS, "--barrier 1s");
    for (unsigned i = 0; i < SHARDS; i++) end(&shards[i], 4, "no collector has come");
    assert_int_equal(server.counts->bodies, 0);
}

static void who_sends_another_load_is_not_let_in(void **state) {
    (void)state;
    test_program_start(&collector, load("--shards 4"));
    test_program_expect(&collector, "waiting for 4 shards");
    test_program_run(&shards[0], load("--shard 0/4 --rate 201"));
    expect(&shards[0], 2, "collects another load");
    test_program_expect(&collector, "is not let in: it sends another load");
    kill(collector.pid, SIGINT);
    end(&collector, 130, "");
}

static void a_target_that_is_not_there_is_said_by_all(void **state) {
    (void)state;
    uint16_t port = server.port;
    odd_server_stop(&server);
    server.port = port;
    start_shards(SHARDS, "");
    test_program_start(&collector, load("--shards 4"));
    end(&collector, 3, "the target was never reached: shard ");
    for (unsigned i = 0; i < SHARDS; i++) {
        test_program_wait(&shards[i]);
        assert_in_range(shards[i].code, 3, 4);
    }
    memset(&server, 0, sizeof server);
}

/* --- in the middle of it --- */

static void a_shard_that_is_killed_is_named_and_leaves_no_orphan(void **state) {
    (void)state;
    char words[WORDS_SIZE];
    start_all();
    int generator = hold_child(shards[2].pid);
    snprintf(words, sizeof words, "(pid %d), has been silent for", (int)shards[2].pid);
    kill(shards[2].pid, SIGKILL);
    expect_gone(generator);
    test_program_wait(&shards[2]);
    end(&collector, 4, words);
    expect(&collector, 4, "a generator ended before its time: shard 2 of 4, ");
    for (unsigned i = 0; i < SHARDS; i++) {
        if (i != 2) end(&shards[i], 0, "its collector judges");
    }
}

static void a_generator_that_is_killed_is_told_by_its_shard(void **state) {
    (void)state;
    start_all();
    int generator = hold_child(shards[1].pid);
    assert_int_equal(syscall(SYS_pidfd_send_signal, generator, SIGKILL, NULL, 0), 0);
    expect_gone(generator);
    end(&shards[1], 4, "killed by signal 9");
    end(&collector, 4, "shard 1 of 4, ");
    expect(&collector, 4, "killed by signal 9");
    for (unsigned i = 0; i < SHARDS; i++) {
        if (i != 1) end(&shards[i], 0, "its collector judges");
    }
}

static void without_their_collector_shards_stop(void **state) {
    (void)state;
    start_all();
    kill(collector.pid, SIGKILL);
    uint64_t killed_ns = loop_clock_ns();
    for (unsigned i = 0; i < SHARDS; i++) end(&shards[i], 4, "is gone from Redis");
    uint64_t lasted_ns = loop_clock_ns() - killed_ns;
    if (lasted_ns > 15 * NS_PER_S) fail_msg("%u s", (unsigned)(lasted_ns / NS_PER_S));
    test_program_wait(&collector);
}

static void without_redis_all_of_them_stop(void **state) {
    (void)state;
    start_all();
    test_redis_kill(&redis);
    end(&collector, 4, "the shards' lease in Redis ran out");
    for (unsigned i = 0; i < SHARDS; i++) {
        test_program_wait(&shards[i]);
        assert_int_equal(shards[i].code, 4);
    }
}

static void ctrl_c_at_the_collector_drains_all(void **state) {
    (void)state;
    start_all();
    kill(collector.pid, SIGINT);
    end(&collector, 130, "stopped before its end");
    double sum = 0;
    for (unsigned i = 0; i < SHARDS; i++) {
        end(&shards[i], 0, "its collector judges");
        sum += requests_of(&shards[i]);
    }
    assert_int_equal(sum, server.counts->bodies);
}

/* --- what is asked wrongly, and what nobody else may see --- */

static void what_makes_no_sense_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *more, *says;
    } cases[] = {
        {"--shard 4/4", "--shard: expected I/N with N from 1 to 64"},
        {"--shard 0/65", "--shard: expected I/N"},
        {"--shard -1/4", "--shard: expected I/N"},
        {"--shard 1", "--shard: expected I/N"},
        {"--shards 0", "--shards: expected a whole number from 1 to 64"},
        {"--shards 4 --shard 0/4", "two commands"},
        {"--shards 4 --workers 2", "--workers: each shard is one generator"},
        {"--shards 4 --run a/b", "--run: expected up to 40 letters"},
        {"--shard 0/4 --format json", "a shard has no result"},
        {"--shards 4 --report redis://:word@h", "a password does not belong"},
        {"--shards 4 --report http://h", "--report: "},
        {"", "--report is for a run with --shard I/N or --shards N"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        test_program_run(&collector, load(cases[i].more));
        expect(&collector, 2, cases[i].says);
    }
    assert_int_equal(server.counts->requests, 0);
}

/* Whether a file of Redis holds these words. */
static bool redis_wrote(const char *words) {
    char shell[WORDS_SIZE];
    snprintf(
        shell, sizeof shell, "grep -rqaF '%s' %s/appendonlydir", words,
        redis.folder.path);
    const char *const args[] = {"sh", "-c", shell, NULL};
    return test_process_run(args, NULL) == 0;
}

static void neither_credentials_nor_tasks_go_into_redis(void **state) {
    (void)state;
    static const char way[] = "version: 1\n"
                              "target: shop\n"
                              "targets:\n"
                              "  shop:\n"
                              "    class: local\n"
                              "    url: http://127.0.0.1:%u\n"
                              "    headers: {Authorization: \"Bearer ${env:TOKEN}\"}\n";
    char config[WORDS_SIZE];
    char words[WORDS_SIZE];
    snprintf(config, sizeof config, way, (unsigned)server.port);
    struct test_program *const both[] = {&shards[0], &collector};
    for (unsigned i = 0; i < 2; i++) {
        test_folder_write(&both[i]->folder, "c.yaml", config);
        both[i]->env[0] = "TOKEN=open-sesame";
        snprintf(
            words, sizeof words,
            "flightdeck load s.yaml --config c.yaml --run-time 2s --report %s %s",
            redis.url, i == 0 ? "--shard 0/1" : "--shards 1");
        test_program_start(both[i], words);
    }
    end(&shards[0], 0, " 400 requests, 0 failed");
    test_program_wait(&collector);
    assert_true(redis_wrote("flightdeck:load:{checkout}"));
    assert_false(redis_wrote("open-sesame"));
    assert_false(redis_wrote("/orders"));
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        ALONE(four_shards_are_one_run_and_its_target_counts_the_same),
        ALONE(two_runs_at_once_do_not_mix),
        ALONE(one_name_has_one_collector),
        ALONE(a_shard_that_never_comes_is_named_and_nothing_is_sent),
        ALONE(without_a_collector_nothing_is_sent),
        ALONE(who_sends_another_load_is_not_let_in),
        ALONE(a_target_that_is_not_there_is_said_by_all),
        ALONE(a_shard_that_is_killed_is_named_and_leaves_no_orphan),
        ALONE(a_generator_that_is_killed_is_told_by_its_shard),
        ALONE(without_their_collector_shards_stop),
        ALONE(without_redis_all_of_them_stop),
        ALONE(ctrl_c_at_the_collector_drains_all),
        ALONE(what_makes_no_sense_is_refused),
        ALONE(neither_credentials_nor_tasks_go_into_redis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
