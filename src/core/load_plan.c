/* SPDX-License-Identifier: MIT */
#include "core/load_plan.h"

#include <string.h>

#include "base/units.h"

#define DEFAULT_DRAIN_NS (30 * NS_PER_S)
#define LEAST_REPORT_NS  (50 * NS_PER_MS)
#define LONGEST_NS       (UINT64_C(366) * 24 * 3600 * NS_PER_S)

enum { DEFAULT_CONNECTIONS = 5000 };

void load_plan_init(struct load_plan *plan) {
    memset(plan, 0, sizeof *plan);
    plan->shards = 1;
    plan->drain_ns = DEFAULT_DRAIN_NS;
    plan->report_ns = NS_PER_S;
    plan->connections_max = DEFAULT_CONNECTIONS;
}

uint64_t load_plan_share(const struct load_plan *plan, uint64_t whole) {
    return whole / plan->shards + (plan->shard < whole % plan->shards);
}

static bool check_target(const struct load_target *target, struct error *err) {
    if (target->host[0] == '\0' || target->port == 0) {
        return error_set(err, ERROR_USAGE, "no host or no port to ask");
    }
    for (const char *at = target->prefix; *at; at++) {
        if ((unsigned char)*at <= ' ') {
            return error_set(err, ERROR_USAGE, "a path cannot hold blanks");
        }
    }
    if (target->prefix[0] && target->prefix[0] != '/') {
        return error_set(err, ERROR_USAGE, "a path has to start with a slash");
    }
    for (const char *at = target->authority; *at; at++) {
        if ((unsigned char)*at <= ' ') {
            return error_set(err, ERROR_USAGE, "a Host header with blanks");
        }
    }
    for (uint32_t i = 0; i < target->header_count; i++) {
        if (!load_header_check(&target->headers[i], err)) return false;
    }
    return true;
}

bool load_plan_check_level(
    const struct load_plan *plan, double level, struct error *err) {
    bool users = plan->model == LOAD_USERS;
    double most = users ? LOAD_USERS_MAX : LOAD_RATE_MAX;
    if (level >= 0 && level <= most) return true;
    return error_set(
        err, ERROR_USAGE, "%g %s: from 0 to %.0f are possible", level,
        users ? "users" : "requests per second", most);
}

static bool check_levels(const struct load_plan *plan, struct error *err) {
    bool any = plan->level > 0;
    if (!load_plan_check_level(plan, plan->level, err)) return false;
    for (uint32_t i = 0; i < plan->stage_count; i++) {
        const struct load_stage *stage = &plan->stages[i];
        if (!load_plan_check_level(plan, stage->level, err)) return false;
        if (stage->duration_ns > LONGEST_NS) {
            return error_set(err, ERROR_USAGE, "a stage longer than a year");
        }
        any = any || stage->level > 0;
    }
    if (any) return true;
    return error_set(err, ERROR_USAGE, "no load at all: every level is 0");
}

static bool check_times(const struct load_plan *plan, struct error *err) {
    if (plan->run_time_ns > LONGEST_NS || plan->drain_ns > LONGEST_NS ||
        plan->think_max_ns > LONGEST_NS || plan->pacing_ns > LONGEST_NS) {
        return error_set(err, ERROR_USAGE, "a time longer than a year");
    }
    if (plan->think_min_ns > plan->think_max_ns) {
        return error_set(err, ERROR_USAGE, "thinking for longer than at most");
    }
    if (plan->report_ns < LEAST_REPORT_NS) {
        return error_set(err, ERROR_USAGE, "reports more often than each 50ms");
    }
    if (!(plan->spawn_per_s >= 0 && plan->spawn_per_s <= LOAD_RATE_MAX)) {
        return error_set(
            err, ERROR_USAGE, "%g users per second cannot come", plan->spawn_per_s);
    }
    return true;
}

static bool check_tasks(const struct load_plan *plan, struct error *err) {
    uint64_t weight = 0;
    for (uint32_t i = 0; i < plan->task_count; i++) {
        if (!load_task_check(&plan->tasks[i], err)) return false;
        weight += plan->tasks[i].weight;
    }
    return weight > 0 || error_set(err, ERROR_USAGE, "nothing to do: no task");
}

bool load_plan_check(const struct load_plan *plan, struct error *err) {
    if (plan->shards == 0 || plan->shards > LOAD_SHARDS_MAX ||
        plan->shard >= plan->shards) {
        return error_set(
            err, ERROR_USAGE, "there is no shard %u of %u", plan->shard, plan->shards);
    }
    for (const char *at = plan->run; *at; at++) {
        if (*at <= ' ' || *at > '~') {
            return error_set(err, ERROR_USAGE, "a run with such a name");
        }
    }
    if (plan->model == LOAD_ARRIVALS && (plan->connections_max < plan->shards ||
                                         plan->connections_max > LOAD_USERS_MAX)) {
        return error_set(
            err, ERROR_USAGE,
            "%u connections: from 1 for each shard to %d are possible",
            plan->connections_max, LOAD_USERS_MAX);
    }
    return check_target(&plan->target, err) && check_levels(plan, err) &&
           check_times(plan, err) && check_tasks(plan, err);
}

/* As bytes */

#define AT(member)      RECORD_AT(struct load_target, member)
#define COUNTED(member) .count_offset = offsetof(struct load_target, member)
static const struct record_field target_fields[] = {
    {RECORD_COUNT, AT(tls), .most = 1},
    {RECORD_COUNT, AT(insecure), .most = 1},
    {RECORD_TEXT, AT(host)},
    {RECORD_COUNT, AT(port)},
    {RECORD_TEXT, AT(prefix)},
    {RECORD_TEXT, AT(authority)},
    {RECORD_TEXT, AT(server_name)},
    {RECORD_TEXT, AT(ca)},
    {RECORD_TEXT, AT(cert)},
    {RECORD_TEXT, AT(key)},
    {RECORD_LIST, AT(headers), .of = &load_header_record, COUNTED(header_count)},
};
#undef COUNTED
#undef AT
static const struct record target_record = RECORD_OF(struct load_target, target_fields);

#define AT(member) RECORD_AT(struct load_stage, member)
static const struct record_field stage_fields[] = {
    {RECORD_COUNT, AT(duration_ns)},
    {RECORD_REAL, AT(level)},
};
#undef AT
static const struct record stage_record = RECORD_OF(struct load_stage, stage_fields);

#define AT(member)      RECORD_AT(struct load_plan, member)
#define COUNTED(member) .count_offset = offsetof(struct load_plan, member)
static const struct record_field plan_fields[] = {
    {RECORD_TEXT, AT(run)},
    {RECORD_COUNT, AT(seed)},
    {RECORD_COUNT, AT(shard)},
    {RECORD_COUNT, AT(shards)},
    {RECORD_STRUCT, AT(target), .of = &target_record},
    {RECORD_COUNT, AT(model), .most = LOAD_MODEL_COUNT - 1},
    {RECORD_REAL, AT(level)},
    {RECORD_REAL, AT(spawn_per_s)},
    {RECORD_LIST, AT(stages), .of = &stage_record, COUNTED(stage_count)},
    {RECORD_COUNT, AT(run_time_ns)},
    {RECORD_COUNT, AT(drain_ns)},
    {RECORD_COUNT, AT(report_ns)},
    {RECORD_COUNT, AT(requests_max)},
    {RECORD_COUNT, AT(connections_max)},
    {RECORD_COUNT, AT(think_min_ns)},
    {RECORD_COUNT, AT(think_max_ns)},
    {RECORD_COUNT, AT(pacing_ns)},
    {RECORD_LIST, AT(tasks), .of = &load_task_record, COUNTED(task_count)},
};
#undef COUNTED
#undef AT
const struct record load_plan_record = RECORD_OF(struct load_plan, plan_fields);
