/* SPDX-License-Identifier: MIT */
#include "secrets.h"

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
#include "support/test_folder.h"

static struct test_folder folder;
static struct redactor *redactor;
static struct target target;
static struct error err;

static int set_up(void **state) {
    (void)state;
    test_folder_init(&folder);
    redactor = redactor_new();
    target_init(&target);
    setenv("TEST_TOKEN", "s3cr3t-token", 1);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    redactor_free(redactor);
    test_folder_clear(&folder);
    unsetenv("TEST_TOKEN");
    return 0;
}

static void write_secret(const char *name, const char *words, mode_t mode) {
    char path[TEST_PATH_SIZE];
    test_folder_write(&folder, name, words);
    test_folder_path(&folder, name, path);
    assert_int_equal(chmod(path, mode), 0);
}

static void set_header(const char *name, const char *words, ...) {
    struct target_header *header = &target.headers[0];
    target.header_count = 1;
    assert_true(text_copy(header->name, sizeof header->name, name));
    va_list args;
    va_start(args, words);
    vsnprintf(header->value, sizeof header->value, words, args);
    va_end(args);
}

static void expect_redacted(const char *words) {
    char clean[256];
    struct text text = TEXT_IN(clean);
    redact_add(redactor, &text, slice_of(words));
    assert_null(strstr(clean, words));
}

static void a_variable_is_filled_in_and_redacted_from_then_on(void **state) {
    (void)state;
    set_header("Authorization", "Bearer ${env:TEST_TOKEN}");
    assert_true(secrets_fill_target(&target, redactor, &err));
    assert_string_equal(target.headers[0].value, "Bearer s3cr3t-token");
    assert_true(target.headers[0].secret);
    expect_redacted("s3cr3t-token");
}

static void headers_of_prometheus_are_filled_in_as_well(void **state) {
    (void)state;
    struct target_prometheus *prometheus = &target.prometheus;
    struct target_header *header = &prometheus->headers[0];
    prometheus->header_count = 1;
    text_copy(header->name, sizeof header->name, "Authorization");
    text_copy(header->value, sizeof header->value, "Bearer ${env:TEST_TOKEN}");
    assert_true(secrets_fill_target(&target, redactor, &err));
    assert_string_equal(header->value, "Bearer s3cr3t-token");
    assert_true(header->secret);
    expect_redacted("s3cr3t-token");
    prometheus->header_count = 0;
}

static void a_private_file_is_filled_in_without_its_line_end(void **state) {
    (void)state;
    write_secret("token", "from-a-file\n", 0600);
    set_header("X-Api-Key", "${file:%s/token}", folder.path);
    assert_true(secrets_fill_target(&target, redactor, &err));
    assert_string_equal(target.headers[0].value, "from-a-file");
    expect_redacted("from-a-file");
}

static void expect_refused(const char *message) {
    char before[TARGET_HEADER_VALUE_SIZE];
    memcpy(before, target.headers[0].value, sizeof before);
    assert_false(secrets_fill_target(&target, redactor, &err));
    if (!strstr(err.message, message)) fail_msg("%s", err.message);
    assert_string_equal(target.headers[0].value, before);
}

static void files_that_others_may_read_are_refused(void **state) {
    (void)state;
    static const mode_t modes[] = {0644, 0640, 0604, 0660, 0601};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        write_secret("token", "from-a-file\n", modes[i]);
        set_header("X-Api-Key", "${file:%s/token}", folder.path);
        expect_refused("others may use it");
    }
}

static void what_is_no_private_file_is_refused(void **state) {
    (void)state;
    char path[TEST_PATH_SIZE];
    set_header("A", "${file:%s/nothing}", folder.path);
    expect_refused("No such file");
    set_header("A", "${file:%s}", folder.path);
    expect_refused("no regular file");
    test_folder_path(&folder, "fifo", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    set_header("A", "${file:%s}", path);
    expect_refused("no regular file");
    write_secret("token", "from-a-file\n", 0600);
    char target_path[TEST_PATH_SIZE];
    test_folder_path(&folder, "token", target_path);
    test_folder_path(&folder, "link", path);
    assert_int_equal(symlink(target_path, path), 0);
    set_header("A", "${file:%s}", path);
    expect_refused("link");
}

static void secrets_that_could_not_be_redacted_are_refused(void **state) {
    (void)state;
    setenv("TEST_TOKEN", "abc", 1);
    set_header("A", "${env:TEST_TOKEN}");
    expect_refused("variable TEST_TOKEN: a secret has 4 to 1024 bytes");
    setenv("TEST_TOKEN", "", 1);
    expect_refused("variable TEST_TOKEN: it is empty");
    unsetenv("TEST_TOKEN");
    expect_refused("variable TEST_TOKEN is not set");
    setenv("TEST_TOKEN", "abcd\r\nX-Evil: 1", 1);
    expect_refused("it holds control characters");
    char large[REDACT_SECRET_SIZE + 8];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    write_secret("large", large, 0600);
    set_header("A", "${file:%s/large}", folder.path);
    expect_refused("a secret has 4 to 1024 bytes");
    large[REDACT_SECRET_SIZE] = '\0';
    write_secret("large", large, 0600);
    expect_refused("with its secrets it is over");
}

static void messages_never_hold_the_secret(void **state) {
    (void)state;
    char large[REDACT_SECRET_SIZE];
    memset(large, 'z', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    setenv("TEST_TOKEN", large, 1);
    set_header("A", "xxxxx${env:TEST_TOKEN}");
    assert_false(secrets_fill_target(&target, redactor, &err));
    assert_null(strstr(err.message, "zzzz"));
}

static void a_credential_in_plain_sight_is_redacted_too(void **state) {
    (void)state;
    set_header("Authorization", "Basic dXNlcjpwYXNz");
    assert_true(secrets_fill_target(&target, redactor, &err));
    assert_true(target.headers[0].secret);
    expect_redacted("Basic dXNlcjpwYXNz");
    set_header("X-Tenant", "acme");
    assert_true(secrets_fill_target(&target, redactor, &err));
    assert_false(target.headers[0].secret);
}

static void set_redis(const char *url) {
    assert_true(text_copy(target.redis, sizeof target.redis, url));
}

static void a_password_in_a_url_cannot_change_the_host(void **state) {
    (void)state;
    setenv("TEST_TOKEN", "p@evil.example:1/#?%41", 1);
    set_redis("redis://:${env:TEST_TOKEN}@good.example:6379/0");
    if (!secrets_fill_target(&target, redactor, &err)) fail_msg("%s", err.message);
    assert_string_equal(
        target.redis,
        "redis://:p%40evil.example%3A1%2F%23%3F%2541@good.example:6379/0");
    expect_redacted("p@evil.example:1/#?%41");
    expect_redacted("p%40evil.example%3A1%2F%23%3F%2541");
}

static void a_whole_url_may_be_a_secret(void **state) {
    (void)state;
    setenv("TEST_TOKEN", "redis://:sesame%21@h:1", 1);
    set_redis("${env:TEST_TOKEN}");
    assert_true(secrets_fill_target(&target, redactor, &err));
    assert_string_equal(target.redis, "redis://:sesame%21@h:1");
    expect_redacted("sesame%21");
    expect_redacted("sesame!");
    setenv("TEST_TOKEN", "no url at all", 1);
    set_redis("${env:TEST_TOKEN}");
    assert_false(secrets_fill_target(&target, redactor, &err));
    assert_null(strstr(err.message, "at all"));
}

static void a_password_that_is_written_down_is_redacted(void **state) {
    (void)state;
    set_redis("redis://user:opensesame@h:1");
    assert_true(secrets_fill_target(&target, redactor, &err));
    expect_redacted("opensesame");
    set_redis("redis://user:abc@h:1");
    assert_false(secrets_fill_target(&target, redactor, &err));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_variable_is_filled_in_and_redacted_from_then_on),
        TEST(headers_of_prometheus_are_filled_in_as_well),
        TEST(a_private_file_is_filled_in_without_its_line_end),
        TEST(files_that_others_may_read_are_refused),
        TEST(what_is_no_private_file_is_refused),
        TEST(secrets_that_could_not_be_redacted_are_refused),
        TEST(messages_never_hold_the_secret),
        TEST(a_credential_in_plain_sight_is_redacted_too),
        TEST(a_password_in_a_url_cannot_change_the_host),
        TEST(a_whole_url_may_be_a_secret),
        TEST(a_password_that_is_written_down_is_redacted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
