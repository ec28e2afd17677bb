/* SPDX-License-Identifier: MIT */
#include "config_canary.h"

#include <string.h>

#include "base/safe_text.h"
#include "base/units.h"
#include "config_file.h"

#define SECONDS(count) ((count)*1e9)
#define MINUTES(count) ((count)*60e9)
#define HOURS(count)   ((count)*3600e9)

enum { SHOWN_SIZE = 64 };

static const char *const rules[] = {
#define X(id, name) [id] = name
    ROLLOUT_RULES(X),
#undef X
    [ROLLOUT_RULE_COUNT] = NULL,
};
static const char *const deploys[] = {"external", NULL};

_Static_assert(DEPLOY_EXTERNAL == 0, "order of `deploys`");

/* canary: */

static const struct schema_field harm_fields[] = {
    {"rule", SCHEMA_ENUM, SCHEMA_AT(struct config_canary, rule), .words = rules},
    {"material", SCHEMA_FACTOR, SCHEMA_AT(struct config_canary, material), .least = 1,
     .most = 100, .fallback = "1.5x"},
    {"alpha", SCHEMA_RATIO, SCHEMA_AT(struct config_canary, alpha), .least = 1e-6,
     .most = 0.2, .fallback = "1%"},
    {"budget", SCHEMA_RATIO, SCHEMA_AT(struct config_canary, budget_ratio),
     .least = 1e-6, .most = 0.2, .fallback = "1%"},
};
static const struct schema harm_schema = {SCHEMA_OF(struct config_canary, harm_fields)};

static const struct schema_field step_fields[] = {
    {NULL, SCHEMA_RATIO, .offset = 0, .size = sizeof(double), .least = 0.001,
     .most = 1},
};
static const struct schema step_schema = {SCHEMA_OF(double, step_fields)};

static void init_canary(void *to) {
    struct config_canary *canary = to;
    static const double steps[] = {0.05, 0.25, 0.50, 1.00};
    canary->step_count = sizeof steps / sizeof *steps;
    for (uint32_t i = 0; i < canary->step_count; i++) canary->steps[i] = steps[i];
}

static const struct schema_field canary_fields[] = {
    {"steps", SCHEMA_LIST, SCHEMA_LIST_AT(struct config_canary, steps, step_count),
     .least = 1, .of = &step_schema},
    {"hold_each", SCHEMA_DURATION, SCHEMA_AT(struct config_canary, hold_each_ns),
     .least = 0, .most = HOURS(24), .fallback = "10m"},
    {"max_each", SCHEMA_DURATION, SCHEMA_AT(struct config_canary, max_each_ns),
     .least = SECONDS(1), .most = HOURS(7 * 24), .fallback = "60m"},
    {"keep_previous", SCHEMA_DURATION,
     SCHEMA_AT(struct config_canary, keep_previous_ns), .least = 0,
     .most = HOURS(7 * 24), .fallback = "1h"},
    {"warm_up", SCHEMA_DURATION, SCHEMA_AT(struct config_canary, warm_up_ns),
     .least = 0, .most = MINUTES(60), .fallback = "5s"},
    {"stale", SCHEMA_DURATION, SCHEMA_AT(struct config_canary, stale_ns),
     .least = SECONDS(2), .most = MINUTES(10), .fallback = "15s"},
    {"manual", SCHEMA_BOOL, SCHEMA_AT(struct config_canary, manual)},
    {"harm", SCHEMA_OBJECT, .offset = 0, .of = &harm_schema},
};
const struct schema config_canary_schema = {
    SCHEMA_OF(struct config_canary, canary_fields), .init = init_canary};

/* deploy: */

static const struct schema_field kubernetes_fields[] = {
    {"deployment", SCHEMA_STRING, SCHEMA_AT(struct target_deploy, deployment),
     .required = true},
    {"container", SCHEMA_STRING, SCHEMA_AT(struct target_deploy, container),
     .required = true},
    {"image", SCHEMA_STRING, SCHEMA_AT(struct target_deploy, image), .required = true},
};
static const struct schema kubernetes_schema = {
    SCHEMA_OF(struct target_deploy, kubernetes_fields)};

static const struct schema_field arg_fields[] = {
    {NULL, SCHEMA_STRING, .offset = 0, .size = TARGET_ARG_SIZE, .may_be_empty = true},
};
static const struct schema arg_schema = {
    .fields = arg_fields, .field_count = 1, .size = TARGET_ARG_SIZE};

/* Which kind it is follows from what is there: config_deploy_kind(). */
static const struct schema_field deploy_fields[] = {
    {NULL, SCHEMA_ENUM, SCHEMA_AT(struct target_deploy, kind), .words = deploys},
    {"kubernetes", SCHEMA_OBJECT, .offset = 0, .of = &kubernetes_schema},
    {"command", SCHEMA_LIST, SCHEMA_LIST_AT(struct target_deploy, args, arg_count),
     .least = 1, .of = &arg_schema},
};
const struct schema config_deploy_schema = {
    SCHEMA_OF(struct target_deploy, deploy_fields)};

enum deploy_kind config_deploy_kind(const struct target_deploy *deploy) {
    if (deploy->arg_count > 0) return DEPLOY_COMMAND;
    return deploy->image[0] ? DEPLOY_KUBERNETES : DEPLOY_EXTERNAL;
}

/* What no table can say */

static void check_steps(const struct node *steps, struct mistakes *mistakes) {
    const struct node *last = NULL;
    double before = 0;
    if (!steps || steps->kind != NODE_LIST) return;
    for (const struct node *step = steps->first; step; step = step->next) {
        double share = 0;
        if (!units_parse_ratio(step->string, &share)) return;
        if (share <= before) {
            mistakes_add(mistakes, step, "steps: each must be larger than the last");
            return;
        }
        before = share;
        last = step;
    }
    if (last && before < 1) {
        mistakes_add(mistakes, last, "steps: the last one must be 100%%");
    }
}

/* Both as they are said here, or as the defaults of the table. */
static void check_times(const struct node *canary, struct mistakes *mistakes) {
    const struct node *hold = node_get(canary, "hold_each");
    const struct node *max = node_get(canary, "max_each");
    uint64_t hold_ns = 0;
    uint64_t max_ns = 0;
    if (!hold || !max || !units_parse_duration(hold->string, &hold_ns)) return;
    if (!units_parse_duration(max->string, &max_ns) || max_ns >= hold_ns) return;
    mistakes_add(mistakes, max, "max_each: expected at least hold_each");
}

void config_canary_check(const struct node *canary, struct mistakes *mistakes) {
    check_steps(node_get(canary, "steps"), mistakes);
    check_times(canary, mistakes);
}

/* "${" begins nothing but what is known when it is deployed. */
static void check_words(const struct node *node, struct mistakes *mistakes) {
    static const char *const known[] = {"version}", "track}"};
    if (!node || node->kind != NODE_STRING) return;
    for (size_t i = 0; i + 1 < node->string.length; i++) {
        const char *at = node->string.data + i;
        size_t left = node->string.length - i - 2;
        bool fits = at[0] != '$' || at[1] != '{';
        for (size_t k = 0; k < sizeof known / sizeof *known && !fits; k++) {
            size_t length = strlen(known[k]);
            fits = length <= left && memcmp(at + 2, known[k], length) == 0;
        }
        if (fits) continue;
        mistakes_add(
            mistakes, node, "only ${version} and ${track} can be filled in here");
        return;
    }
}

static bool holds_version(struct slice words) {
    static const char wanted[] = "${version}";
    return memmem(words.data, words.length, wanted, sizeof wanted - 1) != NULL;
}

void config_deploy_check(const struct node *deploy, struct mistakes *mistakes) {
    const struct node *kubernetes = node_get(deploy, "kubernetes");
    const struct node *command = node_get(deploy, "command");
    const struct node *image = node_get(kubernetes, "image");
    if (kubernetes && command) {
        mistakes_add_at_key(
            mistakes, command, "deploy: `kubernetes` or `command`, not both");
    }
    check_words(image, mistakes);
    if (image && image->kind == NODE_STRING && !holds_version(image->string)) {
        mistakes_add(mistakes, image, "image: \"${version}\" must stand in it");
    }
    check_words(command, mistakes);
    if (!command || command->kind != NODE_LIST) return;
    for (const struct node *arg = command->first; arg; arg = arg->next) {
        check_words(arg, mistakes);
    }
}
