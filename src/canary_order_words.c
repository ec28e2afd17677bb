/* SPDX-License-Identifier: MIT */
#include "canary_order_words.h"

#include "base/json_writer.h"
#include "base/text.h"
#include "report/rollout_report.h"

static const struct order_meaning meanings[ROLLOUT_ORDER_COUNT] = {
    [ROLLOUT_ORDER_HOLD] =
        {"keep the weight of the canary as it is", "flightdeck canary resume", false,
         false},
    [ROLLOUT_ORDER_RESUME] =
        {"let the rollout go on", "flightdeck canary hold, or abort", true, false},
    [ROLLOUT_ORDER_PROMOTE] =
        {"give the canary the traffic of the next step",
         "flightdeck canary abort; after the last step: undo", true, false},
    [ROLLOUT_ORDER_ABORT] =
        {"send all traffic back to stable", "a new rollout: flightdeck canary start",
         false, true},
    [ROLLOUT_ORDER_UNDO] =
        {"send all traffic back to the version before",
         "a new rollout: flightdeck canary start", false, true},
    [ROLLOUT_ORDER_TAKEOVER] =
        {"make the rollout yours", "whoever had it can take it over again", true,
         false},
};

const struct order_meaning *order_meaning_of(enum rollout_order_kind kind) {
    return &meanings[kind];
}

static void write_json(const struct canary_order_told *told, struct buffer *to) {
    const struct rollout_status *status = told->status;
    struct json_writer json = json_writer_to(to);
    json_object_begin(&json);
    json_field_string(&json, "kind", "canary_order");
    json_field_string(&json, "order", rollout_order_name(told->kind));
    json_field_string(&json, "target", told->desk->target->name);
    json_field_bool(&json, "dry_run", !told->sent);
    json_field_bool(&json, "accepted", told->answer->accepted);
    json_field_string(&json, "words", told->answer->words);
    json_field_string(&json, "id", status->id);
    json_field_string(
        &json, "phase", rollout_phase_name((enum rollout_phase)status->phase));
    json_field_double(
        &json, "weight", (double)status->wanted_bp / ROLLOUT_BASIS_POINTS);
    json_field_string(&json, "back", meanings[told->kind].back);
    json_field_int(&json, "exit_code", (int)told->code);
    json_object_end(&json);
    buffer_add_char(to, '\n');
}

/* NULL for one that has not been followed, or that ended before it began: it has asked
 * nothing of the router. */
static const char *describe_way_back(
    const struct rollout_status *status, enum exit_code code) {
    bool is_back = status->phase == ROLLOUT_ROLLED_BACK;
    if (code == EXIT_CODE_OK) return is_back ? "all on stable, verified" : NULL;
    if (code != EXIT_CODE_PERSON) return NULL;
    if (status->phase == ROLLOUT_STRANDED && status->ended) {
        return "all on stable, which is NOT the version before";
    }
    return "NOT verified: look at the router";
}

static void write_text(const struct canary_order_told *told, struct buffer *to) {
    char line[ROLLOUT_LINE_SIZE];
    struct text text = TEXT_IN(line);
    rollout_report_line(told->status, &text);
    if (!told->sent) {
        const struct rollout_order order = canary_desk_order(told->desk, told->kind);
        buffer_addf(
            to, "would tell the controller of %s (%s): %s, from %s@%s, \"%s\"\n",
            told->desk->target->name, told->desk->path, rollout_order_name(told->kind),
            order.who, order.host, order.reason);
        buffer_addf(to, "that would %s\n", meanings[told->kind].what);
        buffer_addf(to, "it stands at: %s\n", line);
        buffer_addf(to, "to go back: %s\n", meanings[told->kind].back);
        return;
    }
    bool follows = meanings[told->kind].follows;
    const char *words = follows ? describe_way_back(told->status, told->code) : NULL;
    if (!words) words = told->answer->words;
    buffer_addf(to, "%s: %s\n", rollout_order_name(told->kind), words);
    if (follows) buffer_addf(to, "%s\n", line);
}

void canary_order_write(const struct canary_order_told *told, struct buffer *to) {
    if (told->desk->invocation->format == FORMAT_JSON) {
        write_json(told, to);
    } else {
        write_text(told, to);
    }
}
