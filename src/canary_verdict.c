/* SPDX-License-Identifier: MIT */
#include "canary_verdict.h"

#include <math.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "core/promotion_gate.h"
#include "core/verdict.h"
#include "report/xml_text.h"

enum { LINE_SIZE = 512, AGE_SIZE = 32 };

static const char *word_of(enum exit_code code) {
    if (code == EXIT_CODE_OK) return "promote";
    return code == EXIT_CODE_FAILED ? "roll back" : "hold";
}

static enum verdict verdict_of(enum exit_code code) {
    if (code == EXIT_CODE_OK) return VERDICT_PASS;
    return code == EXIT_CODE_FAILED ? VERDICT_FAIL : VERDICT_INCONCLUSIVE;
}

static void add_trials(
    struct json_writer *json, const char *key, const struct trials *trials,
    double age_s) {
    json_key(json, key);
    json_object_begin(json);
    json_field_uint(json, "requests", trials->count);
    json_field_uint(json, "failed", trials->failures);
    json_field_double(json, "age_s", age_s);
    json_object_end(json);
}

static void add_limit(
    struct json_writer *json, const char *key, double value, double limit) {
    json_key(json, key);
    json_object_begin(json);
    json_field_double(json, "value", value);
    json_field_double(json, "limit", limit);
    json_object_end(json);
}

static void write_json(const struct canary_verdict *verdict, struct buffer *to) {
    const struct decision *decision = &verdict->decision;
    struct json_writer json = json_writer_to(to);
    json_object_begin(&json);
    json_field_string(&json, "kind", "canary_monitor");
    json_field_string(&json, "target", verdict->target);
    json_field_string(&json, "decision", word_of(verdict->code));
    json_field_string(&json, "verdict", verdict_name(verdict_of(verdict->code)));
    json_field_string(&json, "why", decision->why);
    json_field_string(&json, "rule", verdict->rule);
    json_field_string(&json, "warning", verdict->warning);
    json_field_string(&json, "source", verdict->source);
    json_field_double(&json, "duration_s", verdict->seconds);
    add_trials(&json, "stable", &verdict->stable, verdict->stable_age_s);
    add_trials(&json, "canary", &verdict->canary, verdict->canary_age_s);
    add_limit(&json, "harm", decision->evidence, decision->evidence_limit);
    add_limit(&json, "bound", decision->extra, decision->allowed);
    uint64_t missing = decision_missing(decision);
    if (missing == PROMOTION_NEVER || decision->requests == 0) {
        json_field_null(&json, "canary_missing");
    } else {
        json_field_uint(&json, "canary_missing", missing);
    }
    json_field_int(&json, "exit_code", (int)verdict->code);
    json_field_string(&json, "exit_reason", exit_code_name(verdict->code));
    json_object_end(&json);
    buffer_add_char(to, '\n');
}

static void add_age(struct text *text, double age_s) {
    if (isnan(age_s)) {
        text_add(text, "none");
    } else {
        text_addf(text, "%.1f s old", age_s);
    }
}

static void add_counts(const struct canary_verdict *verdict, struct text *text) {
    text_addf(
        text, "stable %llu of %llu failed, canary %llu of %llu, in %.0f s by %s",
        (unsigned long long)verdict->stable.failures,
        (unsigned long long)verdict->stable.count,
        (unsigned long long)verdict->canary.failures,
        (unsigned long long)verdict->canary.count, verdict->seconds, verdict->source);
    text_add(text, " (stable ");
    add_age(text, verdict->stable_age_s);
    text_add(text, ", canary ");
    add_age(text, verdict->canary_age_s);
    text_add_char(text, ')');
}

static void write_text(const struct canary_verdict *verdict, struct buffer *to) {
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    add_counts(verdict, &text);
    buffer_addf(
        to, "%s: %s: %s\n%s\n", verdict->target, word_of(verdict->code),
        verdict->decision.why, line);
    if (verdict->warning[0]) buffer_addf(to, "warning: %s\n", verdict->warning);
}

static void write_markdown(const struct canary_verdict *verdict, struct buffer *to) {
    const struct decision *decision = &verdict->decision;
    char ages[2][AGE_SIZE];
    struct text stable = TEXT_IN(ages[0]);
    struct text canary = TEXT_IN(ages[1]);
    add_age(&stable, verdict->stable_age_s);
    add_age(&canary, verdict->canary_age_s);
    buffer_addf(
        to,
        "## Canary of %s: %s\n\n%s\n\n| | stable | canary |\n|---|---|---|\n"
        "| requests | %llu | %llu |\n| failed | %llu | %llu |\n| newest | %s | %s |\n\n"
        "Evidence of harm %.3g of %.3g, rule %s, by %s.\n",
        verdict->target, word_of(verdict->code), decision->why,
        (unsigned long long)verdict->stable.count,
        (unsigned long long)verdict->canary.count,
        (unsigned long long)verdict->stable.failures,
        (unsigned long long)verdict->canary.failures, ages[0], ages[1],
        decision->evidence, decision->evidence_limit, verdict->rule, verdict->source);
    if (verdict->warning[0]) buffer_addf(to, "\nWarning: %s.\n", verdict->warning);
}

/* JUnit knows no "inconclusive": what is not green must not look so. */
static void write_junit(const struct canary_verdict *verdict, struct buffer *to) {
    bool failed = verdict->code == EXIT_CODE_FAILED;
    bool passed = verdict->code == EXIT_CODE_OK;
    buffer_addf(
        to,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites tests=\"1\" failures=\"%d\" errors=\"%d\">\n"
        "  <testsuite name=\"canary\" tests=\"1\" failures=\"%d\" errors=\"%d\">\n"
        "    <testcase classname=\"canary\"",
        failed, !failed && !passed, failed, !failed && !passed);
    xml_add_attribute(to, "name", verdict->target);
    if (passed) {
        buffer_add_string(to, "/>\n");
    } else {
        buffer_addf(to, ">\n      <%s", failed ? "failure" : "error");
        xml_add_attribute(to, "type", verdict_name(verdict_of(verdict->code)));
        xml_add_attribute(to, "message", verdict->decision.why);
        buffer_add_string(to, "/>\n    </testcase>\n");
    }
    buffer_add_string(to, "  </testsuite>\n</testsuites>\n");
}

void canary_verdict_write(
    const struct canary_verdict *verdict, enum format format, struct buffer *to) {
    switch (format) {
    case FORMAT_JSON: write_json(verdict, to); break;
    case FORMAT_JUNIT: write_junit(verdict, to); break;
    case FORMAT_MARKDOWN: write_markdown(verdict, to); break;
    case FORMAT_TEXT:
    case FORMAT_JSONL:
    case FORMAT_TAP:
    case FORMAT_GITHUB:
    case FORMAT_CSV:
    case FORMAT_HTML:
    case FORMAT_COUNT: write_text(verdict, to); break;
    }
}
