/* SPDX-License-Identifier: MIT */
#include "canary_start_words.h"

#include "base/json_writer.h"
#include "base/text.h"
#include "base/units.h"
#include "canary_wish.h"

enum { LINE_SIZE = 512 };

static void write_json(
    const struct rollout_plan *plan, const struct target *target, struct buffer *to) {
    struct json_writer json = json_writer_to(to);
    json_object_begin(&json);
    json_field_string(&json, "kind", "canary_start");
    json_field_bool(&json, "dry_run", true);
    json_field_string(&json, "target", plan->target);
    json_field_string(&json, "class", target_class_name(target->class));
    json_field_string(&json, "to", plan->to);
    json_field_string(&json, "holder", plan->holder);
    json_field_string(&json, "host", plan->host);
    json_field_string(&json, "reason", plan->reason);
    json_key(&json, "steps");
    json_array_begin(&json);
    for (uint32_t i = 0; i < plan->step_count; i++) {
        json_double(&json, (double)plan->steps[i].weight_bp / ROLLOUT_BASIS_POINTS);
    }
    json_array_end(&json);
    json_field_double(&json, "hold_each_s", (double)plan->hold_each_ns / NS_PER_S);
    json_field_double(&json, "max_each_s", (double)plan->max_each_ns / NS_PER_S);
    json_field_double(
        &json, "keep_previous_s", (double)plan->keep_previous_ns / NS_PER_S);
    json_field_string(&json, "rule", rollout_rule_name((enum rollout_rule)plan->rule));
    json_field_double(&json, "alpha", plan->alpha);
    json_field_double(&json, "material", plan->material);
    json_field_double(&json, "budget", plan->budget_ratio);
    json_field_bool(&json, "manual", plan->manual);
    json_field_string(&json, "back", "flightdeck canary abort");
    json_object_end(&json);
    buffer_add_char(to, '\n');
}

static void write_text(
    const struct rollout_plan *plan, const struct target *target, struct buffer *to) {
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    canary_wish_add_steps(&text, plan);
    buffer_addf(
        to, "would start a controller for %s (%s) and let %s in\n", plan->target,
        target_class_name(target->class), plan->to);
    buffer_addf(to, "steps: %s\n", line);
    buffer_addf(
        to, "rule: %s, alpha %g, material %gx, budget %g\n",
        rollout_rule_name((enum rollout_rule)plan->rule), plan->alpha, plan->material,
        plan->budget_ratio);
    buffer_addf(to, "by %s@%s, \"%s\"\n", plan->holder, plan->host, plan->reason);
    buffer_addf(to, "to go back: flightdeck canary abort --target %s\n", plan->target);
}

void canary_start_write(
    const struct rollout_plan *plan, const struct target *target, enum format format,
    struct buffer *to) {
    if (format == FORMAT_JSON) {
        write_json(plan, target, to);
    } else {
        write_text(plan, target, to);
    }
}
