/* SPDX-License-Identifier: MIT */
#include "core/checks.h"

#include <string.h>

#include "base/safe_text.h"
#include "core/check_rules.h"
#include "core/schema.h"

enum { RETRIES_NOT_GIVEN = 255 };

static const struct schema_field until_rows[] = {
    {"status", SCHEMA_NODE, SCHEMA_NODE_AT(struct check_until, status)},
    {"json", SCHEMA_NODE, SCHEMA_NODE_AT(struct check_until, json)},
};
static const struct schema until_schema = {SCHEMA_OF(struct check_until, until_rows)};

static const struct schema_field poll_rows[] = {
    {"get", SCHEMA_PATH, SCHEMA_AT(struct check_poll, path), .required = true},
    {"until", SCHEMA_OBJECT, SCHEMA_AT(struct check_poll, until), .required = true,
     .of = &until_schema},
    {"every", SCHEMA_DURATION, SCHEMA_AT(struct check_poll, every_ns),
     .fallback = "500ms", .least = 10e6, .most = 60e9},
    {"timeout", SCHEMA_DURATION, SCHEMA_AT(struct check_poll, timeout_ns),
     .fallback = "30s", .least = 10e6, .most = 3600e9},
};
static const struct schema poll_schema = {SCHEMA_OF(struct check_poll, poll_rows)};

static const struct schema_field latency_rows[] = {
    {"max", SCHEMA_DURATION, SCHEMA_AT(struct check_expect, latency.max_ns),
     .least = 1},
    {"warn", SCHEMA_DURATION, SCHEMA_AT(struct check_expect, latency.warn_ns),
     .least = 1},
};
static const struct schema latency_schema = {
    SCHEMA_OF(struct check_expect, latency_rows)};

static const struct schema_field limit_rows[] = {
    {"max", SCHEMA_DURATION, SCHEMA_AT(struct check_latency, max_ns), .least = 1},
    {"warn", SCHEMA_DURATION, SCHEMA_AT(struct check_latency, warn_ns), .least = 1},
};
static const struct schema limit_schema = {SCHEMA_OF(struct check_latency, limit_rows)};

static const struct schema_field sse_rows[] = {
    {"first_event", SCHEMA_OBJECT, SCHEMA_AT(struct check_sse, first_event),
     .of = &limit_schema},
    {"gap", SCHEMA_OBJECT, SCHEMA_AT(struct check_sse, gap), .of = &limit_schema},
    {"ends_with", SCHEMA_NODE, SCHEMA_NODE_AT(struct check_sse, ends_with)},
    {"no_event", SCHEMA_NODE, SCHEMA_NODE_AT(struct check_sse, no_event)},
};
static const struct schema sse_schema = {SCHEMA_OF(struct check_sse, sse_rows)};

static const struct schema_field expect_rows[] = {
    {"status", SCHEMA_NODE, SCHEMA_NODE_AT(struct check_expect, status)},
    {"headers", SCHEMA_NODE, SCHEMA_NODE_AT(struct check_expect, headers)},
    {"json", SCHEMA_NODE, SCHEMA_NODE_AT(struct check_expect, json)},
    {"body", SCHEMA_NODE, SCHEMA_NODE_AT(struct check_expect, body)},
    {"body_lacks", SCHEMA_NODE, SCHEMA_NODE_AT(struct check_expect, body_lacks)},
    {"answer", SCHEMA_NODE, SCHEMA_NODE_AT(struct check_expect, answer)},
    {"series", SCHEMA_NODE, SCHEMA_NODE_AT(struct check_expect, series)},
    {"healthy", SCHEMA_BOOL, SCHEMA_AT(struct check_expect, healthy)},
    {"metrics", SCHEMA_BOOL, SCHEMA_AT(struct check_expect, metrics)},
    {"latency", SCHEMA_OBJECT, .offset = 0, .size = sizeof(struct check_expect),
     .of = &latency_schema},
    {"sse", SCHEMA_OBJECT, SCHEMA_AT(struct check_expect, sse), .of = &sse_schema},
};
static const struct schema expect_schema = {
    SCHEMA_OF(struct check_expect, expect_rows)};

static void init_check(void *to) {
    ((struct check *)to)->retries = RETRIES_NOT_GIVEN;
}

#define TIMEOUT_LIMITS .least = 1e6, .most = 3600e9
#define RETRIES_LIMITS .least = 0, .most = CHECK_RETRIES_MAX

static const struct schema_field check_rows[] = {
    {"name", SCHEMA_STRING, SCHEMA_AT(struct check, name), .required = true},
#define X(id, key, method) \
    { key, SCHEMA_NODE, SCHEMA_NODE_AT(struct check, requests[id]) }
    CHECK_REQUESTS(X),
#undef X
    {"json", SCHEMA_NODE, SCHEMA_NODE_AT(struct check, json)},
    {"body", SCHEMA_NODE, SCHEMA_NODE_AT(struct check, body)},
    {"headers", SCHEMA_NODE, SCHEMA_NODE_AT(struct check, headers)},
    {"timeout", SCHEMA_DURATION, SCHEMA_AT(struct check, timeout_ns), TIMEOUT_LIMITS},
    {"retries", SCHEMA_INTEGER, SCHEMA_AT(struct check, retries), RETRIES_LIMITS},
    {"critical", SCHEMA_BOOL, SCHEMA_AT(struct check, critical)},
    {"poll", SCHEMA_OBJECT, SCHEMA_AT(struct check, poll), .of = &poll_schema},
    {"expect", SCHEMA_OBJECT, SCHEMA_AT(struct check, expect), .required = true,
     .of = &expect_schema},
};
static const struct schema check_schema = {
    SCHEMA_OF(struct check, check_rows), .init = init_check};

static const struct schema_field default_rows[] = {
    {"timeout", SCHEMA_DURATION, SCHEMA_AT(struct checks, defaults.timeout_ns),
     TIMEOUT_LIMITS, .fallback = "10s"},
    {"retries", SCHEMA_INTEGER, SCHEMA_AT(struct checks, defaults.retries),
     RETRIES_LIMITS, .fallback = "0"},
};
static const struct schema defaults_schema = {SCHEMA_OF(struct checks, default_rows)};

static const struct schema_field file_rows[] = {
    {"version", SCHEMA_INTEGER, SCHEMA_AT(struct checks, version), .required = true,
     .least = 1, .most = 1},
    {"defaults", SCHEMA_OBJECT, .offset = 0, .size = sizeof(struct checks),
     .of = &defaults_schema},
    {"vars", SCHEMA_NODE, SCHEMA_NODE_AT(struct checks, variables)},
    {"checks", SCHEMA_LIST, SCHEMA_LIST_AT(struct checks, items, count),
     .required = true, .least = 1, .of = &check_schema},
};
static const struct schema file_schema = {SCHEMA_OF(struct checks, file_rows)};

const char *check_method(const struct check *check) {
    static const char *const methods[] = {
#define X(id, key, method) [id] = (method)
        CHECK_REQUESTS(X)
#undef X
    };
    return methods[check->request];
}

bool check_acts(const struct check *check) {
    return check->request != CHECK_GET && check->request != CHECK_HEAD;
}

struct slice check_subject(const struct check *check) {
    return check->requests[check->request]->string;
}

static void choose_request(
    struct check *check, const struct node *node, struct mistakes *mistakes) {
    unsigned count = 0;
    for (unsigned i = 0; i < CHECK_REQUEST_COUNT; i++) {
        if (!check->requests[i]) continue;
        check->request = (enum check_request)i;
        count++;
    }
    if (count == 1) {
        check_rule_request(check, mistakes);
    } else {
        mistakes_add(
            mistakes, node,
            "a check needs exactly one of get, head, post, put, patch, delete, chat");
    }
}

/* Reports find a check by its name. */
static void check_name(
    const struct checks *checks, uint32_t index, const struct node *node,
    struct mistakes *mistakes) {
    const char *name = checks->items[index].name;
    if (!name[0]) mistakes_add(mistakes, node, "a check needs a name");
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(checks->items[i].name, name) != 0) continue;
        mistakes_add(mistakes, node, "the name \"%s\" stands twice", name);
        return;
    }
}

static void complete(
    struct checks *checks, uint32_t index, const struct node *node,
    matcher_regex_fn regex, struct mistakes *mistakes) {
    struct check *check = &checks->items[index];
    check->line = node->line;
    check->streams = node_get(node_get(node, "expect"), "sse") != NULL;
    if (check->timeout_ns == 0) check->timeout_ns = checks->defaults.timeout_ns;
    if (check->retries == RETRIES_NOT_GIVEN) check->retries = checks->defaults.retries;
    check_name(checks, index, node, mistakes);
    choose_request(check, node, mistakes);
    check_rule_sent(check, mistakes);
    check_rule_expected(check, regex, mistakes);
}

static void check_variables(const struct checks *checks, struct mistakes *mistakes) {
    if (!checks->variables) return;
    if (checks->variables->kind != NODE_MAP) {
        mistakes_add(mistakes, checks->variables, "expected names and values");
    }
    for (const struct node *at = checks->variables->first; at; at = at->next) {
        if (at->kind == NODE_STRING) continue;
        mistakes_add(mistakes, at, "expected a single value");
    }
}

bool checks_read(
    struct checks *checks, const struct node *root, matcher_regex_fn regex,
    struct mistakes *mistakes) {
    static const struct node nothing = {.line = 1, .column = 1};
    schema_init(&file_schema, checks);
    if (!root) {
        mistakes_add(
            mistakes, &nothing, "the file is empty: there is nothing to check");
        return false;
    }
    schema_read(&file_schema, root, checks, mistakes);
    if (mistakes->count > 0) return false;
    check_variables(checks, mistakes);
    const struct node *node = node_get(root, "checks");
    if (node->kind == NODE_LIST) node = node->first;
    for (uint32_t i = 0; i < checks->count; i++, node = node->next) {
        complete(checks, i, node, regex, mistakes);
    }
    return mistakes->count == 0;
}
