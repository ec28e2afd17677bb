/* SPDX-License-Identifier: MIT */
#include "core/line_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/random.h"
#include "core/scrape.h"

enum { ROUNDS = 3000, LINES = 24 };

static const char *const beginnings[] = {
    "# TYPE agent_requests_total counter\n",
    "# HELP agent_requests_total All of them.\n",
    "\n",
    "nonsense\n",
    "agent_version{version=\"1.2\"} 1\n",
    "agent_version{version=\"1.3\"} 1\n",
    "agent_request_duration_seconds{quantile=\"0.5\"} 0.25\n",
    "agent_requests_total{status=\"success\"} ",
    "agent_requests_total{status=\"success\"}\t",
    "agent_requests_total{status=\"error\",user=\"a b\"} ",
    "agent_requests_total{status=\"error\"}   ",
    "  agent_requests_total{status=\"error\",x=\"1\"} ",
    "agent_request_duration_seconds_bucket{le=\"0.5\"} ",
    "agent_request_duration_seconds_bucket{le=\"1\"} ",
    "agent_request_duration_seconds_bucket{le=\"+Inf\"} ",
    "agent_request_duration_seconds_count ",
    "agent_request_duration_seconds_created ",
    "agent_active_connections ",
    "go_goroutines ",
    "go_goroutines{a=\"\\\"\"} ",
    "{\"agent_queue_depth\"} ",
    "process_start_time_seconds 17e8\n",
    "process_start_time_seconds ",
};

static const char *const ends[] = {
    "0\n",
    "1\n",
    "7\n",
    "10\n",
    "123456789012345\n",
    "1234567890123456789\n",
    "1.5\n",
    "1e3\n",
    "7 1000\n",
    "7\r\n",
    "7 # {a=\"b\"} 1\n",
    "NaN\n",
    "+7\n",
    "-7\n",
    "7 \n",
    "seven\n",
    "\n",
    "7",
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* The lines of one service, as they are chosen now. */
struct lines {
    uint32_t count;
    uint32_t eof; /* the line behind which all is said; LINES for none */
    uint8_t beginning[LINES], end[LINES];
};

static uint8_t choose(struct random *random, size_t count) {
    return (uint8_t)random_below(random, count);
}

/* Mostly other values; sometimes a line comes, goes or becomes another one. */
static void change(struct lines *lines, struct random *random) {
    for (uint32_t i = 0; i < lines->count; i++) {
        if (choose(random, 3) == 0) lines->end[i] = choose(random, COUNT(ends) - 1);
    }
    uint32_t at = choose(random, LINES);
    lines->eof = choose(random, 8) == 0 ? at : LINES;
    switch (choose(random, 8)) {
    case 0: lines->count = choose(random, LINES + 1); break;
    case 1: lines->beginning[at] = choose(random, COUNT(beginnings)); break;
    case 2: lines->end[at] = choose(random, COUNT(ends)); break;
    default: break;
    }
}

static void write_text(const struct lines *lines, struct text *text) {
    for (uint32_t i = 0; i < lines->count; i++) {
        const char *beginning = beginnings[lines->beginning[i]];
        if (i == lines->eof) beginning = "# EOF\n";
        text_add(text, beginning);
        bool whole = beginning[strlen(beginning) - 1] == '\n';
        if (!whole) text_add(text, ends[lines->end[i]]);
    }
}

/* Two meters, one of which forgets every line at once, get the same answers. */
struct pair {
    struct aliases aliases;
    struct meter *meter, *forgetful;
    uint64_t now_ns;
};

static void expect_the_same(struct pair *pair, struct slice text) {
    pair->now_ns += NS_PER_S;
    line_memory_forget(meter_lines(pair->forgetful));
    const struct reading *plain =
        scrape_text(pair->forgetful, &pair->aliases, text, pair->now_ns);
    const struct reading *reading =
        scrape_text(pair->meter, &pair->aliases, text, pair->now_ns);
    assert_memory_equal(reading, plain, sizeof *reading);
}

static struct pair pair_new(void) {
    struct pair pair = {.meter = meter_new(NS_PER_S), .forgetful = meter_new(NS_PER_S)};
    aliases_init(&pair.aliases);
    return pair;
}

static void pair_clear(struct pair *pair) {
    meter_free(pair->meter);
    meter_free(pair->forgetful);
}

static void what_is_remembered_changes_no_reading(void **state) {
    (void)state;
    struct pair pair = pair_new();
    struct random random;
    random_seed(&random, 7);
    struct lines lines = {.count = LINES};
    for (uint32_t i = 0; i < LINES; i++) {
        lines.beginning[i] = choose(&random, COUNT(beginnings));
    }
    for (uint32_t i = 0; i < ROUNDS; i++) {
        char data[4096];
        struct text text = TEXT_IN(data);
        change(&lines, &random);
        write_text(&lines, &text);
        expect_the_same(&pair, (struct slice){data, text.length});
    }
    pair_clear(&pair);
}

static void longer_texts_than_are_remembered_are_read_whole(void **state) {
    (void)state;
    enum { SERIES = LINE_MEMORY_LINES_MAX + 500, SIZE = 4 * LINE_MEMORY_BYTES_MAX };
    struct pair pair = pair_new();
    char *data = memory_new(SIZE);
    for (unsigned round = 1; round < 5; round++) {
        struct text text = text_in(data, SIZE);
        /* Those at the limit of bytes move out of it. */
        text_addf(&text, "# %0*u\n", (int)(round * 100000), round);
        for (unsigned i = 0; i < SERIES; i++) {
            text_addf(
                &text, "agent_requests_total{status=\"success\",path=\"%0100u\"} %u\n",
                i, i * round * 1000);
        }
        assert_false(text.truncated);
        expect_the_same(&pair, (struct slice){data, text.length});
    }
    free(data);
    pair_clear(&pair);
}

static void known_lines_are_taken_without_being_read(void **state) {
    (void)state;
    static const char first[] = "# TYPE a counter\na{b=\"c\"} 1\nb 2\n";
    static const char second[] = "# TYPE a counter\na{b=\"c\"} 17\nb 2\n";
    struct line_memory *memory = line_memory_new();
    struct exposition reader = exposition_of(slice_of(first));
    struct exposition_sample sample = {.series = {.data = first}};
    struct line_meaning meaning;
    line_memory_begin(memory, slice_of(first));
    for (uint32_t i = 0; i < 3; i++) {
        const char *start = reader.rest.at;
        bool is_sample;
        assert_false(line_memory_take(memory, &reader, &meaning));
        assert_true(exposition_line(&reader, &sample, &is_sample));
        meaning = (struct line_meaning){
            .kind = is_sample ? LINE_SERIES : LINE_NOTHING, .series = i};
        if (is_sample) meaning.value = sample.value;
        line_memory_keep(memory, start, &reader, &meaning, sample.series);
    }
    line_memory_end(memory);

    reader = exposition_of(slice_of(second));
    line_memory_begin(memory, slice_of(second));
    assert_true(line_memory_take(memory, &reader, &meaning));
    assert_int_equal(meaning.kind, LINE_NOTHING);
    assert_true(line_memory_take(memory, &reader, &meaning));
    assert_int_equal(meaning.series, 1);
    assert_true(meaning.value == 17);
    assert_true(line_memory_take(memory, &reader, &meaning));
    assert_true(meaning.value == 2);
    assert_int_equal(reader.sample_count, 2);
    assert_int_equal(reader.line, 3);
    assert_false(line_memory_take(memory, &reader, &meaning));
    line_memory_free(memory);
    line_memory_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_remembered_changes_no_reading),
        cmocka_unit_test(longer_texts_than_are_remembered_are_read_whole),
        cmocka_unit_test(known_lines_are_taken_without_being_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
