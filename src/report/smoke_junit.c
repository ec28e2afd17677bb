/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "base/units.h"
#include "report/smoke_report.h"
#include "report/xml_text.h"

enum { TIMESTAMP_SIZE = 32, TIMESTAMP_LENGTH = 19, WORDS_SIZE = 2048 };

/* Seconds without an exponent. */
static void add_time(struct buffer *to, uint64_t duration_ns) {
    uint64_t ms = duration_ns / NS_PER_MS;
    buffer_addf(
        to, " time=\"%llu.%03u\"", (unsigned long long)(ms / 1000),
        (unsigned)(ms % 1000));
}

/* JUnit knows no "inconclusive": what is not green must not look so. */
static const char *element_of(const struct smoke_check *check) {
    if (!check->done) return "skipped";
    if (check->verdict == VERDICT_PASS) return check->flaky ? "flakyFailure" : NULL;
    return check->verdict == VERDICT_FAIL ? "failure" : "error";
}

static void add_outcome(
    const struct smoke_report *report, const struct smoke_check *check,
    struct buffer *to) {
    const char *element = element_of(check);
    if (!element) return;
    if (!check->done) {
        buffer_add_string(to, "      <skipped/>\n");
        return;
    }
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    smoke_report_explain(report, check, &text);
    buffer_addf(to, "      <%s", element);
    xml_add_attribute(
        to, "type", check->flaky ? "FLAKY" : verdict_name(check->verdict));
    xml_add_attribute(to, "message", check->detail);
    buffer_add_string(to, ">");
    xml_add(to, words);
    buffer_addf(to, "</%s>\n", element);
}

static void add_case(
    const struct smoke_report *report, const struct smoke_check *check,
    struct buffer *to) {
    buffer_add_string(to, "    <testcase classname=\"smoke\"");
    xml_add_attribute(to, "name", check->name);
    add_time(to, check->done ? check->duration_ns : 0);
    buffer_add_string(to, ">\n");
    add_outcome(report, check, to);
    buffer_add_string(to, "    </testcase>\n");
}

static void add_property(struct buffer *to, const char *name, const char *value) {
    buffer_add_string(to, "      <property");
    xml_add_attribute(to, "name", name);
    xml_add_attribute(to, "value", value);
    buffer_add_string(to, "/>\n");
}

static void add_properties(const struct smoke_result *result, struct buffer *to) {
    char run[ULID_STRING_SIZE];
    ulid_to_string(result->run, run);
    buffer_add_string(to, "    <properties>\n");
    add_property(to, "run", run);
    add_property(to, "url", result->url);
    add_property(to, "verdict", verdict_name(result->verdict));
    add_property(to, "reason", result->reason);
    add_property(to, "end", smoke_end_name(result->end));
    buffer_add_string(to, "    </properties>\n");
}

static void add_counts(const struct smoke_result *result, struct buffer *to) {
    buffer_addf(
        to, " tests=\"%u\" failures=\"%u\" errors=\"%u\"", result->count,
        result->failed, result->errors + result->inconclusive);
}

static void add_suite(const struct smoke_report *report, struct buffer *to) {
    const struct smoke_result *result = report->result;
    char timestamp[TIMESTAMP_SIZE];
    struct text text = TEXT_IN(timestamp);
    units_add_timestamp(&text, result->started_ms);
    timestamp[TIMESTAMP_LENGTH] = '\0'; /* the schema knows no fraction and no zone */
    buffer_add_string(to, "  <testsuite name=\"smoke\"");
    add_counts(result, to);
    buffer_addf(to, " skipped=\"%u\"", result->not_run);
    add_time(to, result->duration_ns);
    xml_add_attribute(to, "timestamp", timestamp);
    xml_add_attribute(to, "hostname", result->target);
    if (result->file[0]) xml_add_attribute(to, "file", result->file);
    buffer_add_string(to, ">\n");
    add_properties(result, to);
    for (uint32_t i = 0; i < result->count; i++) {
        add_case(report, &result->checks[i], to);
    }
    buffer_add_string(to, "  </testsuite>\n");
}

void smoke_report_junit(const struct smoke_report *report, struct buffer *to) {
    buffer_add_string(
        to,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"flightdeck\"");
    add_counts(report->result, to);
    add_time(to, report->result->duration_ns);
    buffer_add_string(to, ">\n");
    add_suite(report, to);
    buffer_add_string(to, "</testsuites>\n");
}
