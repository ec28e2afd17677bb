/* SPDX-License-Identifier: MIT */
#include "core/check_rules.h"

#include <string.h>

#include "base/safe_text.h"
#include "core/exposition.h"

enum { SHOWN_SIZE = 64, SERIES_SIZE = 512, STATUS_LEAST = 100, STATUS_MOST = 599 };

static void want_subject(
    const struct node *node, bool path, size_t size, struct mistakes *mistakes) {
    if (node->kind != NODE_STRING || node->string.length == 0) {
        mistakes_add(mistakes, node, path ? "expected a path" : "expected a message");
    } else if (node->string.length >= size) {
        mistakes_add(mistakes, node, "longer than %zu bytes", size - 1);
    } else if (path && node->string.data[0] != '/') {
        mistakes_add(
            mistakes, node, "a path starts with /: the target says which host");
    }
}

void check_rule_request(const struct check *check, struct mistakes *mistakes) {
    bool path = check->request != CHECK_CHAT;
    want_subject(
        check->requests[check->request], path,
        path ? CHECK_PATH_SIZE : CHECK_MESSAGE_SIZE, mistakes);
}

static void want_headers(const struct node *headers, struct mistakes *mistakes) {
    if (headers->kind != NODE_MAP) {
        mistakes_add(mistakes, headers, "expected names and values");
        return;
    }
    if (headers->child_count > CHECK_HEADERS_MAX) {
        mistakes_add(mistakes, headers, "more than %d headers", CHECK_HEADERS_MAX);
    }
    for (const struct node *at = headers->first; at; at = at->next) {
        if (at->kind != NODE_STRING) {
            mistakes_add(mistakes, at, "expected a single value");
        }
    }
}

void check_rule_sent(const struct check *check, struct mistakes *mistakes) {
    const struct node *sent = check->json ? check->json : check->body;
    bool reads = check->request == CHECK_GET || check->request == CHECK_HEAD;
    if (sent && (reads || check->request == CHECK_CHAT)) {
        mistakes_add_at_key(mistakes, sent, "this request has no body of its own");
    }
    if (check->json && check->body) {
        mistakes_add_at_key(mistakes, check->body, "json and body exclude each other");
    }
    if (check->body && check->body->kind != NODE_STRING) {
        mistakes_add(mistakes, check->body, "expected a string");
    }
    if (check->headers) want_headers(check->headers, mistakes);
    if (check->poll.path[0] && check->request == CHECK_CHAT) {
        mistakes_add_at_key(
            mistakes, check->requests[CHECK_CHAT],
            "a chat is polled as the target says: use post to say it here");
    }
}

static void want_status_code(const struct node *node, struct mistakes *mistakes) {
    double code = 0;
    if (node_as_number(node, &code) && code >= STATUS_LEAST && code <= STATUS_MOST) {
        return;
    }
    mistakes_add(mistakes, node, "expected a status from 100 to 599");
}

static void want_status(const struct node *status, struct mistakes *mistakes) {
    if (status->kind != NODE_LIST) {
        want_status_code(status, mistakes);
        return;
    }
    if (status->child_count == 0) mistakes_add(mistakes, status, "an empty list");
    for (const struct node *at = status->first; at; at = at->next) {
        want_status_code(at, mistakes);
    }
}

/* A map of something and what it must be. */
static bool want_map(
    const struct node *map, const char *of, struct mistakes *mistakes) {
    if (map->kind == NODE_MAP && map->child_count > 0) return true;
    mistakes_add(mistakes, map, "expected %s and what is wanted there", of);
    return false;
}

static void want_paths(
    const struct node *json, matcher_regex_fn regex, struct mistakes *mistakes) {
    if (!want_map(json, "paths", mistakes)) return;
    const struct node *found = NULL;
    struct error err;
    for (const struct node *at = json->first; at; at = at->next) {
        if (!node_find(NULL, at->key, &found, &err)) {
            mistakes_add_at_key(mistakes, at, "%s", err.message);
        }
        matcher_validate(at, regex, mistakes);
    }
}

static void want_header_matchers(
    const struct node *headers, matcher_regex_fn regex, struct mistakes *mistakes) {
    if (!want_map(headers, "names of headers", mistakes)) return;
    for (const struct node *at = headers->first; at; at = at->next) {
        matcher_validate(at, regex, mistakes);
    }
}

static void want_strings(const struct node *strings, struct mistakes *mistakes) {
    bool list = strings->kind == NODE_LIST;
    if (list && !strings->first) mistakes_add(mistakes, strings, "an empty list");
    for (const struct node *at = list ? strings->first : strings; at; at = at->next) {
        if (at->kind != NODE_STRING || at->string.length == 0) {
            mistakes_add(mistakes, at, "expected a string that is not empty");
        }
        if (!list) return;
    }
}

/* A name with labels or without, as /metrics would write it. */
static void want_series_name(const struct node *node, struct mistakes *mistakes) {
    char line[SERIES_SIZE];
    struct text text = TEXT_IN(line);
    struct exposition_sample sample;
    if (node->kind == NODE_STRING) {
        text_add_slice(&text, node->string);
        text_add(&text, " 1\n");
    }
    struct exposition reader = exposition_of(slice_of(line));
    if (!text.truncated && exposition_next(&reader, &sample)) return;
    mistakes_add(
        mistakes, node, "expected a series like name or name{label=\"value\"}");
}

static void want_series_map(
    const struct node *map, matcher_regex_fn regex, struct mistakes *mistakes) {
    for (const struct node *at = map->first; at; at = at->next) {
        if (slice_equals(at->key, "value")) {
            matcher_validate(at, regex, mistakes);
        } else if (slice_equals(at->key, "name")) {
            want_series_name(at, mistakes);
        } else {
            char key[SHOWN_SIZE];
            safe_text_copy(key, sizeof key, at->key);
            mistakes_add_at_key(
                mistakes, at, "unknown key \"%s\" (known here: name, value)", key);
        }
    }
    if (!node_get(map, "name")) {
        mistakes_add(mistakes, map, "the key \"name\" is missing");
    }
}

static void want_series(
    const struct node *series, matcher_regex_fn regex, struct mistakes *mistakes) {
    bool list = series->kind == NODE_LIST;
    if (list && !series->first) mistakes_add(mistakes, series, "an empty list");
    for (const struct node *at = list ? series->first : series; at; at = at->next) {
        if (at->kind == NODE_MAP) {
            want_series_map(at, regex, mistakes);
        } else {
            want_series_name(at, mistakes);
        }
        if (!list) return;
    }
}

static void want_something(const struct check *check, struct mistakes *mistakes) {
    const struct check_expect *expect = &check->expect;
    bool something = expect->status || expect->headers || expect->json ||
                     expect->body || expect->body_lacks || expect->answer ||
                     expect->series || check->streams;
    if (something || expect->healthy || expect->metrics || expect->latency.max_ns > 0) {
        return;
    }
    mistakes_add(
        mistakes, check->requests[check->request], "the check expects nothing");
}

static void want_poll(
    const struct check_poll *poll, const struct check *check, matcher_regex_fn regex,
    struct mistakes *mistakes) {
    if (!poll->path[0]) return;
    if (poll->until.status) want_status(poll->until.status, mistakes);
    if (poll->until.json) want_paths(poll->until.json, regex, mistakes);
    if (poll->until.status || poll->until.json) return;
    mistakes_add(
        mistakes, check->requests[check->request],
        "until when is it polled? until: {json: ...} or {status: ...}");
}

/* A stream is one answer, and its words are its events. */
static void want_stream(const struct check *check, struct mistakes *mistakes) {
    const struct check_sse *sse = &check->expect.sse;
    if (sse->ends_with) want_strings(sse->ends_with, mistakes);
    if (sse->no_event) want_strings(sse->no_event, mistakes);
    bool polls = check->poll.path[0] || check->request == CHECK_CHAT;
    if (!polls || !check->streams) return;
    mistakes_add(
        mistakes, check->requests[check->request],
        "a stream of events (sse) is neither a chat nor polled: `post` it");
}

void check_rule_expected(
    const struct check *check, matcher_regex_fn regex, struct mistakes *mistakes) {
    const struct check_expect *expect = &check->expect;
    if (!check->requests[check->request]) return;
    want_something(check, mistakes);
    want_poll(&check->poll, check, regex, mistakes);
    want_stream(check, mistakes);
    if (expect->status) want_status(expect->status, mistakes);
    if (expect->headers) want_header_matchers(expect->headers, regex, mistakes);
    if (expect->json) want_paths(expect->json, regex, mistakes);
    if (expect->body) matcher_validate(expect->body, regex, mistakes);
    if (expect->body_lacks) want_strings(expect->body_lacks, mistakes);
    if (expect->series) want_series(expect->series, regex, mistakes);
    if (!expect->answer) return;
    matcher_validate(expect->answer, regex, mistakes);
    if (check->request == CHECK_CHAT) return;
    mistakes_add_at_key(mistakes, expect->answer, "only a chat has an answer");
}
