/* SPDX-License-Identifier: MIT */
#include "report/smoke_report.h"

#include "base/text.h"
#include "base/units.h"

static void add_place(
    const struct smoke_report *report, const struct smoke_check *check,
    struct text *to) {
    if (!report->result->file[0]) return;
    text_add(to, report->result->file);
    if (check->line > 0) text_addf(to, ":%u", check->line);
    text_add(to, ": ");
}

void smoke_report_explain(
    const struct smoke_report *report, const struct smoke_check *check,
    struct text *to) {
    add_place(report, check, to);
    text_add(to, check->detail[0] ? check->detail : "no reason was given");
    text_addf(to, " (%s", check->request);
    if (check->status > 0) text_addf(to, ", HTTP %u", check->status);
    text_add(to, ", ");
    units_add_duration(to, check->duration_ns);
    if (check->attempts > 1) text_addf(to, ", attempt %u", check->attempts);
    text_add(to, ")");
}

/* How a check is shown: a picture, a word, a colour. */
struct look {
    const char *picture, *word, *color;
};

static struct look look_of(const struct smoke_check *check) {
    static const struct look looks[] = {
        [VERDICT_PASS] = {"✅", "PASS", "\033[32m"},
        [VERDICT_FAIL] = {"❌", "FAIL", "\033[31m"},
        [VERDICT_INCONCLUSIVE] = {"❔", "INCONCLUSIVE", "\033[33m"},
        [VERDICT_ERROR] = {"❌", "ERROR", "\033[31m"},
    };
    static const struct look not_run = {"➖", "NOT RUN", "\033[33m"};
    return check->done ? looks[check->verdict] : not_run;
}

static void add_check(
    const struct smoke_report *report, uint32_t index, struct buffer *to) {
    const struct smoke_check *check = &report->result->checks[index];
    struct look look = look_of(check);
    buffer_addf(to, "Test %u: %s... %s ", index + 1, check->name, look.picture);
    if (report->color) buffer_add_string(to, look.color);
    buffer_add_string(to, look.word);
    if (report->color) buffer_add_string(to, "\033[0m");
    if (check->flaky) buffer_add_string(to, " (FLAKY)");
    if (check->degraded) buffer_add_string(to, " (DEGRADED)");
    buffer_add_char(to, '\n');
    if (!check->done) return;
    bool plain = check->verdict == VERDICT_PASS && !check->flaky && !check->degraded;
    if (plain) return;
    char words[2 * SMOKE_DETAIL_SIZE + CHECK_PATH_SIZE];
    struct text text = TEXT_IN(words);
    smoke_report_explain(report, check, &text);
    buffer_addf(to, "    %s\n", words);
}

static void add_count(struct buffer *to, uint32_t count, const char *word) {
    if (count > 0) buffer_addf(to, ", %u %s", count, word);
}

void smoke_report_text(const struct smoke_report *report, struct buffer *to) {
    const struct smoke_result *result = report->result;
    for (uint32_t i = 0; i < result->count; i++) add_check(report, i, to);
    buffer_addf(
        to, "\nSmoke test results: %u passed, %u failed", result->passed,
        result->failed + result->errors);
    add_count(to, result->inconclusive, "inconclusive");
    add_count(to, result->not_run, "not run");
    add_count(to, result->flaky, "flaky");
    add_count(to, result->degraded, "degraded");
    buffer_add_char(to, '\n');
}
