/* A demo while it lives: its parts, and what other terminals do to them. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "core/exit_code.h"
#include "support/lone_demo.h"
#include "support/test_process.h"

enum { PARTS = 8 };

#define CONFIG "demo.yaml" /* where the demo has written what it listens on */

static const char *const part_names[PARTS] = {
    "redis",        "model",         "agent-stable", "worker-stable",
    "agent-canary", "worker-canary", "router",       "traffic"};

static int ask(
    struct lone_demo *both, const char *verb, const char *part, const char *count,
    char words[TEST_DEMO_WORDS_SIZE]) {
    const char *const args[] = {"demo", verb, part, count, NULL};
    return test_demo_ask(&both->home, args, words);
}

/* Asks until the part is in that state; its pid then, 0 when it does not run. */
static pid_t await_state(struct lone_demo *both, const char *part, const char *wanted) {
    char words[TEST_DEMO_WORDS_SIZE], line[96];
    struct text text = TEXT_IN(line);
    text_addf(&text, "part    %-16s %-8s ", part, wanted);
    const char *const status[] = {"demo", "status", NULL};
    if (!test_demo_comes_to(&both->home, status, line, words)) {
        fail_msg("%s is not %s: %s", part, wanted, words);
    }
    return test_demo_part(words, part);
}

static void every_part_runs_and_is_described(void **state) {
    struct lone_demo *both = *state;
    char words[TEST_DEMO_WORDS_SIZE], value[256];
    assert_int_equal(ask(both, "status", NULL, NULL, words), EXIT_CODE_OK);
    for (unsigned i = 0; i < PARTS; i++) {
        pid_t pid = test_demo_part(words, part_names[i]);
        assert_true(pid > 0 && kill(pid, 0) == 0);
        assert_int_equal(test_demo_part(both->demo.words, part_names[i]), pid);
    }
    test_demo_value(&both->demo, "users", value, sizeof value);
    assert_true(strncmp(value, "http://127.0.0.1:", 17) == 0);

    static const char *const secret[] = {
        "control.sock", "router.sock", "redis.sock", "target.yaml"};
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
        char name[64], path[TEST_PATH_SIZE];
        struct text text = TEXT_IN(name);
        text_addf(&text, "flightdeck/demos/demo/%s", secret[i]);
        test_folder_path(&both->home.folder, name, path);
        struct stat info;
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 0077, 0);
    }
}

static void a_part_comes_back_only_when_it_is_told_to(void **state) {
    struct lone_demo *both = *state;
    char words[TEST_DEMO_WORDS_SIZE];
    pid_t killed = test_demo_part(both->demo.words, "agent-canary");
    kill(killed, SIGKILL);
    assert_int_equal(await_state(both, "agent-canary", "died"), 0);

    assert_int_equal(
        ask(both, "stop", "worker-stable", "--dry-run", words), EXIT_CODE_OK);
    assert_non_null(
        strstr(words, "would tell the demo \"demo\": stop worker-stable\n"));
    assert_int_equal(ask(both, "stop", "oven", "--dry-run", words), EXIT_CODE_USAGE);
    await_state(both, "worker-stable", "running");
    assert_int_equal(ask(both, "stop", "worker-stable", NULL, words), EXIT_CODE_OK);
    assert_int_equal(await_state(both, "worker-stable", "stopped"), 0);
    assert_int_equal(await_state(both, "agent-canary", "died"), 0);

    assert_int_equal(ask(both, "start", "agent-canary", NULL, words), EXIT_CODE_OK);
    pid_t again = await_state(both, "agent-canary", "running");
    assert_true(again > 0 && again != killed);
    assert_int_equal(ask(both, "start", "worker-stable", NULL, words), EXIT_CODE_OK);
    assert_true(await_state(both, "worker-stable", "running") > 0);
}

static void redis_comes_back_with_its_data_where_it_was(void **state) {
    struct lone_demo *both = *state;
    char words[TEST_DEMO_WORDS_SIZE], socket[TEST_PATH_SIZE];
    test_folder_path(&both->home.folder, "flightdeck/demos/demo/redis.sock", socket);
    const char *const set[] = {"redis-cli", "-s", socket, "SET", "kept", "yes", NULL};
    const char *const get[] = {
        "sh", "-c",   "[ \"$(redis-cli -s \"$1\" GET kept)\" = yes ]",
        "sh", socket, NULL};
    assert_int_equal(test_process_run(set, NULL), 0);
    assert_int_equal(ask(both, "stop", "redis", NULL, words), EXIT_CODE_OK);
    await_state(both, "redis", "stopped");
    assert_int_not_equal(test_process_run(get, NULL), 0);
    assert_int_equal(ask(both, "start", "redis", NULL, words), EXIT_CODE_OK);
    await_state(both, "redis", "running");
    assert_int_equal(test_process_run(get, NULL), 0);
}

static void workers_can_be_scaled(void **state) {
    struct lone_demo *both = *state;
    char words[TEST_DEMO_WORDS_SIZE];
    assert_int_equal(ask(both, "scale", "worker-canary", "3", words), EXIT_CODE_OK);
    assert_true(await_state(both, "worker-canary-3", "running") > 0);
    assert_true(await_state(both, "worker-canary-2", "running") > 0);
    assert_int_equal(ask(both, "scale", "worker-canary", "1", words), EXIT_CODE_OK);
    await_state(both, "worker-canary-3", "stopped");
    await_state(both, "worker-canary-2", "stopped");
    assert_true(await_state(both, "worker-canary", "running") > 0);
}

static bool has_pid_file(const struct lone_demo *both, const char *part) {
    char name[64], path[TEST_PATH_SIZE];
    struct text text = TEXT_IN(name);
    text_addf(&text, "flightdeck/demos/demo/parts/%s.pid", part);
    test_folder_path(&both->home.folder, name, path);
    return access(path, F_OK) == 0;
}

/* What watches by pid files has to see the one that died, and not the one that left. */
static void a_pid_file_outlives_only_a_part_that_died(void **state) {
    struct lone_demo *both = *state;
    char words[TEST_DEMO_WORDS_SIZE];
    assert_int_equal(ask(both, "scale", "worker-stable", "3", words), EXIT_CODE_OK);
    kill(await_state(both, "worker-stable-2", "running"), SIGKILL);
    await_state(both, "worker-stable-2", "died");
    assert_true(has_pid_file(both, "worker-stable-2"));
    assert_int_equal(ask(both, "stop", "worker-stable-2", NULL, words), EXIT_CODE_OK);
    await_state(both, "worker-stable-2", "stopped");
    assert_false(has_pid_file(both, "worker-stable-2"));

    await_state(both, "worker-stable-3", "running");
    assert_int_equal(ask(both, "scale", "worker-stable", "1", words), EXIT_CODE_OK);
    await_state(both, "worker-stable-3", "stopped");
    assert_false(has_pid_file(both, "worker-stable-3"));
    assert_true(has_pid_file(both, "traffic"));
}

static void nonsense_is_refused_in_words(void **state) {
    struct lone_demo *both = *state;
    char words[TEST_DEMO_WORDS_SIZE];
    assert_int_equal(ask(both, "stop", "oven", NULL, words), EXIT_CODE_USAGE);
    assert_non_null(strstr(words, "worker-stable"));
    assert_int_equal(ask(both, "start", "redis", NULL, words), EXIT_CODE_USAGE);
    assert_int_equal(ask(both, "scale", "redis", "2", words), EXIT_CODE_USAGE);
    assert_int_equal(ask(both, "scale", "worker-stable", "99", words), EXIT_CODE_USAGE);
    assert_int_equal(
        ask(both, "scale", "worker-stable", "many", words), EXIT_CODE_USAGE);
}

static void where_no_demo_runs_nobody_answers(void **state) {
    (void)state;
    static const char *const args[] = {"demo", "status", NULL};
    struct test_demo_home home;
    char words[TEST_DEMO_WORDS_SIZE];
    test_demo_home_init(&home);
    assert_int_equal(test_demo_ask(&home, args, words), EXIT_CODE_UNREACHABLE);
    test_demo_home_clear(&home);
}

static void a_second_demo_stands_beside_the_first(void **state) {
    struct lone_demo *both = *state;
    struct test_demo second;
    char name[16], first_url[64], second_url[64];
    assert_true(test_demo_start(&second, &both->home, stack_only_args, NULL));
    test_demo_look(&second);
    test_demo_value(&second, "name", name, sizeof name);
    assert_string_equal(name, "demo-2");
    test_demo_value(&both->demo, "users", first_url, sizeof first_url);
    test_demo_value(&second, "users", second_url, sizeof second_url);
    assert_string_not_equal(first_url, second_url);

    kill(second.pid, SIGTERM);
    assert_true(test_demo_is_gone(&second));
    test_demo_clear(&second);
    assert_true(await_state(both, "router", "running") > 0);
}

static void the_written_configuration_is_one_that_can_be_used(void **state) {
    struct lone_demo *both = *state;
    char file[TEST_PATH_SIZE], words[TEST_DEMO_WORDS_SIZE];
    test_folder_path(&both->home.logs, CONFIG, file);
    const char *const check[] = {"config", "check", "--config", file, NULL};
    const char *const smoke[] = {"smoke", "--config", file, NULL};
    const char *const named[] = {"smoke", "--target", "demo", NULL};
    assert_int_equal(test_demo_ask(&both->home, check, words), EXIT_CODE_OK);
    assert_int_equal(test_demo_ask(&both->home, smoke, words), EXIT_CODE_OK);
    assert_int_equal(test_demo_ask(&both->home, named, words), EXIT_CODE_OK);
    assert_non_null(strstr(words, "3 passed, 0 failed"));
}

/* No part may see the key, whatever the shell that started the demo has. */
static void the_key_reaches_no_part(void **state) {
    struct lone_demo *both = *state;
    for (unsigned i = 0; i < PARTS; i++) {
        char path[64], environment[32768];
        struct text text = TEXT_IN(path);
        text_addf(
            &text, "/proc/%d/environ",
            (int)test_demo_part(both->demo.words, part_names[i]));
        int file = open(path, O_RDONLY | O_CLOEXEC);
        assert_true(file >= 0);
        ssize_t length = read(file, environment, sizeof environment);
        close(file);
        assert_true(length > 0 && length < (ssize_t)sizeof environment);
        assert_null(memmem(environment, (size_t)length, "planted", 7));
    }
}

static void the_real_model_without_its_key_starts_nothing(void **state) {
    (void)state;
    static const char *const ways[][4] = {
        {"demo", "--real-model", "--headless", NULL},
        {"demo", "--real-model", "--stack-only", NULL},
    };
    struct test_demo_home home;
    test_demo_home_init(&home);
    assert_int_equal(setenv("ANTHROPIC_API_KEY", "", 1), 0);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char words[TEST_DEMO_WORDS_SIZE];
        assert_int_equal(test_demo_ask(&home, ways[i], words), EXIT_CODE_USAGE);
        assert_non_null(strstr(words, "ANTHROPIC_API_KEY is not set"));
        assert_null(strstr(words, "starting"));
    }
    assert_int_equal(unsetenv("ANTHROPIC_API_KEY"), 0);
    test_demo_home_clear(&home);
}

/* A part that cannot start: a haproxy that says something nasty and ends. */
static void a_part_that_fails_to_start_is_named_and_all_is_gone(void **state) {
    (void)state;
    struct lone_demo both;
    struct test_folder programs;
    char fake[TEST_PATH_SIZE], variable[512], log[TEST_PATH_SIZE], words[4096];
    test_demo_home_init(&both.home);
    test_folder_init(&programs);
    test_folder_path(&programs, "haproxy", fake);
    test_folder_write(
        &programs, "haproxy",
        "#!/bin/sh\nprintf 'cannot bind \\033]0;owned\\007\\n'\nexit 1\n");
    assert_int_equal(chmod(fake, 0700), 0);
    struct text text = TEXT_IN(variable);
    text_addf(&text, "PATH=%s:/usr/bin:/bin:/usr/sbin", programs.path);

    assert_false(test_demo_start(&both.demo, &both.home, stack_only_args, variable));
    assert_true(test_demo_is_gone(&both.demo));
    test_demo_clear(&both.demo);
    assert_true(WIFEXITED(both.demo.status));
    assert_int_equal(WEXITSTATUS(both.demo.status), EXIT_CODE_UNREACHABLE);
    test_folder_path(&both.home.logs, "stderr", log);
    int file = open(log, O_RDONLY | O_CLOEXEC);
    ssize_t length = read(file, words, sizeof words - 1);
    close(file);
    assert_true(length > 0);
    words[length] = '\0';
    assert_non_null(strstr(words, "router"));
    assert_non_null(strstr(words, "cannot bind"));
    assert_null(strchr(words, '\033'));
    test_folder_clear(&programs);
    test_demo_home_clear(&both.home);
}

/* All that is asked of a demo at once: the longest part of it is to start one. */
static int open_demo(void **state) {
    static const char key[] = "ANTHROPIC_API_KEY=sk-planted-in-the-test";
    struct lone_demo *both = memory_new(sizeof *both);
    char file[TEST_PATH_SIZE];
    test_demo_home_init(&both->home);
    test_folder_path(&both->home.logs, CONFIG, file);
    const char *const args[] = {"demo", "--stack-only", "--write-config", file, NULL};
    assert_true(test_demo_start(&both->demo, &both->home, args, key));
    test_demo_look(&both->demo);
    *state = both;
    return 0;
}

int main(void) {
    const struct CMUnitTest shared[] = {
        cmocka_unit_test(every_part_runs_and_is_described), /* as they were started */
        cmocka_unit_test(the_written_configuration_is_one_that_can_be_used),
        cmocka_unit_test(the_key_reaches_no_part),
        cmocka_unit_test(a_part_comes_back_only_when_it_is_told_to),
        cmocka_unit_test(redis_comes_back_with_its_data_where_it_was),
        cmocka_unit_test(workers_can_be_scaled),
        cmocka_unit_test(a_pid_file_outlives_only_a_part_that_died),
        cmocka_unit_test(nonsense_is_refused_in_words),
        cmocka_unit_test(a_second_demo_stands_beside_the_first),
    };
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(where_no_demo_runs_nobody_answers),
        cmocka_unit_test(the_real_model_without_its_key_starts_nothing),
        cmocka_unit_test(a_part_that_fails_to_start_is_named_and_all_is_gone),
    };
    int failed = cmocka_run_group_tests(shared, open_demo, lone_demo_close);
    failed += cmocka_run_group_tests(alone, NULL, NULL);
    return failed;
}
