/* SPDX-License-Identifier: MIT */
#include "base/json_writer.h"
#include "base/text.h"
#include "base/units.h"
#include "report/smoke_report.h"

enum { WORDS_SIZE = 2048 };

/* A # would begin a directive. */
static void add_description(struct buffer *to, const char *words) {
    for (; *words; words++) {
        if (*words == '#' || *words == '\\') buffer_add_char(to, '\\');
        buffer_add_char(to, *words);
    }
}

/* A JSON string is one of YAML, too. */
static void add_field(struct buffer *to, const char *name, const char *value) {
    buffer_addf(to, "  %s: ", name);
    struct json_writer json = json_writer_to(to);
    json_string(&json, value);
    buffer_add_char(to, '\n');
}

static void add_diagnostics(
    const struct smoke_report *report, const struct smoke_check *check,
    struct buffer *to) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    buffer_add_string(to, "  ---\n");
    if (check->done) {
        smoke_report_explain(report, check, &text);
        add_field(to, "message", words);
        add_field(to, "verdict", verdict_name(check->verdict));
        buffer_addf(
            to, "  duration_ms: %llu\n  attempts: %u\n",
            (unsigned long long)(check->duration_ns / NS_PER_MS), check->attempts);
    } else {
        add_field(to, "message", "not run");
    }
    buffer_add_string(to, "  ...\n");
}

static void add_check(
    const struct smoke_report *report, uint32_t index, struct buffer *to) {
    const struct smoke_check *check = &report->result->checks[index];
    bool passed = check->done && check->verdict == VERDICT_PASS;
    /* Left out after a failure, which is told; for any other reason it is not ok. */
    bool left_out = !check->done && report->result->end == SMOKE_CUT;
    buffer_addf(to, "%s %u - ", passed || left_out ? "ok" : "not ok", index + 1);
    add_description(to, check->name);
    if (left_out) buffer_add_string(to, " # SKIP not run");
    buffer_add_char(to, '\n');
    bool odd = check->flaky || check->degraded;
    if (!left_out && (!passed || odd)) add_diagnostics(report, check, to);
}

void smoke_report_tap(const struct smoke_report *report, struct buffer *to) {
    buffer_addf(to, "TAP version 13\n1..%u\n", report->result->count);
    for (uint32_t i = 0; i < report->result->count; i++) add_check(report, i, to);
}
