/* SPDX-License-Identifier: MIT */
#include "core/exposition.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

/* A line, and what comes of it: NULL for a
 * name means that it is skipped and counted. */
struct line {
    const char *text;
    const char *name;
    const char *labels;
    double value;
};

static void assert_slice(struct slice slice, const char *expected) {
    if (!slice_equals(slice, expected)) {
        fail_msg("'%.*s' instead of '%s'", (int)slice.length, slice.data, expected);
    }
}

static void assert_line(const struct line *line) {
    struct exposition reader = exposition_of(slice_of(line->text));
    struct exposition_sample sample;
    bool read = exposition_next(&reader, &sample);
    if (read != (line->name != NULL)) fail_msg("%s: read is %d", line->text, read);
    assert_int_equal(reader.bad_lines, read ? 0 : 1);
    if (!read) return;
    assert_slice(sample.name, line->name);
    assert_slice(sample.labels, line->labels);
    if (isnan(line->value)) {
        assert_true(isnan(sample.value));
    } else if (sample.value < line->value || sample.value > line->value) {
        fail_msg("%s: %g instead of %g", line->text, sample.value, line->value);
    }
    assert_false(exposition_next(&reader, &sample));
}

static void lines_that_services_write_are_read(void **state) {
    (void)state;
    static const struct line lines[] = {
        {"up 1", "up", "", 1},
        {"up 1\n", "up", "", 1},
        {"up 1\r\n", "up", "", 1},
        {"  up\t 1 \n", "up", "", 1},
        {"up{} 1", "up", "", 1},
        {"up{ } 1", "up", "", 1},
        {"up {a=\"b\"} 1", "up", "a=\"b\"", 1},
        {"up{a=\"b\",} 1", "up", "a=\"b\",", 1},
        {"up{a = \"b\" , c=\"d\"} 1", "up", "a = \"b\" , c=\"d\"", 1},
        {"vllm:num_requests_running{m=\"x\"} 0.0", "vllm:num_requests_running",
         "m=\"x\"", 0},
        {"a{le=\"0.00015000000000000001\"} 1.048576e+06", "a",
         "le=\"0.00015000000000000001\"", 1048576},
        {"llamacpp:x nan", "llamacpp:x", "", NAN},
        {"x NaN", "x", "", NAN},
        {"x +Inf", "x", "", HUGE_VAL},
        {"x -inf", "x", "", -HUGE_VAL},
        {"x 1e309", "x", "", HUGE_VAL},
        {"x -0", "x", "", 0},
        {"x 007", "x", "", 7},
        {"x 1 1395066363000", "x", "", 1},
        {"x 1 -3982045", "x", "", 1},
        {"x 1 1520879607.789", "x", "", 1},
        {"x{a=\"}\"} 1", "x", "a=\"}\"", 1},
        {"x{a=\"{#,=\"} 1", "x", "a=\"{#,=\"", 1},
        {"x{a=\"\\\"\\\\\\n\"} 1", "x", "a=\"\\\"\\\\\\n\"", 1},
        {"x{a=\"\"} 1", "x", "a=\"\"", 1},
        {"x{a=\"\x1b]0;evil\x07\"} 1", "x", "a=\"\x1b]0;evil\x07\"", 1},
        {"x{a=\"\xff\xfe\"} 1", "x", "a=\"\xff\xfe\"", 1},
        {"x_bucket{le=\"1\"} 4 # {trace_id=\"#\"} 0.67 1.5", "x_bucket", "le=\"1\"", 4},
        {"x_total 4 1.5 # {} 0.67", "x_total", "", 4},
        {"{\"http.requests\",\"l.n\"=\"v\"} 3", "http.requests", "\"l.n\"=\"v\"", 3},
        {"{\"http.requests\"} 3", "http.requests", "", 3},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) assert_line(&lines[i]);
}

static void lines_that_cannot_be_read_are_skipped_and_counted(void **state) {
    (void)state;
    static const char *const texts[] = {
        "up",
        "up ",
        "up 1x",
        "up x",
        "9up 1",
        "{} 1",
        "up{a} 1",
        "up{a=b} 1",
        "up{a=\"b} 1",
        "up{a=\"b\" 1",
        "up{=\"\"} 1",
        "up{9=\"b\"} 1",
        "up{a=\"b\"c=\"d\"} 1",
        "up{,} 1",
        "up} 1",
        "up 0x1p3",
        "up 1_000",
        "up 1 2 3",
        "up 1 x",
        "up 1e",
        "up +",
        "<html>",
        "-- 1",
        "up{a=\"b\\",
        "\x80 1",
        "up{a=\"b\"}",
        "up{a:b=\"c\"} 1",
        "up 1,5",
        "up InfX",
        "{\"x\" 1",
        "{\"\"} 1",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct line line = {.text = texts[i]};
        assert_line(&line);
    }
}

static void blank_lines_and_comments_are_no_bad_lines(void **state) {
    (void)state;
    const char *text =
        "\n\r\n   \n# HELP x y\n#\n# nonsense\n#TYPE\n# TYPE\n# UNIT x s\n";
    struct exposition reader = exposition_of(slice_of(text));
    struct exposition_sample sample;
    assert_false(exposition_next(&reader, &sample));
    assert_int_equal(reader.bad_lines, 0);
}

static void a_bad_line_does_not_hide_the_next_one(void **state) {
    (void)state;
    const char *text = "a 1\nbroken{\n b 2\nx{y=\"un\nterminated\"} 1\nc 3";
    struct exposition reader = exposition_of(slice_of(text));
    struct exposition_sample sample;
    const char *const names[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++) {
        assert_true(exposition_next(&reader, &sample));
        assert_slice(sample.name, names[i]);
    }
    assert_false(exposition_next(&reader, &sample));
    assert_int_equal(reader.bad_lines, 3);
    assert_int_equal(reader.first_bad, 2);
    assert_int_equal(reader.sample_count, 3);
}

static void the_type_is_that_of_the_family(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum exposition_type type;
    } cases[] = {
        {"# TYPE a counter\na 1", EXPOSITION_COUNTER},
        {"# TYPE a counter\na_total 1", EXPOSITION_COUNTER},
        {"# TYPE a gauge\na 1", EXPOSITION_GAUGE},
        {"# TYPE a histogram\na_bucket{le=\"1\"} 1", EXPOSITION_HISTOGRAM},
        {"# TYPE a gaugehistogram\na_gcount 1", EXPOSITION_HISTOGRAM},
        {"# TYPE a summary\na{quantile=\"0.5\"} 1", EXPOSITION_SUMMARY},
        {"# TYPE a summary\na_sum 1", EXPOSITION_SUMMARY},
        {"# TYPE a stateset\na{a=\"x\"} 1", EXPOSITION_STATESET},
        {"# TYPE a info\na_info{v=\"1\"} 1", EXPOSITION_INFO},
        {"# TYPE a untyped\na 1", EXPOSITION_UNTYPED},
        {"# TYPE a strange\na 1", EXPOSITION_UNTYPED},
        {"# TYPE a counter\nb 1", EXPOSITION_UNTYPED},
        {"# TYPE a counter\nab 1", EXPOSITION_UNTYPED},
        {"a 1", EXPOSITION_UNTYPED},
        /* A counter that is called *_count is not the count of a summary. */
        {"# TYPE tgi_request_count counter\ntgi_request_count 1", EXPOSITION_COUNTER},
        /* A histogram that is called *_total is no counter. */
        {"# TYPE v:x_total histogram\nv:x_total_bucket{le=\"1\"} 1",
         EXPOSITION_HISTOGRAM},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exposition reader = exposition_of(slice_of(cases[i].text));
        struct exposition_sample sample;
        assert_true(exposition_next(&reader, &sample));
        assert_int_equal(exposition_type(&reader, &sample), cases[i].type);
    }
}

static void created_series_are_left_out(void **state) {
    (void)state;
    const char *text = "a_total 1\na_created 1.7e9\nb_created{x=\"y\"} 1\nb 2\n";
    struct exposition reader = exposition_of(slice_of(text));
    struct exposition_sample sample;
    assert_true(exposition_next(&reader, &sample));
    assert_slice(sample.name, "a_total");
    assert_true(exposition_next(&reader, &sample));
    assert_slice(sample.name, "b");
    assert_false(exposition_next(&reader, &sample));
    assert_int_equal(reader.bad_lines, 0);
}

static void nothing_is_read_behind_the_end_mark(void **state) {
    (void)state;
    struct exposition reader = exposition_of(slice_of("a 1\n# EOF\nb 2\n"));
    struct exposition_sample sample;
    assert_true(exposition_next(&reader, &sample));
    assert_false(exposition_next(&reader, &sample));
    assert_true(reader.ended);
}

static void timestamps_and_exemplars_are_kept_apart(void **state) {
    (void)state;
    struct exposition reader =
        exposition_of(slice_of("a 1 1520879607.789 # {id=\"x\"} 0.5 2\nb 1\n"));
    struct exposition_sample sample;
    assert_true(exposition_next(&reader, &sample));
    assert_true(sample.has_timestamp);
    assert_float_equal(sample.timestamp, 1520879607.789, 1e-3);
    assert_slice(sample.exemplar, "{id=\"x\"} 0.5 2");
    assert_true(exposition_next(&reader, &sample));
    assert_false(sample.has_timestamp);
    assert_int_equal(sample.exemplar.length, 0);
}

static void labels_are_found_wherever_they_stand(void **state) {
    (void)state;
    static const char *const texts[] = {
        "a{le=\"0.5\",x=\"y\"} 1", "a{x=\"y\",le=\"0.5\"} 1",
        "a{x=\"y\" , le = \"0.5\",} 1", "a{x=\"le=\\\"9\\\",\",le=\"0.5\"} 1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct exposition reader = exposition_of(slice_of(texts[i]));
        struct exposition_sample sample;
        struct slice value;
        assert_true(exposition_next(&reader, &sample));
        assert_true(exposition_find(&sample, "le", &value));
        assert_slice(value, "0.5");
        assert_false(exposition_find(&sample, "l", &value));
    }
}

static void escapes_are_taken_out_on_request(void **state) {
    (void)state;
    struct slice labels = slice_of("a=\"x\\\"y\\\\z\\nw\\q\",b=\"plain\"");
    struct exposition_label label;
    char out[32];
    assert_true(exposition_label(&labels, &label));
    assert_true(label.escaped);
    assert_slice(exposition_unescape(&label, out, sizeof out), "x\"y\\z\nwq");
    assert_slice(exposition_unescape(&label, out, 3), "x\"y");
    assert_true(exposition_label(&labels, &label));
    assert_false(label.escaped);
    assert_slice(exposition_unescape(&label, out, sizeof out), "plain");
    assert_false(exposition_label(&labels, &label));
}

static void quantiles_in_percent_are_understood(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double quantile;
    } cases[] = {{"0.5", 0.5}, {"50", 0.5},  {"99.9", 0.999}, {"0.999", 0.999},
                 {"1", 1},     {"0", 0},     {"100", 1},      {"", NAN},
                 {"-1", NAN},  {"101", NAN}, {"x", NAN},      {"NaN", NAN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double quantile = exposition_quantile(slice_of(cases[i].text));
        if (isnan(cases[i].quantile)) {
            assert_true(isnan(quantile));
        } else {
            assert_float_equal(quantile, cases[i].quantile, 1e-12);
        }
    }
}

static void put(char *to, const char *words) {
    for (; *words; words++) *to++ = *words;
}

static void a_text_past_its_limit_is_cut_at_a_line(void **state) {
    (void)state;
    size_t size = EXPOSITION_BYTES_MAX + 64;
    char *text = memory_new(size);
    memset(text, '\n', size);
    put(text, "a 1\n");
    put(text + EXPOSITION_BYTES_MAX - 2, "b 2\n"); /* across the limit */
    struct exposition reader = exposition_of((struct slice){text, size});
    struct exposition_sample sample;
    assert_true(reader.truncated);
    assert_true(exposition_next(&reader, &sample));
    assert_slice(sample.name, "a");
    assert_false(exposition_next(&reader, &sample));
    assert_int_equal(reader.bad_lines, 0);
    free(text);
}

static void more_samples_than_the_limit_are_not_read(void **state) {
    (void)state;
    size_t size = ((size_t)EXPOSITION_SAMPLES_MAX + 1) * 4;
    char *text = memory_new(size);
    for (size_t i = 0; i < size; i += 4) put(text + i, "a 1\n");
    struct exposition reader = exposition_of((struct slice){text, size});
    struct exposition_sample sample;
    uint32_t read = 0;
    while (exposition_next(&reader, &sample)) read++;
    assert_int_equal(read, EXPOSITION_SAMPLES_MAX);
    assert_true(reader.truncated);
    free(text);
}

static void a_megabyte_in_one_label_is_read_once(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    char *text = memory_new(SIZE + 16);
    memset(text, 'x', SIZE + 10);
    put(text, "a{b=\"");
    put(text + SIZE, "\"} 1");
    text[SIZE + 4] = '\0';
    struct exposition reader = exposition_of(slice_of(text));
    struct exposition_sample sample;
    assert_true(exposition_next(&reader, &sample));
    assert_int_equal(sample.labels.length, SIZE - 2 + 1);
    free(text);
}

static void an_empty_text_has_no_samples(void **state) {
    (void)state;
    struct exposition reader = exposition_of((struct slice){"", 0});
    struct exposition_sample sample;
    assert_false(exposition_next(&reader, &sample));
    assert_false(reader.truncated);
    assert_int_equal(reader.line, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_services_write_are_read),
        cmocka_unit_test(lines_that_cannot_be_read_are_skipped_and_counted),
        cmocka_unit_test(blank_lines_and_comments_are_no_bad_lines),
        cmocka_unit_test(a_bad_line_does_not_hide_the_next_one),
        cmocka_unit_test(the_type_is_that_of_the_family),
        cmocka_unit_test(created_series_are_left_out),
        cmocka_unit_test(nothing_is_read_behind_the_end_mark),
        cmocka_unit_test(timestamps_and_exemplars_are_kept_apart),
        cmocka_unit_test(labels_are_found_wherever_they_stand),
        cmocka_unit_test(escapes_are_taken_out_on_request),
        cmocka_unit_test(quantiles_in_percent_are_understood),
        cmocka_unit_test(a_text_past_its_limit_is_cut_at_a_line),
        cmocka_unit_test(more_samples_than_the_limit_are_not_read),
        cmocka_unit_test(a_megabyte_in_one_label_is_read_once),
        cmocka_unit_test(an_empty_text_has_no_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
