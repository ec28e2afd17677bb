/* SPDX-License-Identifier: MIT */
#include "io/yaml.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"

static struct error err;

static struct document *parse(const char *text) {
    err = (struct error){0};
    return yaml_parse(slice_of(text), "f.yaml", &err);
}

static void maps_lists_and_scalars_know_where_they_stood(void **state) {
    (void)state;
    struct document *document = parse("version: 1\n"
                                      "checks:\n"
                                      "  - name: \"a b\"\n"
                                      "    get: /x\n"
                                      "  - {name: two, n: 3.10}\n"
                                      "empty:\n");
    assert_non_null(document);
    const struct node *root = document_root(document);
    const struct node *version = node_get(root, "version");
    assert_int_equal(version->line, 1);
    assert_int_equal(version->column, 10);
    assert_int_equal(version->key_column, 1);
    const struct node *first = node_at(node_get(root, "checks"), 0);
    assert_int_equal(first->line, 3);
    assert_int_equal(first->column, 5);
    const struct node *name = node_get(first, "name");
    assert_true(name->quoted);
    assert_string_equal(name->string.data, "a b");
    assert_int_equal(name->column, 11);
    const struct node *n = node_get(node_at(node_get(root, "checks"), 1), "n");
    assert_false(n->quoted);
    assert_string_equal(n->string.data, "3.10");
    assert_int_equal(n->line, 5);
    assert_int_equal(n->key_column, 17);
    assert_string_equal(node_get(root, "empty")->string.data, "");
    document_free(document);
}

static void an_empty_file_has_no_root(void **state) {
    (void)state;
    struct document *document = parse("# nothing but words\n");
    assert_non_null(document);
    assert_null(document_root(document));
    document_free(document);
}

static void json_is_read_too(void **state) {
    (void)state;
    struct document *document = parse("{\"a\": [1, true, \"x\"]}");
    assert_non_null(document);
    const struct node *list = node_get(document_root(document), "a");
    assert_int_equal(list->child_count, 3);
    assert_false(node_at(list, 0)->quoted);
    assert_true(node_at(list, 2)->quoted);
    document_free(document);
}

static void what_could_mislead_is_refused_with_its_place(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"a: &x 1\nb: *x\n", "f.yaml:1:4: anchors are refused"},
        {"a:\n  - *x\n", "f.yaml:2:5: aliases are refused"},
        {"a: &x [1]\n", "f.yaml:1:4: anchors are refused"},
        {"a: !!int 1\n", "f.yaml:1:4: tags are refused"},
        {"a: ! 1\n", "f.yaml:1:4: tags are refused"},
        {"a: !x {}\n", "f.yaml:1:4: tags are refused"},
        {"%YAML 1.1\n---\na: 1\n", "f.yaml:1:1: directives are refused"},
        {"a: 1\n---\nb: 1\n", "f.yaml:2:1: a second document in one file"},
        {"a: 1\nb: 2\n  \na: 3\n", "f.yaml:4:1: the key \"a\" stands twice"},
        {"x: {k: 1, k: 2}\n", "f.yaml:1:11: the key \"k\" stands twice"},
        {"? [a]\n: 1\n", "f.yaml:1:3: a key must be a plain word or a string"},
        {"a: \"\\0\"\n", "f.yaml:1:4: a NUL character is refused"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(parse(cases[i].text));
        assert_string_equal(err.message, cases[i].message);
        assert_int_equal(err.code, ERROR_SYNTAX);
    }
}

static void bad_syntax_is_refused_with_its_place(void **state) {
    (void)state;
    static const struct {
        const char *text, *place;
    } cases[] = {
        {"a: 1\n\tb: 2\n", "f.yaml:2:1: "},   {"a: [1, 2\nb: 3\n", "f.yaml:2:2: "},
        {"a: \"x\n", "f.yaml:2:1: "},         {"a: 1\n  b: 2\n", "f.yaml:2:4: "},
        {"ab: 1\nc: \xFF\n", "f.yaml:2:4: "}, {"a: b: c\n", "f.yaml:1:5: "},
        {"a: \x01\n", "f.yaml:1:4: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(parse(cases[i].text));
        if (strncmp(err.message, cases[i].place, strlen(cases[i].place)) == 0) continue;
        fail_msg("case %zu: %s", i, err.message);
    }
}

static void utf_16_is_not_guessed(void **state) {
    (void)state;
    struct slice text = {
        .data = "\xFF\xFE"
                "a\0:\0 \0b\0",
        .length = 10};
    assert_null(yaml_parse(text, "f.yaml", &err));
}

static void depth_and_size_end_at_their_limits(void **state) {
    (void)state;
    char *text = memory_new(YAML_BYTES_MAX + 2);
    memset(text, '[', DOCUMENT_DEPTH_MAX);
    memset(text + DOCUMENT_DEPTH_MAX, ']', DOCUMENT_DEPTH_MAX);
    struct document *document = parse(text);
    assert_non_null(document);
    document_free(document);

    memset(text, '[', YAML_BYTES_MAX);
    assert_null(parse(text));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_string_equal(err.message, "f.yaml:1:33: nested deeper than 32");

    memset(text, ' ', YAML_BYTES_MAX + 1);
    assert_null(parse(text));
    assert_int_equal(err.code, ERROR_LIMIT);
    free(text);
}

static void a_file_is_read_whole_or_refused(void **state) {
    (void)state;
    char path[] = "/tmp/yaml-test-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, "a: 1\n", 5), 5);
    struct document *document = yaml_read(path, &err);
    assert_non_null(document);
    assert_string_equal(node_get(document_root(document), "a")->string.data, "1");
    document_free(document);

    assert_int_equal(ftruncate(descriptor, YAML_BYTES_MAX + 1), 0);
    assert_null(yaml_read(path, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    close(descriptor);
    unlink(path);
    assert_null(yaml_read(path, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.message, path));
    assert_null(yaml_read("/", &err));
    assert_int_equal(err.code, ERROR_SYSTEM);
}

/* Returns once that process waits for something. */
static void await_sleep(pid_t pid) {
    char path[64], words[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    const char *state = NULL;
    do {
        FILE *file = fopen(path, "re");
        size_t length = file ? fread(words, 1, sizeof words - 1, file) : 0;
        words[length] = '\0';
        if (file) fclose(file);
        state = strrchr(words, ')');
    } while (state && strncmp(state, ") S", 3) != 0);
}

static void a_pipe_is_read_to_its_end_however_late_it_comes(void **state) {
    (void)state;
    char path[64];
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        await_sleep(parent);
        ssize_t wrote = write(ends[1], "a: 1\n", 5);
        _exit(wrote == 5 ? 0 : 1);
    }
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    struct document *document = yaml_read(path, &err);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ends[0]);
    if (!document) fail_msg("%s", err.message);
    document_free(document);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_lists_and_scalars_know_where_they_stood),
        cmocka_unit_test(an_empty_file_has_no_root),
        cmocka_unit_test(json_is_read_too),
        cmocka_unit_test(what_could_mislead_is_refused_with_its_place),
        cmocka_unit_test(bad_syntax_is_refused_with_its_place),
        cmocka_unit_test(utf_16_is_not_guessed),
        cmocka_unit_test(depth_and_size_end_at_their_limits),
        cmocka_unit_test(a_file_is_read_whole_or_refused),
        cmocka_unit_test(a_pipe_is_read_to_its_end_however_late_it_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
