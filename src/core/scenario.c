/* SPDX-License-Identifier: MIT */
#include "core/scenario.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/units.h"
#include "core/scenario_task.h"
#include "core/schema.h"
#include "core/suggest.h"

enum { PLAN_BYTES_MAX = 512 * 1024, SHOWN_SIZE = 64 };

/* The seed's good results: what a preset and a file without gates are held to. */
static const char *const good_results[] = {"p95<2s", "error_ratio<0.1%"};

struct file_stage {
    double users, rate; /* NaN: not given */
    uint64_t over_ns;
};

/* A file as it stands there; large, for the heap. */
struct file {
    uint32_t version;
    char name[STATE_NAME_SIZE];
    double users, spawn_rate, rate; /* NaN: not given */
    uint32_t think_count;
    uint64_t think_ns[2]; /* always, or between two */
    uint64_t pacing_ns;
    uint64_t run_time_ns, drain_ns;
    uint32_t connections;
    uint32_t stage_count;
    struct file_stage stages[LOAD_STAGES_MAX];
    const struct node *thresholds, *abort_on;
    uint32_t task_count;
    struct scenario_task tasks[LOAD_TASKS_MAX];
};

#define USERS_LIMITS .least = 1, .most = LOAD_USERS_MAX
#define RATE_LIMITS  .least = 0.001, .most = LOAD_RATE_MAX
#define LONGEST_NS   (7 * 24 * 3600e9)

static void init_stage(void *to) {
    struct file_stage *stage = to;
    stage->users = stage->rate = (double)NAN;
}

static const struct schema_field stage_rows[] = {
    {"users", SCHEMA_NUMBER, SCHEMA_AT(struct file_stage, users), .least = 0,
     .most = LOAD_USERS_MAX},
    {"rate", SCHEMA_NUMBER, SCHEMA_AT(struct file_stage, rate), .least = 0,
     .most = LOAD_RATE_MAX},
    {"over", SCHEMA_DURATION, SCHEMA_AT(struct file_stage, over_ns), .fallback = "0s",
     .least = 0, .most = LONGEST_NS},
};
static const struct schema stage_schema = {
    SCHEMA_OF(struct file_stage, stage_rows), .init = init_stage};

static const struct schema_field think_rows[] = {
    {NULL, SCHEMA_DURATION, .offset = 0, .size = sizeof(uint64_t), .least = 0,
     .most = LONGEST_NS},
};
static const struct schema think_schema = {SCHEMA_OF(uint64_t, think_rows)};

static void init_file(void *to) {
    struct file *file = to;
    file->users = file->spawn_rate = file->rate = (double)NAN;
}

static const struct schema_field file_rows[] = {
    {"version", SCHEMA_INTEGER, SCHEMA_AT(struct file, version), .required = true,
     .least = 1, .most = 1},
    {"name", SCHEMA_STRING, SCHEMA_AT(struct file, name)},
    {"users", SCHEMA_NUMBER, SCHEMA_AT(struct file, users), USERS_LIMITS},
    {"spawn_rate", SCHEMA_NUMBER, SCHEMA_AT(struct file, spawn_rate), RATE_LIMITS},
    {"think", SCHEMA_LIST, SCHEMA_LIST_AT(struct file, think_ns, think_count),
     .least = 1, .of = &think_schema},
    {"pacing", SCHEMA_DURATION, SCHEMA_AT(struct file, pacing_ns), .least = 1e6,
     .most = LONGEST_NS},
    {"rate", SCHEMA_NUMBER, SCHEMA_AT(struct file, rate), RATE_LIMITS},
    {"connections", SCHEMA_INTEGER, SCHEMA_AT(struct file, connections), USERS_LIMITS,
     .fallback = "5000"},
    {"stages", SCHEMA_LIST, SCHEMA_LIST_AT(struct file, stages, stage_count),
     .least = 1, .of = &stage_schema},
    {"run_time", SCHEMA_DURATION, SCHEMA_AT(struct file, run_time_ns), .required = true,
     .least = 1e9, .most = LONGEST_NS},
    {"drain", SCHEMA_DURATION, SCHEMA_AT(struct file, drain_ns), .fallback = "30s",
     .least = 0, .most = 3600e9},
    {"thresholds", SCHEMA_NODE, SCHEMA_NODE_AT(struct file, thresholds)},
    {"abort_on", SCHEMA_NODE, SCHEMA_NODE_AT(struct file, abort_on)},
    {"tasks", SCHEMA_LIST, SCHEMA_LIST_AT(struct file, tasks, task_count),
     .required = true, .least = 1, .of = &scenario_task_schema},
};
static const struct schema file_schema = {
    SCHEMA_OF(struct file, file_rows), .init = init_file};

/* Gates */

static bool add(
    struct gate gates[GATES_MAX], uint32_t *count, struct slice words,
    struct error *err) {
    if (*count == GATES_MAX) {
        return error_set(err, ERROR_LIMIT, "more than %d gates", GATES_MAX);
    }
    if (!gate_parse(words, &gates[*count], err)) return false;
    ++*count;
    return true;
}

bool scenario_add_gate(
    struct scenario *scenario, const char *words, struct error *err) {
    return add(scenario->gates, &scenario->gate_count, slice_of(words), err);
}

bool scenario_add_abort(
    struct scenario *scenario, const char *words, struct error *err) {
    return add(scenario->aborts, &scenario->abort_count, slice_of(words), err);
}

static bool has_task(
    const struct scenario *scenario, const struct gate *gate, struct error *err) {
    struct suggest suggest = suggest_for(slice_of(gate->task));
    if (!gate->task[0]) return true;
    for (uint32_t i = 0; i < scenario->plan.task_count; i++) {
        const char *name = scenario->plan.tasks[i].name;
        if (strcmp(name, gate->task) == 0) return true;
        suggest_offer(&suggest, name);
    }
    char shown[SHOWN_SIZE];
    safe_text_copy(shown, sizeof shown, slice_of(gate->task));
    if (!suggest.nearest) {
        return error_set(
            err, ERROR_USAGE, "gate \"%s\": there is no task \"%s\"", gate->words,
            shown);
    }
    return error_set(
        err, ERROR_USAGE, "gate \"%s\": there is no task \"%s\" (did you mean \"%s\"?)",
        gate->words, shown, suggest.nearest);
}

bool scenario_check_gates(const struct scenario *scenario, struct error *err) {
    for (uint32_t i = 0; i < scenario->gate_count; i++) {
        if (!has_task(scenario, &scenario->gates[i], err)) return false;
    }
    for (uint32_t i = 0; i < scenario->abort_count; i++) {
        if (!has_task(scenario, &scenario->aborts[i], err)) return false;
    }
    return true;
}

void scenario_add_good_results(struct scenario *scenario) {
    struct error err;
    for (size_t i = 0; i < sizeof good_results / sizeof *good_results; i++) {
        scenario_add_gate(scenario, good_results[i], &err);
    }
}

/* Files */

static void check_stages(
    const struct file *file, const struct node *list, struct mistakes *mistakes) {
    bool rate = !isnan(file->rate);
    const struct node *at = list && list->kind == NODE_LIST ? list->first : list;
    for (uint32_t i = 0; i < file->stage_count && at; i++, at = at->next) {
        const struct file_stage *stage = &file->stages[i];
        if (isnan(stage->rate) != rate && isnan(stage->users) == rate) continue;
        mistakes_add(
            mistakes, at, "a stage goes to a number of %s, as the file does",
            rate ? "rate" : "users");
    }
}

static void check_model(
    const struct file *file, const struct node *root, struct mistakes *mistakes) {
    static const char *const of_users[] = {"spawn_rate", "think", "pacing"};
    bool users = !isnan(file->users);
    bool rate = !isnan(file->rate);
    if (users && rate) {
        mistakes_add_at_key(
            mistakes, node_get(root, "rate"),
            "users and rate exclude each other: users wait for answers, a rate does "
            "not");
    } else if (!users && !rate) {
        mistakes_add(mistakes, root, "how much load? users or rate is missing");
    }
    for (size_t i = 0; rate && i < sizeof of_users / sizeof *of_users; i++) {
        const struct node *node = node_get(root, of_users[i]);
        if (!node) continue;
        mistakes_add_at_key(mistakes, node, "%s is about users, not rate", of_users[i]);
    }
}

static void take_think(
    struct load_plan *plan, const struct file *file, const struct node *root,
    struct mistakes *mistakes) {
    if (file->think_count == 0) {
        bool thinks = plan->model == LOAD_USERS && plan->pacing_ns == 0;
        plan->think_min_ns = thinks ? NS_PER_S : 0; /* as the book's users do */
        plan->think_max_ns = thinks ? 3 * NS_PER_S : 0;
        return;
    }
    plan->think_min_ns = file->think_ns[0];
    plan->think_max_ns = file->think_ns[file->think_count - 1];
    if (plan->think_min_ns <= plan->think_max_ns) return;
    mistakes_add(mistakes, node_get(root, "think"), "the shorter time comes first");
}

static void take_load(struct load_plan *plan, const struct file *file) {
    bool users = !isnan(file->users);
    plan->model = users ? LOAD_USERS : LOAD_ARRIVALS;
    plan->level = users ? file->users : file->rate;
    plan->spawn_per_s = isnan(file->spawn_rate) ? 0 : file->spawn_rate;
    plan->run_time_ns = file->run_time_ns;
    plan->drain_ns = file->drain_ns;
    plan->connections_max = file->connections;
    plan->pacing_ns = file->pacing_ns;
    plan->stage_count = file->stage_count;
    for (uint32_t i = 0; i < file->stage_count; i++) {
        const struct file_stage *stage = &file->stages[i];
        plan->stages[i].duration_ns = stage->over_ns;
        plan->stages[i].level = users ? stage->users : stage->rate;
    }
}

static void take_tasks(
    struct scenario *scenario, const struct file *file, const struct node *root,
    const struct target *target, struct mistakes *mistakes) {
    const struct node *node = node_get(root, "tasks");
    if (node->kind == NODE_LIST) node = node->first;
    for (uint32_t i = 0; i < file->task_count; i++, node = node->next) {
        const struct scenario_task *from = &file->tasks[i];
        struct load_task *to = &scenario->plan.tasks[i];
        scenario_task_fill(to, from, node, target, mistakes);
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(file->tasks[k].name, from->name) != 0) continue;
            mistakes_add(mistakes, node, "the name \"%s\" stands twice", from->name);
        }
    }
    scenario->plan.task_count = file->task_count;
}

/* A list of gates, or one. */
static void take_gates(
    struct scenario *scenario, const struct node *list, bool aborts,
    struct mistakes *mistakes) {
    struct gate *gates = aborts ? scenario->aborts : scenario->gates;
    uint32_t *count = aborts ? &scenario->abort_count : &scenario->gate_count;
    struct error err;
    if (!list) return;
    bool many = list->kind == NODE_LIST;
    for (const struct node *at = many ? list->first : list; at; at = at->next) {
        if (at->kind != NODE_STRING) {
            mistakes_add(mistakes, at, "expected a gate like p95<2s");
        } else if (
            !add(gates, count, at->string, &err) ||
            !has_task(scenario, &gates[*count - 1], &err)) {
            mistakes_add(mistakes, at, "%s", err.message);
        }
        if (!many) return;
    }
}

static void take_file(
    struct scenario *scenario, const struct file *file, const struct node *root,
    const struct target *target, struct mistakes *mistakes) {
    memset(scenario, 0, sizeof *scenario);
    load_plan_init(&scenario->plan);
    text_copy(scenario->name, sizeof scenario->name, file->name);
    check_model(file, root, mistakes);
    check_stages(file, node_get(root, "stages"), mistakes);
    take_load(&scenario->plan, file);
    take_think(&scenario->plan, file, root, mistakes);
    take_tasks(scenario, file, root, target, mistakes);
    take_gates(scenario, file->thresholds, false, mistakes);
    take_gates(scenario, file->abort_on, true, mistakes);
    if (!file->thresholds) scenario_add_good_results(scenario);
}

bool scenario_read(
    struct scenario *scenario, const struct node *root, const struct target *target,
    struct mistakes *mistakes) {
    static const struct node nothing = {.line = 1, .column = 1};
    if (!root) {
        mistakes_add(mistakes, &nothing, "the file is empty: there is nothing to do");
        return false;
    }
    struct file *file = memory_new(sizeof *file);
    schema_init(&file_schema, file);
    schema_read(&file_schema, root, file, mistakes);
    if (mistakes->count == 0) take_file(scenario, file, root, target, mistakes);
    free(file);
    return mistakes->count == 0;
}

/* Of a plan and, behind it, of some words. */
static void hash_plan(
    const struct load_plan *plan, const char *words, char hash[SHA256_HEX_SIZE]) {
    uint8_t *bytes = memory_new(PLAN_BYTES_MAX);
    struct byte_writer writer = byte_writer_in(bytes, PLAN_BYTES_MAX);
    record_put(&load_plan_record, plan, &writer);
    bytes_put(&writer, words, strlen(words));
    sha256_hex((struct slice){(const char *)bytes, writer.length}, hash);
    free(bytes);
}

void scenario_hash(const struct scenario *scenario, char hash[SHA256_HEX_SIZE]) {
    struct load_plan *plan = memory_new(sizeof *plan);
    *plan = scenario->plan;
    plan->run[0] = '\0';
    plan->shard = 0;
    plan->seed = plan->requests_max = plan->run_time_ns = 0;
    plan->shards = 1;
    memset(&plan->target, 0, sizeof plan->target);
    hash_plan(plan, "", hash);
    free(plan);
}

void scenario_tasks_hash(const struct scenario *scenario, char hash[SHA256_HEX_SIZE]) {
    struct load_plan *plan = memory_new(sizeof *plan);
    char words[GATES_MAX * (GATE_WORDS_SIZE + 1)];
    struct text text = TEXT_IN(words);
    plan->task_count = scenario->plan.task_count;
    memcpy(plan->tasks, scenario->plan.tasks, sizeof plan->tasks);
    for (uint32_t i = 0; i < scenario->gate_count; i++) {
        text_addf(&text, "%s\n", scenario->gates[i].words);
    }
    hash_plan(plan, words, hash);
    free(plan);
}
