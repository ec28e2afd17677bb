/* SPDX-License-Identifier: MIT */
#include "core/discovery_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/checks.h"
#include "io/yaml.h"

static struct target *a_target(const char *url) {
    struct target *target = calloc(1, sizeof *target);
    struct error err;
    assert_true(target_from_url(target, url, &err));
    assert_true(text_copy(target->name, sizeof target->name, "mine"));
    return target;
}

static struct discovery everything(void) {
    struct discovery found = discovery_start(true);
    static const char *const paths[] = {"/h", "/r", "/m", "/e", "/c"};
    for (unsigned i = 0; i < DISCOVERY_ROLE_COUNT; i++) {
        found.found[i].there = true;
        text_copy_cut(found.found[i].path, sizeof found.found[i].path, paths[i]);
    }
    found.reached = true;
    found.asks_health = true;
    found.known_metrics = true;
    found.chat = CHAT_ANSWERS;
    found.right_answer = true;
    text_copy_cut(found.answer, sizeof found.answer, "$.response");
    text_copy_cut(found.job, sizeof found.job, "$.job_id");
    text_copy_cut(found.job_path, sizeof found.job_path, "/c/{job_id}");
    text_copy_cut(found.done_path, sizeof found.done_path, "$.status");
    text_copy_cut(found.done, sizeof found.done, "completed");
    return found;
}

/* A regular expression is in none of the files that are written here. */
static bool no_regex(
    struct slice pattern, struct slice subject, bool *matches, struct error *err) {
    (void)pattern;
    (void)subject;
    (void)matches;
    return error_set(err, ERROR_SYNTAX, "none is expected");
}

static void expect_checks(const struct discovery *discovery, uint32_t count) {
    struct buffer file;
    struct error err;
    struct mistakes mistakes;
    buffer_init(&file, 65536);
    assert_int_equal(discovery_write_checks(discovery, &file), count > 0);
    if (count > 0) {
        struct checks *checks = calloc(1, sizeof *checks);
        struct document *yaml = yaml_parse(buffer_slice(&file), "checks.yaml", &err);
        if (!yaml) fail_msg("%s", err.message);
        mistakes_init(&mistakes, "checks.yaml");
        checks_read(checks, document_root(yaml), no_regex, &mistakes);
        if (!mistakes_none(&mistakes, &err)) fail_msg("%s", err.message);
        assert_int_equal(checks->count, count);
        document_free(yaml);
        free(checks);
    }
    buffer_clear(&file);
}

static void checks_are_written_for_what_was_found(void **state) {
    (void)state;
    struct discovery found = everything();
    expect_checks(&found, 3);
    found.right_answer = false;
    found.known_metrics = false;
    found.asks_health = false;
    text_copy_cut(found.series, sizeof found.series, "some_total");
    expect_checks(&found, 3);
    found.chat = CHAT_UNCLEAR;
    expect_checks(&found, 2);
    found.found[DISCOVERY_METRICS].guarded = true;
    expect_checks(&found, 1);
    found.found[DISCOVERY_HEALTH].there = false;
    expect_checks(&found, 0);
}

static void the_configuration_is_yaml_whatever_the_url_holds(void **state) {
    (void)state;
    static const char *const urls[] = {
        "http://127.0.0.1:8080", "https://agent.example/a#b", "http://h/{x}[y]",
        "http://h/a'b\"c\\d", "http://[::1]:80/%41"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct discovery found = everything();
        struct target *target = a_target(urls[i]);
        struct buffer file;
        struct error err;
        buffer_init(&file, 65536);
        discovery_write_config(&found, target, &file);
        struct document *yaml = yaml_parse(buffer_slice(&file), "f", &err);
        if (!yaml) fail_msg("%s", err.message);
        const struct node *targets = node_get(document_root(yaml), "targets");
        const struct node *url = node_get(node_get(targets, "mine"), "url");
        assert_true(slice_equals(url->string, target->url));
        document_free(yaml);
        buffer_clear(&file);
        free(target);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_are_written_for_what_was_found),
        cmocka_unit_test(the_configuration_is_yaml_whatever_the_url_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
