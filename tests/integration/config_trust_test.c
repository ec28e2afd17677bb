/* What a project file may not do until it is trusted,
 * and secrets that must not come out anywhere. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/exit_code.h"
#include "support/reflector.h"
#include "support/test_program.h"

enum { FILE_SIZE = 8192 };

static struct test_program program;

static int set_up(void **state) {
    (void)state;
    test_program_init(&program);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_program_clear(&program);
    return 0;
}

static void write_file(const char *name, const char *words) {
    test_folder_write(&program.folder, name, words);
}

static void write_user_config(const char *words) {
    char folder[TEST_PATH_SIZE];
    test_folder_path(&program.folder, "flightdeck", folder);
    mkdir(folder, 0700);
    write_file("flightdeck/config.yaml", words);
}

static const char planted[] = "pl4nted+s3cret/with=signs";

/* Puts the number in the place of every "PORT". */
static void fill_port(char to[FILE_SIZE], const char *words, uint16_t port) {
    static const char mark[] = "PORT";
    struct text text = text_in(to, FILE_SIZE);
    for (const char *at = strstr(words, mark); at; at = strstr(words, mark)) {
        text_add_slice(&text, (struct slice){words, (size_t)(at - words)});
        text_addf(&text, "%u", port);
        words = at + sizeof mark - 1;
    }
    text_add(&text, words);
    assert_false(text.truncated);
}

static void write_target(const char *words, uint16_t port) {
    char file[FILE_SIZE];
    fill_port(file, words, port);
    write_file("flightdeck.yaml", file);
}

#define ASKING                         \
    "version: 1\n"                     \
    "targets:\n"                       \
    "  a:\n"                           \
    "    url: http://127.0.0.1:PORT\n" \
    "    headers: {Authorization: \"Bearer ${env:PLANTED}\"}\n"

static void an_untrusted_file_sends_no_secret_until_it_is_trusted(void **state) {
    (void)state;
    struct reflector reflector;
    char variable[64];
    snprintf(variable, sizeof variable, "PLANTED=%s", planted);
    program.env[0] = variable;
    reflector_start(&reflector);
    write_target(ASKING, reflector.port);

    assert_int_equal(test_program_run(&program, "flightdeck status"), 2);
    assert_non_null(strstr(program.err, "flightdeck.yaml:4:10: it would send"));
    assert_non_null(strstr(program.err, "flightdeck trust"));
    assert_int_equal(test_program_run(&program, "flightdeck smoke"), 2);
    assert_false(reflector_was_asked(&reflector));

    assert_int_equal(test_program_run(&program, "flightdeck trust --dry-run"), 0);
    assert_non_null(strstr(program.out, "would trust"));
    assert_int_equal(test_program_run(&program, "flightdeck status"), 2);
    assert_int_equal(test_program_run(&program, "flightdeck trust"), 0);
    assert_non_null(strstr(program.out, "it would send Authorization to 127.0.0.1:"));
    assert_int_not_equal(test_program_run(&program, "flightdeck status"), 2);
    assert_true(reflector_heard(&reflector, planted));

    write_target(ASKING "# changed\n", reflector.port);
    assert_int_equal(test_program_run(&program, "flightdeck status"), 2);
    reflector_stop(&reflector);
}

static void the_operators_own_file_names_who_may_receive_secrets(void **state) {
    (void)state;
    struct reflector reflector;
    char variable[64];
    char file[FILE_SIZE];
    snprintf(variable, sizeof variable, "PLANTED=%s", planted);
    program.env[0] = variable;
    reflector_start(&reflector);
    write_target(ASKING, reflector.port);
    snprintf(
        file, sizeof file,
        "version: 1\ntargets: {mine: {url: \"http://127.0.0.1:%u\"}}\n",
        reflector.port);
    write_user_config(file);
    assert_int_not_equal(test_program_run(&program, "flightdeck status --target a"), 2);
    assert_true(reflector_heard(&reflector, planted));
    reflector_stop(&reflector);
}

/* What a file in a cloned repository could try; port and secret are put in. */
static const char *const attacks[] = {
    "    url: http://127.0.0.1:PORT\n    split: {kubernetes: {namespace: agent}}\n",
    "    url: http://127.0.0.1:PORT\n    headers: {X: \"${env:PLANTED}\"}\n",
    "    url: http://127.0.0.1:PORT\n    headers: {X: \"${file:/etc/hostname}\"}\n",
    "    url: http://127.0.0.1:PORT\n    redis: "
    "redis://:${env:PLANTED}@127.0.0.1:PORT\n",
    "    url: http://127.0.0.1:PORT\n    redis: "
    "redis://127.0.0.1:PORT/${env:PLANTED}\n",
    "    url: http://127.0.0.1:PORT\n    redis: ${env:PLANTED}\n",
    "    url: http://127.0.0.1:PORT\n    redis: redis://:${file:/etc/hostname}@h:1\n",
    "    url: http://127.0.0.1:PORT\n    proxy: "
    "http://x:${env:PLANTED}@127.0.0.1:PORT\n",
    "    url: http://127.0.0.1:PORT/${env:PLANTED}\n",
    "    url: \"http://${env:PLANTED}.example:PORT\"\n",
    "    url: http://127.0.0.1:PORT\n    host: \"${env:PLANTED}\"\n    headers: {A: "
    "\"${env:PLANTED}\"}\n",
    "    url: http://127.0.0.1:PORT\n    paths: {health: \"/${env:PLANTED}\"}\n"
    "    headers: {X: \"${env:PLANTED}\"}\n",
    "    url: http://127.0.0.1:PORT\n    tls: {cert: /etc/a.pem, key: /etc/b.pem}\n",
    "    url: http://127.0.0.1:PORT\n    headers: {X: \"${cmd:id}\"}\n",
    "    url: http://127.0.0.1:PORT\n    headers: {X: \"$(id)${env:PLANTED}\"}\n",
    "    url: http://127.0.0.1:PORT\n    command: id\n",
    "    url: http://127.0.0.1:PORT\n    hooks: {before: id}\n",
    "    url: http://127.0.0.1:PORT\n    deploy: {command: [id]}\n",
    "    url: http://127.0.0.1:PORT\n    rollout: {configmap: a}\n",
    "    url: http://127.0.0.1:PORT\n    headers: {X: \"${env:PLANTED}\"}\n    tracks: "
    "{canary: {pods: {deployment: a, port: 1}}}\n    split: {kubernetes: {namespace: "
    "b}}\n",
    "    url: http://127.0.0.1:PORT\n    split: {command: {set: [id], get: [id]}}\n",
    "    url: http://127.0.0.1:PORT\n    deploy: {kubernetes: {deployment: a, "
    "container: b, image: \"c:${version}\"}}\n",
    "    url: http://127.0.0.1:PORT\n    prometheus: {url: \"http://127.0.0.1:PORT\", "
    "stable: '{a=\"b\"}', headers: {X: \"${env:PLANTED}\"}}\n",
    "    url: http://127.0.0.1:PORT\n    prometheus: {url: \"http://127.0.0.1:PORT\", "
    "stable: '{a=\"b\"}', headers: {X: \"${file:/etc/hostname}\"}}\n",
    "    url: http://127.0.0.1:PORT\n    prometheus: {url: \"http://127.0.0.1:PORT/\", "
    "stable: '{a=\"b\"}', ca: /etc/a.pem}\n    headers: {X: \"${env:PLANTED}\"}\n",
    "    url: http://127.0.0.1:PORT\n    rollout: {status_listen: \"127.0.0.1:1\"}\n",
    "    url: http://127.0.0.1:PORT\n    rollout: {status_listen: \"0.0.0.0:1\"}\n",
    "    url: http://127.0.0.1:PORT\n    rollout: {url: "
    "\"http://a:b@127.0.0.1:PORT\"}\n",
    "    url: http://127.0.0.1:PORT\n    headers: {\"X\\r\\nY\": z}\n",
    "    url: http://127.0.0.1:PORT\n    headers: {X: \"a\\r\\nY: z\"}\n",
    "    url: http://127.0.0.1:PORT\n    headers: {Host: evil.example}\n",
    "    url: http://127.0.0.1:PORT\n    headers: {Content-Length: \"0\"}\n",
    "    url: http://user:pass@127.0.0.1:PORT\n",
    "    url: file:///etc/passwd\n",
    "    url: gopher://127.0.0.1:PORT\n",
    "    url: http://127.0.0.1:PORT\n    headers: &a {X: y}\n",
    "    url: http://127.0.0.1:PORT\n    headers: *a\n",
    "    url: !!python/object http://127.0.0.1:PORT\n",
    "    url: http://127.0.0.1:PORT\n    tracks: {stable: {urls: "
    "[\"http://127.0.0.1:PORT\"]}}"
    "\n    headers: {X: \"${env:PLANTED}\"}\n",
    "    url: http://127.0.0.1:PORT\n    connect_to: {\"a:1\": \"127.0.0.1:PORT\"}\n"
    "    headers: {X: \"${env:PLANTED}\"}\n",
    "    url: http://127.0.0.1:PORT\n    url: http://127.0.0.1:PORT\n",
    "    url: https://prod.example:PORT\n    class: production\n    tls: {insecure: "
    "true}\n",
};

static void no_attack_of_a_project_file_gets_through(void **state) {
    (void)state;
    struct reflector reflector;
    char variable[64];
    snprintf(variable, sizeof variable, "PLANTED=%s", planted);
    program.env[0] = variable;
    reflector_start(&reflector);
    write_user_config("version: 1\n");
    assert_int_equal(sizeof attacks / sizeof *attacks, 42);
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        char file[FILE_SIZE / 2];
        snprintf(file, sizeof file, "version: 1\ntargets:\n  a:\n%s", attacks[i]);
        write_target(file, reflector.port);
        int code = test_program_run(&program, "flightdeck status");
        if (code != EXIT_CODE_USAGE) fail_msg("%s: %d %s", file, code, program.out);
        assert_non_null(strstr(program.err, "flightdeck"));
        assert_null(strstr(program.err, planted));
        assert_false(reflector_was_asked(&reflector));
    }
    reflector_stop(&reflector);
}

static void a_project_file_cannot_redirect_the_operators_secrets(void **state) {
    (void)state;
    struct reflector reflector;
    char variable[64];
    snprintf(variable, sizeof variable, "PLANTED=%s", planted);
    program.env[0] = variable;
    reflector_start(&reflector);
    write_user_config(
        "version: 1\n"
        "targets: {a: {url: \"http://127.0.0.1:1\", headers: {Authorization: "
        "\"${env:PLANTED}\"}}}\n");
    static const char *const redirections[] = {
        "{url: \"http://127.0.0.1:PORT\"}",
        "{tracks: {stable: {urls: \"http://127.0.0.1:PORT\"}}}",
        "{tracks: {canary: {dns: \"http://127.0.0.1:PORT\"}}}",
        "{proxy: \"http://127.0.0.1:PORT\"}",
        "{connect_to: {\"127.0.0.1:1\": \"127.0.0.1:PORT\"}}",
        "{host: \"hPORT\"}",
        "{tls: {ca: /tmp/PORT}}",
    };
    for (size_t i = 0; i < sizeof redirections / sizeof *redirections; i++) {
        char file[FILE_SIZE / 2];
        snprintf(file, sizeof file, "version: 1\ntargets: {a: %s}\n", redirections[i]);
        write_target(file, reflector.port);
        int code = test_program_run(&program, "flightdeck status");
        if (code != EXIT_CODE_USAGE) fail_msg("%s: %d %s", file, code, program.out);
        assert_false(reflector_was_asked(&reflector));
    }
    reflector_stop(&reflector);
}

static void a_project_file_cannot_vouch_for_who_gets_the_redis_password(void **state) {
    (void)state;
    static const char *const owns[] = {
        "rediss://:${env:PLANTED}@127.0.0.1:1",
        "rediss://:pl4nted%2Bs3cret@127.0.0.1:1",
    };
    program.env[0] = "PLANTED=pl4nted+s3cret";
    write_file(
        "flightdeck.yaml", "version: 1\ntargets: {a: {tls: {ca: /tmp/other.pem}}}\n");
    for (size_t i = 0; i < sizeof owns / sizeof *owns; i++) {
        char file[FILE_SIZE];
        snprintf(
            file, sizeof file,
            "version: 1\n"
            "targets: {a: {url: \"http://127.0.0.1:1\", redis: \"%s\"}}\n",
            owns[i]);
        write_user_config(file);
        assert_int_equal(
            test_program_run(&program, "flightdeck status"), EXIT_CODE_USAGE);
        assert_non_null(strstr(program.err, "tls.ca decides who may receive"));
    }
}

static void a_project_file_cannot_call_production_something_else(void **state) {
    (void)state;
    write_file(
        "flightdeck.yaml",
        "version: 1\ntargets: {a: {class: local, url: \"http://192.0.2.1:9\"}}\n");
    int code = test_program_run(&program, "flightdeck smoke --timeout 1s");
    assert_int_equal(code, EXIT_CODE_USAGE);
    assert_non_null(strstr(program.err, "a is production"));
    assert_non_null(strstr(program.err, "flightdeck trust"));
}

static const char *const forms[] = {
    "pl4nted+s3cret/with=signs",
    "pl4nted%2Bs3cret%2Fwith%3Dsigns",
    "cGw0bnRlZCtzM2NyZXQvd2l0aD1zaWducw",
    "pl4nted%2bs3cret%2fwith%3dsigns",
};

/* In none of its usual forms. */
static void expect_unseen(const char *words, const char *where) {
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!strstr(words, forms[i])) continue;
        fail_msg("%s shows %s: %s", where, forms[i], words);
    }
}

static void read_cmdline(pid_t pid, char words[FILE_SIZE]) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(words, 1, FILE_SIZE - 1, file);
    for (size_t i = 0; i < length; i++) {
        if (words[i] == '\0') words[i] = ' ';
    }
    words[length] = '\0';
    fclose(file);
}

static void secrets_come_out_nowhere(void **state) {
    (void)state;
    static const char *const commands[] = {
        "flightdeck status",
        "flightdeck status --format json",
        "flightdeck status -vv",
        "flightdeck smoke",
        "flightdeck smoke -vv --format json",
        "flightdeck smoke --format jsonl",
        "flightdeck smoke --format junit",
        "flightdeck smoke --format tap",
        "flightdeck smoke --format github",
        "flightdeck config show --origin",
        "flightdeck config show --format json",
        "flightdeck config check",
        "flightdeck trust",
    };
    struct reflector reflector;
    char variable[64];
    snprintf(variable, sizeof variable, "PLANTED=%s", planted);
    program.env[0] = variable;
    reflector_start(&reflector);
    write_target(ASKING, reflector.port);
    assert_int_equal(test_program_run(&program, "flightdeck trust"), 0);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char cmdline[FILE_SIZE];
        test_program_start(&program, commands[i]);
        read_cmdline(program.pid, cmdline);
        expect_unseen(cmdline, "the process list");
        test_program_wait(&program);
        expect_unseen(program.out, commands[i]);
        expect_unseen(program.err, commands[i]);
    }
    assert_true(reflector_heard(&reflector, planted));
    reflector_stop(&reflector);
}

static void a_literal_secret_is_not_shown_either(void **state) {
    (void)state;
    write_user_config(
        "version: 1\n"
        "targets:\n"
        "  a:\n"
        "    url: http://127.0.0.1:1\n"
        "    headers: {Authorization: pl4nted+s3cret/with=signs}\n"
        "    redis: redis://:pl4nted%2Bs3cret%2Fwith%3Dsigns@127.0.0.1:1\n");
    test_program_run(&program, "flightdeck config show --origin");
    expect_unseen(program.out, "config show");
    test_program_run(&program, "flightdeck status");
    expect_unseen(program.out, "status");
    expect_unseen(program.err, "status");
    write_user_config("version: 1\n"
                      "targets:\n"
                      "  a:\n"
                      "    url: http://127.0.0.1:1\n"
                      "    redis: pl4nted+s3cret/with=signs\n"
                      "    headers: {A: [pl4nted+s3cret/with=signs]}\n");
    assert_int_equal(test_program_run(&program, "flightdeck config check"), 2);
    expect_unseen(program.out, "config check");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_untrusted_file_sends_no_secret_until_it_is_trusted),
        TEST(the_operators_own_file_names_who_may_receive_secrets),
        TEST(no_attack_of_a_project_file_gets_through),
        TEST(a_project_file_cannot_redirect_the_operators_secrets),
        TEST(a_project_file_cannot_vouch_for_who_gets_the_redis_password),
        TEST(a_project_file_cannot_call_production_something_else),
        TEST(secrets_come_out_nowhere),
        TEST(a_literal_secret_is_not_shown_either),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
