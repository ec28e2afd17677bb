/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "core/scenario.h"
#include "core/scenario_task.h"

struct preset {
    const char *name;
    double users, spawn_per_s;
    uint64_t seconds;
};

static const struct preset presets[] = {
#define X(name, users, spawn, seconds, purpose) \
    { name, users, spawn, seconds }
    SCENARIO_PRESETS(X),
#undef X
};

static const struct preset *find_preset(const char *name) {
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
        if (strcmp(presets[i].name, name) == 0) return &presets[i];
    }
    return NULL;
}

bool scenario_is_preset(const char *name) {
    return find_preset(name) != NULL;
}

static bool add_chat(
    struct load_plan *plan, const struct target *target, uint32_t weight,
    struct error *err) {
    static const char simple[] =
        "${pick:Where is my order?|How do I return a pair of shoes?|"
        "Do you ship to Norway?|How long does a refund take?}";
    static const char tool[] = "What is ${pick:17|23|42|61|88} * ${pick:3|7|19|64}?";
    bool plain = weight > 2;
    if (!target->paths.chat[0]) return true;
    struct load_task *task = &plan->tasks[plan->task_count++];
    load_task_init(task);
    task->weight = weight;
    text_copy(task->name, sizeof task->name, plain ? "simple chat" : "tool chat");
    return scenario_task_chat(task, slice_of(plain ? simple : tool), target, err);
}

static void add_health(struct load_plan *plan, const struct target *target) {
    if (!target->paths.health[0]) return;
    struct load_task *task = &plan->tasks[plan->task_count++];
    load_task_init(task);
    text_copy(task->name, sizeof task->name, "health");
    text_copy(task->path, sizeof task->path, target->paths.health);
}

/* The three of the book's locustfile, 3 to 2 to 1. */
static bool add_book_tasks(
    struct load_plan *plan, const struct target *target, struct error *err) {
    if (!add_chat(plan, target, 3, err) || !add_chat(plan, target, 2, err)) {
        return false;
    }
    add_health(plan, target);
    return plan->task_count > 0 ||
           error_set(err, ERROR_USAGE, "the target has neither a chat nor a health");
}

bool scenario_preset(
    struct scenario *scenario, const char *name, const struct target *target,
    struct error *err) {
    const struct preset *preset = find_preset(name);
    if (!preset) return error_set(err, ERROR_NOT_FOUND, "no such preset");
    memset(scenario, 0, sizeof *scenario);
    load_plan_init(&scenario->plan);
    struct load_plan *plan = &scenario->plan;
    text_copy(scenario->name, sizeof scenario->name, name);
    plan->model = LOAD_USERS;
    plan->level = preset->users;
    plan->spawn_per_s = preset->spawn_per_s;
    plan->run_time_ns = preset->seconds * NS_PER_S;
    plan->think_min_ns = NS_PER_S; /* between(1, 3) */
    plan->think_max_ns = 3 * NS_PER_S;
    scenario_add_good_results(scenario);
    return add_book_tasks(plan, target, err);
}
