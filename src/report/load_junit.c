/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "base/units.h"
#include "report/load_summary.h"
#include "report/xml_text.h"

enum { TIMESTAMP_SIZE = 32, TIMESTAMP_LENGTH = 19, WORDS_SIZE = 240 };

/* What is told of a gate, a rule and the run itself. */
struct test_case {
    const char *name;
    enum verdict verdict;
    bool skipped;
    const char *message;
};

struct counts {
    unsigned tests, failures, errors, skipped;
};

static void count(struct counts *counts, const struct test_case *test) {
    counts->tests++;
    if (test->skipped) {
        counts->skipped++;
    } else if (test->verdict == VERDICT_FAIL) {
        counts->failures++;
    } else if (test->verdict != VERDICT_PASS) {
        counts->errors++;
    }
}

/* JUnit knows no "inconclusive": what is not green must not look so. */
static void add_case(struct buffer *to, const struct test_case *test) {
    buffer_add_string(to, "    <testcase classname=\"load\"");
    xml_add_attribute(to, "name", test->name);
    if (test->verdict == VERDICT_PASS && !test->skipped) {
        buffer_add_string(to, "/>\n");
        return;
    }
    buffer_add_string(to, ">\n      ");
    if (test->skipped) {
        buffer_add_string(to, "<skipped/>");
    } else {
        const char *element = test->verdict == VERDICT_FAIL ? "failure" : "error";
        buffer_addf(to, "<%s", element);
        xml_add_attribute(to, "type", verdict_name(test->verdict));
        xml_add_attribute(to, "message", test->message);
        buffer_add_string(to, "/>");
    }
    buffer_add_string(to, "\n    </testcase>\n");
}

/* All cases: into the file, or into the counts when there is none. */
static void tell(
    struct buffer *to, struct counts *counts, const struct test_case *test) {
    if (to) {
        add_case(to, test);
    } else if (counts) {
        count(counts, test);
    }
}

static void tell_gates(
    const struct load_course *course, struct buffer *to, struct counts *counts) {
    for (uint32_t i = 0; i < course->scenario->gate_count; i++) {
        const struct gate_watch *watch = &course->gates[i];
        const struct gate_finding finding = gate_watch_finding(watch);
        char words[WORDS_SIZE];
        struct text text = TEXT_IN(words);
        text_add(&text, "is ");
        gate_add_value(&text, &watch->gate, finding.value);
        text_addf(&text, " of %llu requests", (unsigned long long)finding.samples);
        const struct test_case test = {
            watch->gate.words, finding.verdict, false, words};
        tell(to, counts, &test);
    }
}

static void tell_rules(
    const struct load_course *course, struct buffer *to, struct counts *counts) {
    for (unsigned i = 0; i < LOAD_RULE_COUNT; i++) {
        enum load_rule rule = (enum load_rule)i;
        const struct load_rule_finding found = load_rules_find(&course->rules, rule);
        bool told = found.verdict == VERDICT_FAIL || found.verdict == VERDICT_PASS;
        const struct test_case test = {
            load_rule_name(rule), found.verdict, !told, found.evidence};
        tell(to, counts, &test);
    }
}

static void tell_all(
    const struct load_summary *summary, struct buffer *to, struct counts *counts) {
    const struct load_outcome *outcome = summary->outcome;
    const struct test_case whole = {
        "run", outcome->judgement.verdict, false, outcome->judgement.reason};
    tell(to, counts, &whole);
    tell_gates(outcome->course, to, counts);
    tell_rules(outcome->course, to, counts);
}

static void add_counts(
    struct buffer *to, const struct counts *counts,
    const struct load_outcome *outcome) {
    int64_t ms = outcome->ended_ms - outcome->started_ms;
    buffer_addf(
        to, " tests=\"%u\" failures=\"%u\" errors=\"%u\" time=\"%lld.%03d\"",
        counts->tests, counts->failures, counts->errors, (long long)(ms / 1000),
        (int)(ms % 1000));
}

void load_summary_junit(const struct load_summary *summary, struct buffer *to) {
    const struct load_outcome *outcome = summary->outcome;
    struct counts counts = {0};
    char timestamp[TIMESTAMP_SIZE];
    struct text text = TEXT_IN(timestamp);
    units_add_timestamp(&text, outcome->started_ms);
    timestamp[TIMESTAMP_LENGTH] = '\0'; /* the schema knows no fraction and no zone */
    tell_all(summary, NULL, &counts);
    buffer_add_string(
        to,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"flightdeck\"");
    add_counts(to, &counts, outcome);
    buffer_add_string(to, ">\n  <testsuite name=\"load\"");
    add_counts(to, &counts, outcome);
    buffer_addf(to, " skipped=\"%u\"", counts.skipped);
    xml_add_attribute(to, "timestamp", timestamp);
    xml_add_attribute(to, "hostname", outcome->target);
    buffer_add_string(to, ">\n    <properties>\n      <property name=\"run\"");
    xml_add_attribute(to, "value", outcome->run);
    buffer_add_string(to, "/>\n      <property name=\"scenario\"");
    xml_add_attribute(to, "value", outcome->course->scenario->name);
    buffer_add_string(to, "/>\n    </properties>\n");
    tell_all(summary, to, NULL);
    buffer_add_string(to, "  </testsuite>\n</testsuites>\n");
}
