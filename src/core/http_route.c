/* SPDX-License-Identifier: MIT */
#include "core/http_route.h"

#include <string.h>

#include "base/safe_text.h"
#include "base/text.h"

enum { WHOLE_BP = 10000, WHOLE_PERCENT = 100, PATH_SIZE = 96 };

static bool is_named(const struct node *backend, const char *name) {
    const struct node *own = node_get(backend, "name");
    return own && own->kind == NODE_STRING && slice_equals(own->string, name);
}

/* Where it stands among the backends, and its weight; false when it is not there. */
static bool find_backend(
    const struct node *backends, const char *name, uint32_t *at, int64_t *weight) {
    const struct node *backend = backends ? backends->first : NULL;
    for (*at = 0; backend; backend = backend->next, (*at)++) {
        if (is_named(backend, name)) {
            return node_integer(backend, "weight", 0, HTTP_ROUTE_WEIGHT_MAX, weight);
        }
    }
    return false;
}

static bool add_rule(
    struct http_route *route, const struct node *rule, uint32_t at,
    const struct http_route_names *names, struct error *err) {
    const struct node *backends = node_get(rule, "backendRefs");
    struct http_route_rule found = {.at = at};
    if (!find_backend(backends, names->stable, &found.stable_at, &found.stable) ||
        !find_backend(backends, names->canary, &found.canary_at, &found.canary)) {
        return true;
    }
    if (backends->child_count != 2) {
        return error_set(
            err, ERROR_USAGE, "rule %u divides between more than the two versions", at);
    }
    if (route->rule_count == HTTP_ROUTE_RULES_MAX) {
        return error_set(
            err, ERROR_LIMIT, "more than %d rules divide", HTTP_ROUTE_RULES_MAX);
    }
    route->rules[route->rule_count++] = found;
    return true;
}

/* One condition of one gateway; false, with words, unless it is true for now. */
static bool holds(
    struct http_route *route, const struct node *conditions, const char *type) {
    struct text words = TEXT_IN(route->words);
    const struct node *condition = conditions ? conditions->first : NULL;
    for (; condition; condition = condition->next) {
        const struct node *own = node_get(condition, "type");
        if (own && slice_equals(own->string, type)) break;
    }
    int64_t generation = 0;
    const struct node *status = node_get(condition, "status");
    node_integer(condition, "observedGeneration", 0, INT64_MAX, &generation);
    if (!status || generation != route->generation) {
        text_addf(&words, "no gateway has taken the change in yet");
        return false;
    }
    if (slice_equals(status->string, "True")) return true;
    const struct node *message = node_get(condition, "message");
    text_addf(&words, "the gateway says that %s is not so: ", type);
    if (message) safe_text_add(&words, message->string);
    return false;
}

static void read_acceptance(struct http_route *route, const struct node *object) {
    const struct node *parents = node_get(node_get(object, "status"), "parents");
    const struct node *parent = parents ? parents->first : NULL;
    if (!parent) {
        text_copy(
            route->words, sizeof route->words, "no gateway has looked at the route");
        return;
    }
    for (; parent; parent = parent->next) {
        const struct node *conditions = node_get(parent, "conditions");
        if (!holds(route, conditions, "Accepted")) return;
        if (!holds(route, conditions, "ResolvedRefs")) return;
    }
    route->accepted = true;
}

bool http_route_read(
    const struct node *object, const struct http_route_names *names,
    struct http_route *route, struct error *err) {
    struct http_route read = {0};
    const struct node *metadata = node_get(object, "metadata");
    const struct node *rules = node_get(node_get(object, "spec"), "rules");
    if (!rules ||
        !node_integer(metadata, "generation", 0, INT64_MAX, &read.generation)) {
        return error_set(err, ERROR_PROTOCOL, "what was read is no HTTPRoute");
    }
    uint32_t at = 0;
    for (const struct node *rule = rules->first; rule; rule = rule->next) {
        if (!add_rule(&read, rule, at++, names, err)) return false;
    }
    if (read.rule_count == 0) {
        return error_set(
            err, ERROR_USAGE, "no rule of the route divides between %s and %s",
            names->stable, names->canary);
    }
    read_acceptance(&read, object);
    *route = read;
    return true;
}

static int32_t rule_bp(const struct http_route_rule *rule) {
    int64_t total = rule->stable + rule->canary;
    return total == 0 ? 0 : (int32_t)((rule->canary * WHOLE_BP + total / 2) / total);
}

int32_t http_route_bp(const struct http_route *route) {
    int32_t bp = rule_bp(&route->rules[0]);
    for (uint32_t i = 1; i < route->rule_count; i++) {
        if (rule_bp(&route->rules[i]) != bp) return -1;
    }
    return bp;
}

static void divide_one(
    struct json_patch *patch, const char *op, const struct http_route_rule *rule,
    const struct http_route_rule *place) {
    char path[PATH_SIZE];
    struct text text = TEXT_IN(path);
    text_addf(
        &text, "/spec/rules/%u/backendRefs/%u/weight", place->at, place->stable_at);
    json_patch_int(patch, op, path, rule->stable);
    text_reset(&text);
    text_addf(
        &text, "/spec/rules/%u/backendRefs/%u/weight", place->at, place->canary_at);
    json_patch_int(patch, op, path, rule->canary);
}

static void test_name(
    struct json_patch *patch, uint32_t rule, uint32_t backend, const char *name) {
    char path[PATH_SIZE];
    struct text text = TEXT_IN(path);
    text_addf(&text, "/spec/rules/%u/backendRefs/%u/name", rule, backend);
    json_patch_string(patch, "test", path, name);
}

void http_route_divide(
    struct json_patch *patch, const struct http_route *route,
    const struct http_route_names *names, uint32_t weight_bp, bool whatever) {
    /* Whole percents as people write them. */
    bool percent = weight_bp % (WHOLE_BP / WHOLE_PERCENT) == 0;
    uint32_t part = percent ? WHOLE_BP / WHOLE_PERCENT : 1;
    const struct http_route_rule wanted = {
        .canary = weight_bp / part, .stable = (WHOLE_BP - weight_bp) / part};
    for (uint32_t i = 0; i < route->rule_count; i++) {
        const struct http_route_rule *rule = &route->rules[i];
        test_name(patch, rule->at, rule->stable_at, names->stable);
        test_name(patch, rule->at, rule->canary_at, names->canary);
        if (!whatever) divide_one(patch, "test", rule, rule);
        divide_one(patch, "replace", &wanted, rule);
    }
}
