/* SPDX-License-Identifier: MIT */
#include "core/check_judge.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/units.h"
#include "core/check_metrics.h"
#include "core/check_stream.h"
#include "core/health_word.h"

enum {
    STATUS_UNAUTHORISED = 401,
    STATUS_FORBIDDEN = 403,
};

/* The judge's way through the expectations: the worst finding so far. */
struct trial {
    const struct check *check;
    const struct check_answer *answer;
    matcher_regex_fn regex;
    struct check_finding worst;
    bool degraded;
};

static struct check_finding finding_at(const struct node *node, const char *what) {
    struct check_finding finding = {.verdict = VERDICT_PASS};
    text_copy_cut(finding.what, sizeof finding.what, what);
    if (node) finding.line = node->key_line ? node->key_line : node->line;
    return finding;
}

/* The first failure stays, and so does the first doubt until something fails. */
static void take(struct trial *trial, const struct check_finding *finding) {
    if (finding->degraded && !trial->degraded) {
        trial->degraded = true;
        if (trial->worst.verdict == VERDICT_PASS) trial->worst = *finding;
    }
    if (finding->verdict == VERDICT_PASS) return;
    if (verdict_worse(trial->worst.verdict, finding->verdict) == trial->worst.verdict) {
        return;
    }
    trial->worst = *finding;
}

static void take_match(
    struct trial *trial, const struct node *wanted, const char *what,
    const struct node *got) {
    struct check_finding finding = finding_at(wanted, what);
    struct match match = matcher_try(wanted, got, trial->regex);
    finding.verdict = match.verdict;
    finding.degraded = match.degraded;
    text_copy_cut(finding.wanted, sizeof finding.wanted, match.wanted);
    text_copy_cut(finding.got, sizeof finding.got, match.got);
    take(trial, &finding);
}

static bool status_fits(const struct node *wanted, unsigned status) {
    double code = 0;
    if (!wanted) return status >= 200 && status < 300;
    bool list = wanted->kind == NODE_LIST;
    for (const struct node *at = list ? wanted->first : wanted; at; at = at->next) {
        if (node_as_number(at, &code) && units_whole(code) == status) return true;
        if (!list) break;
    }
    return false;
}

static void judge_status(struct trial *trial) {
    const struct node *wanted = trial->check->expect.status;
    unsigned status = trial->answer->status;
    if (status_fits(wanted, status)) return;
    struct check_finding finding = finding_at(wanted, "status");
    bool refused = status == STATUS_UNAUTHORISED || status == STATUS_FORBIDDEN;
    finding.verdict = refused ? VERDICT_ERROR : VERDICT_FAIL;
    struct text text = TEXT_IN(finding.wanted);
    if (!wanted) {
        text_add(&text, "2xx");
    } else if (wanted->kind == NODE_LIST) {
        text_add(&text, "one of");
        for (const struct node *at = wanted->first; at; at = at->next) {
            text_add(&text, at == wanted->first ? " " : ", ");
            text_add_slice(&text, at->string);
        }
    } else {
        text_add_slice(&text, wanted->string);
    }
    snprintf(
        finding.got, sizeof finding.got, "%u%s", status,
        refused ? ": not authorised" : "");
    take(trial, &finding);
}

static void judge_healthy(struct trial *trial) {
    if (!trial->check->expect.healthy) return;
    const struct check_answer *answer = trial->answer;
    struct check_finding finding = finding_at(NULL, "health");
    finding.line = trial->check->line;
    text_copy_cut(finding.wanted, sizeof finding.wanted, "a body that says healthy");
    struct text got = TEXT_IN(finding.got);
    text_add_slice(&got, answer->body);
    enum health_word word =
        answer->json ? health_word_in(answer->json) : health_word_of(answer->body);
    switch (word) {
    case HEALTH_GOOD: break;
    case HEALTH_DEGRADED: finding.degraded = true; break;
    case HEALTH_BAD: finding.verdict = VERDICT_FAIL; break;
    case HEALTH_UNKNOWN:
        finding.verdict = VERDICT_INCONCLUSIVE;
        if (answer->body.length == 0) text_add(&got, "an empty body");
        break;
    }
    take(trial, &finding);
}

static const char *find_header(const struct check_answer *answer, struct slice name) {
    for (size_t i = 0; i < answer->header_count; i++) {
        const struct check_header *header = &answer->headers[i];
        if (strlen(header->name) == name.length &&
            strncasecmp(header->name, name.data, name.length) == 0) {
            return header->value;
        }
    }
    return NULL;
}

static void judge_headers(struct trial *trial) {
    const struct node *wanted = trial->check->expect.headers;
    for (const struct node *at = wanted ? wanted->first : NULL; at; at = at->next) {
        const char *value = find_header(trial->answer, at->key);
        char what[CHECK_WHAT_SIZE];
        struct text text = TEXT_IN(what);
        text_add(&text, "header ");
        text_add_slice(&text, at->key);
        struct node got = matcher_text(slice_of(value ? value : ""));
        take_match(trial, at, what, value ? &got : NULL);
    }
}

static void no_json(struct trial *trial, const struct node *wanted) {
    struct check_finding finding = finding_at(wanted, "body");
    finding.verdict = VERDICT_FAIL;
    text_copy_cut(finding.wanted, sizeof finding.wanted, "JSON");
    struct text got = TEXT_IN(finding.got);
    text_add(&got, trial->answer->json_problem ? trial->answer->json_problem : "none");
    take(trial, &finding);
}

static void judge_paths(struct trial *trial) {
    const struct node *wanted = trial->check->expect.json;
    if (!wanted) return;
    if (!trial->answer->json) {
        no_json(trial, wanted);
        return;
    }
    for (const struct node *at = wanted->first; at; at = at->next) {
        const struct node *found = NULL;
        struct error err;
        char what[CHECK_WHAT_SIZE];
        struct text text = TEXT_IN(what);
        text_add_slice(&text, at->key);
        if (node_find(trial->answer->json, at->key, &found, &err)) {
            take_match(trial, at, what, found);
        }
    }
}

static void judge_body(struct trial *trial) {
    const struct check_expect *expect = &trial->check->expect;
    struct slice body = trial->answer->body;
    struct node got = matcher_text(body);
    if (expect->body) take_match(trial, expect->body, "body", &got);
    const struct node *lacks = expect->body_lacks;
    bool list = lacks && lacks->kind == NODE_LIST;
    for (const struct node *at = list ? lacks->first : lacks; at; at = at->next) {
        if (memmem(body.data, body.length, at->string.data, at->string.length)) {
            struct check_finding finding = finding_at(lacks, "body");
            finding.verdict = VERDICT_FAIL;
            snprintf(
                finding.wanted, sizeof finding.wanted, "a body without \"%.*s\"",
                (int)at->string.length, at->string.data);
            text_copy_cut(finding.got, sizeof finding.got, "a body that holds it");
            take(trial, &finding);
        }
        if (!list) break;
    }
}

static void judge_answer(struct trial *trial) {
    const struct node *wanted = trial->check->expect.answer;
    if (wanted) take_match(trial, wanted, "answer", trial->answer->answer);
}

static void judge_metrics(struct trial *trial) {
    const struct check_expect *expect = &trial->check->expect;
    if (expect->metrics) {
        struct check_finding finding = {.line = trial->check->line};
        check_judge_metrics(trial->answer, &finding);
        take(trial, &finding);
    }
    const struct node *series = expect->series;
    bool list = series && series->kind == NODE_LIST;
    for (const struct node *at = list ? series->first : series; at; at = at->next) {
        struct check_finding finding = finding_at(at, "series");
        check_judge_series(at, trial->answer, trial->regex, &finding);
        take(trial, &finding);
        if (!list) break;
    }
}

static void say_duration(char *to, size_t size, const char *words, uint64_t ns) {
    struct text text = text_in(to, size);
    text_add(&text, words);
    units_add_duration(&text, ns);
}

static void judge_latency(struct trial *trial) {
    const struct check_expect *expect = &trial->check->expect;
    uint64_t took_ns = trial->answer->total_ns;
    bool late = expect->latency.max_ns > 0 && took_ns > expect->latency.max_ns;
    bool slow = expect->latency.warn_ns > 0 && took_ns > expect->latency.warn_ns;
    if (!late && !slow) return;
    struct check_finding finding = finding_at(NULL, "latency");
    finding.line = trial->check->line;
    finding.verdict = late ? VERDICT_FAIL : VERDICT_PASS;
    finding.degraded = !late;
    uint64_t limit_ns = late ? expect->latency.max_ns : expect->latency.warn_ns;
    say_duration(finding.wanted, sizeof finding.wanted, "at most ", limit_ns);
    say_duration(finding.got, sizeof finding.got, "", took_ns);
    take(trial, &finding);
}

static void judge_stream(struct trial *trial) {
    if (!trial->check->streams || !trial->answer->stream) return;
    for (unsigned rule = 0; rule < CHECK_STREAM_RULES; rule++) {
        struct check_finding finding = {.line = trial->check->line};
        check_stream_judge((enum check_stream_rule)rule, trial->answer, &finding);
        take(trial, &finding);
        /* Without a stream there is nothing else to say. */
        if (rule == CHECK_STREAM_IS_ONE && finding.verdict != VERDICT_PASS) return;
    }
}

struct check_finding check_judge(
    const struct check *check, const struct check_answer *answer,
    matcher_regex_fn regex) {
    struct trial trial = {.check = check, .answer = answer, .regex = regex};
    trial.worst.verdict = VERDICT_PASS;
    judge_status(&trial);
    /* What a refusal says about anything else is beside the point. */
    if (trial.worst.verdict != VERDICT_PASS) return trial.worst;
    judge_healthy(&trial);
    judge_metrics(&trial);
    judge_headers(&trial);
    judge_paths(&trial);
    judge_answer(&trial);
    judge_body(&trial);
    judge_stream(&trial);
    judge_latency(&trial);
    trial.worst.degraded = trial.degraded && trial.worst.verdict == VERDICT_PASS;
    return trial.worst;
}

bool check_until(
    const struct check_until *until, const struct check_answer *answer,
    matcher_regex_fn regex) {
    if (until->status && !status_fits(until->status, answer->status)) return false;
    if (until->json && !answer->json) return false;
    const struct node *paths = until->json ? until->json->first : NULL;
    for (const struct node *at = paths; at; at = at->next) {
        const struct node *found = NULL;
        struct error err;
        if (!node_find(answer->json, at->key, &found, &err)) return false;
        if (matcher_try(at, found, regex).verdict != VERDICT_PASS) return false;
    }
    return true;
}
