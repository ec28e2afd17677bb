/* An HTTPRoute of the Gateway API: where it divides the traffic between the two
 * versions, by which weights, and whether its gateways have taken that in. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/json_patch.h"
#include "core/node.h"

enum {
    HTTP_ROUTE_RULES_MAX = 16, /* that divide; more is an error */
    HTTP_ROUTE_WORDS_SIZE = 160,
    HTTP_ROUTE_NAME_SIZE = 64,
    HTTP_ROUTE_WEIGHT_MAX = 1000000,
};

/* One rule that names both versions. */
struct http_route_rule {
    uint32_t at, stable_at,
        canary_at;          /* places in the lists of rules and backendRefs */
    int64_t stable, canary; /* weights: proportions */
};

struct http_route {
    int64_t generation;
    uint32_t rule_count;
    struct http_route_rule rules[HTTP_ROUTE_RULES_MAX];
    bool accepted; /* every gateway has this generation, and all it refers to */
    char words[HTTP_ROUTE_WORDS_SIZE]; /* why not */
};

/* The two Services by name. */
struct http_route_names {
    const char *stable, *canary;
};

/* ERROR_USAGE when no rule names both, or one names others beside them. */
bool http_route_read(
    const struct node *object, const struct http_route_names *names,
    struct http_route *route, struct error *err);

/* The share of the canary in basis points, or -1 when rules differ. */
int32_t http_route_bp(const struct http_route *route);

/* Tests the names, and the weights too unless `whatever`
 * they are; replaces the weights of every rule. */
void http_route_divide(
    struct json_patch *patch, const struct http_route *route,
    const struct http_route_names *names, uint32_t weight_bp, bool whatever);
