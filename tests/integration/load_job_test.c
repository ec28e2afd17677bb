/* deploy/kubernetes/load-job.yaml: that its parts agree with each other, and that
 * flightdeck understands the words, the configuration and the scenario in it. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/document.h"
#include "io/yaml.h"
#include "support/test_program.h"

#define MANIFEST (TESTS_FOLDER "/../deploy/kubernetes/load-job.yaml")

enum { FILE_SIZE = 32 * 1024, DOCUMENTS = 3, WORD_SIZE = 128, WORDS_SIZE = 1024 };

enum { CONFIG_MAP, SHARDS_JOB, COLLECTOR_JOB };

static struct document *documents[DOCUMENTS];
static struct test_program program;

/* One file holds several documents; ours are read one at a time. */
static void read_manifest(void) {
    static char bytes[FILE_SIZE];
    FILE *file = fopen(MANIFEST, "r");
    assert_non_null(file);
    size_t length = fread(bytes, 1, sizeof bytes - 1, file);
    fclose(file);
    assert_true(length < sizeof bytes - 1);
    bytes[length] = '\0';
    const char *at = bytes;
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        struct error err;
        const char *next = strstr(at, "\n---\n");
        assert_int_equal(next != NULL, i + 1 < DOCUMENTS);
        size_t size = next ? (size_t)(next + 1 - at) : strlen(at);
        documents[i] = yaml_parse((struct slice){at, size}, "load-job.yaml", &err);
        if (!documents[i]) fail_msg("%s", err.message);
        if (next) at = next + strlen("\n---\n");
    }
}

static int set_up(void **state) {
    (void)state;
    read_manifest();
    test_program_init(&program);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_program_clear(&program);
    for (unsigned i = 0; i < DOCUMENTS; i++) document_free(documents[i]);
    return 0;
}

static const struct node *get(const struct node *node, const char *key) {
    const struct node *found = node_get(node, key);
    if (!found) fail_msg("no %s", key);
    return found;
}

static const struct node *spec(unsigned job) {
    return get(document_root(documents[job]), "spec");
}

static const struct node *pod(unsigned job) {
    return get(get(spec(job), "template"), "spec");
}

static const struct node *container(unsigned job) {
    return node_at(get(pod(job), "containers"), 0);
}

static double number(const struct node *node, const char *key) {
    double value = -1;
    if (!node_number(node, key, &value)) fail_msg("no number %s", key);
    return value;
}

static void expect_word(const struct node *node, const char *key, const char *wanted) {
    char word[WORD_SIZE] = "";
    assert_true(node_string(node, key, word, sizeof word));
    assert_string_equal(word, wanted);
}

/* The words of a container's command line, with the index that Kubernetes fills in and
 * the file where it stands here. */
static void command_line(unsigned job, char *words, size_t size) {
    static const char index[] = "$(JOB_COMPLETION_INDEX)";
    static const char folder[] = "/etc/flightdeck-load/";
    const struct node *args = get(container(job), "args");
    snprintf(words, size, "flightdeck");
    for (size_t i = 0; i < args->child_count; i++) {
        char word[WORD_SIZE] = "";
        assert_true(node_text(node_at(args, i), word, sizeof word));
        const char *rest = word;
        const char *front = " ";
        if (strncmp(word, folder, strlen(folder)) == 0) rest += strlen(folder);
        if (strncmp(word, index, strlen(index)) == 0) {
            rest += strlen(index);
            front = " 2";
        }
        size_t length = strlen(words);
        snprintf(words + length, size - length, "%s%s", front, rest);
    }
}

static void write_data(const char *key, const char *to) {
    static char bytes[FILE_SIZE];
    const struct node *data = get(document_root(documents[CONFIG_MAP]), "data");
    assert_true(node_string(data, key, bytes, sizeof bytes));
    test_folder_write(&program.folder, to, bytes);
}

static void try_out(unsigned job) {
    char words[WORDS_SIZE];
    char path[TEST_PATH_SIZE];
    test_folder_path(&program.folder, "flightdeck", path);
    mkdir(path, 0700);
    write_data("config.yaml", "flightdeck/config.yaml");
    write_data("checkout.yaml", "checkout.yaml");
    program.env[0] = "FLIGHTDECK_REPORT=redis://:secret@redis:6379";
    command_line(job, words, sizeof words);
    strncat(words, " --dry-run", sizeof words - strlen(words) - 1);
    test_program_run(&program, words);
    if (program.code != 0 || !strstr(program.out, "400 users, +40/s, 5m00s")) {
        fail_msg("%s: %d\n%s%s", words, program.code, program.out, program.err);
    }
}

/* --- tests --- */

static void each_pod_is_a_shard_and_all_run_at_once(void **state) {
    (void)state;
    char words[WORDS_SIZE];
    char wanted[WORD_SIZE];
    const struct node *shards = spec(SHARDS_JOB);
    expect_word(shards, "completionMode", "Indexed");
    unsigned count = (unsigned)number(shards, "completions");
    assert_int_equal(number(shards, "parallelism"), count);
    assert_int_equal(number(shards, "backoffLimit"), 0);
    command_line(SHARDS_JOB, words, sizeof words);
    snprintf(wanted, sizeof wanted, " --shard 2/%u ", count);
    assert_non_null(strstr(words, wanted));
    command_line(COLLECTOR_JOB, words, sizeof words);
    snprintf(wanted, sizeof wanted, " --shards %u ", count);
    assert_non_null(strstr(words, wanted));
    assert_int_equal(number(spec(COLLECTOR_JOB), "backoffLimit"), 0);
}

static void pods_may_do_no_more_than_they_need(void **state) {
    (void)state;
    for (unsigned job = SHARDS_JOB; job <= COLLECTOR_JOB; job++) {
        const struct node *security = get(container(job), "securityContext");
        bool value = false;
        expect_word(pod(job), "restartPolicy", "Never");
        assert_true(node_bool(pod(job), "automountServiceAccountToken", &value));
        assert_false(value);
        assert_true(
            node_bool(get(pod(job), "securityContext"), "runAsNonRoot", &value));
        assert_true(value);
        assert_true(node_bool(security, "readOnlyRootFilesystem", &value));
        assert_true(value);
        assert_true(node_bool(security, "allowPrivilegeEscalation", &value));
        assert_false(value);
        get(get(container(job), "resources"), "requests");
    }
}

static void flightdeck_understands_what_the_shards_are_told(void **state) {
    (void)state;
    try_out(SHARDS_JOB);
}

static void flightdeck_understands_what_the_collector_is_told(void **state) {
    (void)state;
    try_out(COLLECTOR_JOB);
}

#define WITH_MANIFEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_MANIFEST(each_pod_is_a_shard_and_all_run_at_once),
        WITH_MANIFEST(pods_may_do_no_more_than_they_need),
        WITH_MANIFEST(flightdeck_understands_what_the_shards_are_told),
        WITH_MANIFEST(flightdeck_understands_what_the_collector_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
