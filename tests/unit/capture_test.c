/* SPDX-License-Identifier: MIT */
#include "io/capture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

#define LIMIT_NS (20 * NS_PER_S)

struct told {
    struct loop *loop;
    unsigned count;
    struct error error;
    int code;
    size_t length;
    char output[CAPTURE_OUTPUT_MAX + 1];
    char last_line[CAPTURE_OUTPUT_MAX + 1];
};

static void on_done(void *owner, const struct capture_result *result) {
    struct told *told = owner;
    told->count++;
    told->error = result->error;
    told->code = result->code;
    told->length = result->output.length;
    memcpy(told->output, result->output.data, result->output.length);
    struct text line = TEXT_IN(told->last_line);
    text_add_slice(&line, capture_last_line(result));
    loop_stop(told->loop);
}

static void run(struct told *told, const char *words, uint64_t limit_ns) {
    const char *const args[] = {"sh", "-c", words, NULL};
    *told = (struct told){.loop = loop_new()};
    capture_start(told->loop, args, limit_ns, on_done, told);
    assert_int_equal(told->count, 0);
    loop_run(told->loop);
    loop_free(told->loop);
    assert_int_equal(told->count, 1);
}

static void a_program_says_its_words_and_its_code(void **state) {
    (void)state;
    struct told told;
    run(&told, "echo out; echo err >&2; exit 7", LIMIT_NS);
    assert_int_equal(told.error.code, ERROR_NONE);
    assert_int_equal(told.code, 7);
    assert_string_equal(told.output, "out\n");
    run(&told, "kill -9 $$", LIMIT_NS);
    assert_int_equal(told.error.code, ERROR_LOST);
}

/* Each row: what is run, and the line that says most. */
static const struct {
    const char *words, *line;
} lines[] = {
    {"echo first >&2; echo why not >&2; echo; echo out", "why not"},
    {"echo first; echo why not; echo; echo ' ' >&2", "why not"},
    {"printf 'no end' >&2", "no end"},
    {"true", ""},
    {"yes and so on | head -c 100000 >&2; echo why not >&2", "why not"},
    /* Of a word whose beginning has gone nothing is told. */
    {"printf '%02000d and more' 7 >&2", " and more"},
    {"printf '%02000d' 7 >&2", ""},
};

static void its_last_line_says_why(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct told told;
        run(&told, lines[i].words, LIMIT_NS);
        assert_string_equal(told.last_line, lines[i].line);
    }
}

static void a_flood_is_cut_and_read_to_its_end(void **state) {
    (void)state;
    struct told told;
    run(&told, "yes | head -c 1000000; exit 3", LIMIT_NS);
    assert_int_equal(told.code, 3);
    assert_int_equal(told.length, CAPTURE_OUTPUT_MAX);
    run(&told, "yes | head -c 1000000 >&2; exit 3", LIMIT_NS);
    assert_int_equal(told.code, 3);
    assert_string_equal(told.last_line, "y");
}

/* Until nobody runs under that pid any more;
 * whoever lost its parent may not be reaped. */
static bool is_gone(pid_t pid) {
    char path[64], word;
    uint64_t start_ns = loop_clock_ns();
    struct text text = TEXT_IN(path);
    text_addf(&text, "/proc/%d/cmdline", (int)pid);
    while (loop_clock_ns() - start_ns < 5 * NS_PER_S) {
        int file = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got = file < 0 ? 0 : read(file, &word, 1);
        if (file >= 0) close(file);
        if (got <= 0) return true;
    }
    return false;
}

static void the_deadline_ends_all_that_was_started(void **state) {
    (void)state;
    struct told told;
    run(&told, "sleep 1000 & echo $!; wait", 500 * NS_PER_MS);
    assert_int_equal(told.error.code, ERROR_TIMEOUT);
    pid_t child = (pid_t)strtol(told.output, NULL, 10);
    assert_true(child > 1);
    assert_true(is_gone(child));
}

static void what_cannot_run_is_an_error(void **state) {
    (void)state;
    static const char *const args[] = {"no-such-program", NULL};
    struct told told = {.loop = loop_new()};
    capture_start(told.loop, args, LIMIT_NS, on_done, &told);
    loop_run(told.loop);
    assert_int_equal(told.error.code, ERROR_NOT_FOUND);
    struct capture *capture = capture_start(
        told.loop, (const char *const[]){"sleep", "1000", NULL}, LIMIT_NS, on_done,
        &told);
    capture_free(capture); /* no callback any more */
    loop_free(told.loop);
    assert_int_equal(told.count, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_says_its_words_and_its_code),
        cmocka_unit_test(its_last_line_says_why),
        cmocka_unit_test(a_flood_is_cut_and_read_to_its_end),
        cmocka_unit_test(the_deadline_ends_all_that_was_started),
        cmocka_unit_test(what_cannot_run_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
