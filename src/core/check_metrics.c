/* SPDX-License-Identifier: MIT */
#include "core/check_metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/aliases.h"
#include "core/exposition.h"

enum { SERIES_SIZE = 512, LABEL_SIZE = 256, NUMBER_SIZE = 40, KEY_SIZE = 128 };

static void conclude(
    struct check_finding *finding, enum verdict verdict, const char *got) {
    finding->verdict = verdict;
    text_copy_cut(finding->got, sizeof finding->got, got);
}

/* What was counted on the way through a body. */
struct census {
    uint32_t samples, known, values; /* `values`: of the known ones, not NaN */
};

static struct census count_text(struct slice body, struct exposition *reader) {
    struct aliases aliases;
    struct exposition_sample sample;
    struct census census = {0};
    aliases_init(&aliases);
    *reader = exposition_of(body);
    while (exposition_next(reader, &sample)) {
        census.samples++;
        if (aliases_match(&aliases, sample.name).count == 0) continue;
        census.known++;
        if (!isnan(sample.value)) census.values++;
    }
    return census;
}

static void count_key(
    struct census *census, const char *prefix, const struct node *node) {
    char key[KEY_SIZE];
    struct text text = TEXT_IN(key);
    text_add(&text, prefix);
    text_add_slice(&text, node->key);
    census->samples++;
    if (text.truncated || !alias_key(key)) return;
    census->known++;
    if (node->kind == NODE_NUMBER) census->values++;
}

static struct census count_json(const struct node *root) {
    struct census census = {0};
    for (const struct node *at = root->first; at; at = at->next) {
        if (at->kind != NODE_MAP) {
            count_key(&census, "", at);
            continue;
        }
        char prefix[KEY_SIZE];
        snprintf(prefix, sizeof prefix, "%.*s.", (int)at->key.length, at->key.data);
        for (const struct node *inner = at->first; inner; inner = inner->next) {
            count_key(&census, prefix, inner);
        }
    }
    return census;
}

void check_judge_metrics(
    const struct check_answer *answer, struct check_finding *finding) {
    text_copy_cut(finding->what, sizeof finding->what, "metrics");
    text_copy_cut(
        finding->wanted, sizeof finding->wanted, "at least one metric that is known");
    bool json = answer->json && answer->json->kind == NODE_MAP;
    struct exposition reader = {0};
    struct census census =
        json ? count_json(answer->json) : count_text(answer->body, &reader);
    char words[128];
    if (answer->body.length == 0) {
        conclude(finding, VERDICT_INCONCLUSIVE, "an empty body");
    } else if (census.samples == 0 && reader.bad_lines > 0) {
        snprintf(words, sizeof words, "no metrics: line %u is none", reader.first_bad);
        conclude(finding, VERDICT_FAIL, words);
    } else if (census.samples == 0) {
        conclude(finding, VERDICT_INCONCLUSIVE, "no metrics at all");
    } else if (census.known == 0) {
        snprintf(words, sizeof words, "%u metrics, none of them known", census.samples);
        conclude(finding, VERDICT_INCONCLUSIVE, words);
    } else if (census.values == 0) {
        conclude(finding, VERDICT_INCONCLUSIVE, "known metrics without any value");
    } else {
        snprintf(words, sizeof words, "%u known metrics", census.known);
        conclude(finding, VERDICT_PASS, words);
    }
}

/* Whether the sample has the label, with its escapes undone on both sides. */
static bool has_label(
    const struct exposition_sample *sample, const struct exposition_label *wanted) {
    char a[LABEL_SIZE];
    char b[LABEL_SIZE];
    struct slice value = exposition_unescape(wanted, a, sizeof a);
    struct slice labels = sample->labels;
    struct exposition_label label;
    while (exposition_label(&labels, &label)) {
        if (label.name.length != wanted->name.length ||
            memcmp(label.name.data, wanted->name.data, label.name.length) != 0) {
            continue;
        }
        struct slice got = exposition_unescape(&label, b, sizeof b);
        return got.length == value.length &&
               memcmp(got.data, value.data, got.length) == 0;
    }
    return false;
}

static bool fits(
    const struct exposition_sample *sample, const struct exposition_sample *wanted) {
    if (sample->name.length != wanted->name.length ||
        memcmp(sample->name.data, wanted->name.data, wanted->name.length) != 0) {
        return false;
    }
    struct slice labels = wanted->labels;
    struct exposition_label label;
    while (exposition_label(&labels, &label)) {
        if (!has_label(sample, &label)) return false;
    }
    return true;
}

static void judge_value(
    const struct node *wanted, double value, matcher_regex_fn regex,
    struct check_finding *finding) {
    char number[NUMBER_SIZE];
    snprintf(number, sizeof number, "%.15g", value);
    struct node got = {
        .kind = NODE_NUMBER, .number = value, .string = slice_of(number)};
    if (isnan(value)) {
        conclude(finding, VERDICT_INCONCLUSIVE, "NaN");
        return;
    }
    struct match match = matcher_try(wanted, &got, regex);
    finding->verdict = match.verdict;
    if (match.degraded) finding->degraded = true;
    text_copy_cut(finding->wanted, sizeof finding->wanted, match.wanted);
    text_copy_cut(finding->got, sizeof finding->got, match.got);
}

void check_judge_series(
    const struct node *node, const struct check_answer *answer, matcher_regex_fn regex,
    struct check_finding *finding) {
    const struct node *name = node->kind == NODE_MAP ? node_get(node, "name") : node;
    const struct node *value = node_get(node, "value");
    char line[SERIES_SIZE];
    struct text text = TEXT_IN(line);
    text_add_slice(&text, name->string);
    struct text what = TEXT_IN(finding->what);
    text_addf(&what, "series %s", line);
    text_add(&text, " 1\n");
    struct exposition_sample wanted;
    struct exposition_sample sample;
    struct exposition reader = exposition_of(slice_of(line));
    if (!exposition_next(&reader, &wanted)) return; /* validated before */

    text_copy_cut(finding->wanted, sizeof finding->wanted, "it is there");
    conclude(finding, VERDICT_FAIL, "nothing");
    reader = exposition_of(answer->body);
    bool found = false;
    while (exposition_next(&reader, &sample)) {
        if (!fits(&sample, &wanted)) continue;
        found = true;
        finding->verdict = VERDICT_PASS;
        if (value) judge_value(value, sample.value, regex, finding);
        if (finding->verdict != VERDICT_PASS) return;
    }
    if (!found && reader.truncated) {
        conclude(finding, VERDICT_INCONCLUSIVE, "more than is read");
    }
}
