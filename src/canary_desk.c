/* SPDX-License-Identifier: MIT */
#include "canary_desk.h"

#include <unistd.h>

#include "base/discreet_text.h"
#include "base/text.h"
#include "io/loop.h"
#include "io/rollout_place.h"
#include "operator.h"
#include "report/rollout_report.h"

enum { WRITTEN_BYTES_MAX = 64 * 1024 };

static bool sit(struct canary_desk *desk, struct error *err) {
    if (!desk->config) return false;
    desk->target = config_target(desk->config);
    if (!rollout_place(desk->target, desk->path, err)) return false;
    operator_name(desk->user);
    operator_host(desk->host);
    desk->loop = loop_new();
    return true;
}

bool canary_desk_sit(
    struct canary_desk *desk, const struct invocation *invocation, struct error *err) {
    *desk = (struct canary_desk){.invocation = invocation};
    desk->config = config_for(invocation, NULL, err);
    return sit(desk, err);
}

bool canary_desk_sit_to_ask(
    struct canary_desk *desk, const struct invocation *invocation, struct error *err) {
    *desk = (struct canary_desk){.invocation = invocation};
    desk->config = config_to_ask(invocation, err);
    return sit(desk, err);
}

void canary_desk_leave(struct canary_desk *desk) {
    if (desk->loop) loop_free(desk->loop);
    config_free(desk->config);
}

struct rollout_order canary_desk_order(
    const struct canary_desk *desk, enum rollout_order_kind kind) {
    const char *reason = desk->invocation->options.values[OPTION_REASON];
    struct rollout_order order = {.kind = kind};
    text_copy_cut(order.who, sizeof order.who, desk->user);
    text_copy_cut(order.host, sizeof order.host, desk->host);
    if (reason) {
        discreet_text_copy(
            config_redactor(desk->config), order.reason, sizeof order.reason,
            slice_of(reason));
    }
    return order;
}

int canary_desk_write(
    const struct canary_desk *desk, struct slice result, enum exit_code code) {
    struct buffer clean;
    buffer_init(&clean, WRITTEN_BYTES_MAX);
    redact_add_to_buffer(config_redactor(desk->config), &clean, result);
    int ended = invocation_finish(desk->invocation, buffer_slice(&clean), code);
    buffer_clear(&clean);
    return ended;
}

int canary_desk_fail(
    const struct canary_desk *desk, enum exit_code code, const struct error *err) {
    struct error clean = {.code = err->code};
    struct text text = TEXT_IN(clean.message);
    redact_add(config_redactor(desk->config), &text, slice_of(err->message));
    return invocation_fail(desk->invocation, code, &clean);
}

int canary_desk_finish(
    const struct canary_desk *desk, const struct rollout_status *status,
    enum exit_code code) {
    const struct invocation *invocation = desk->invocation;
    struct buffer report;
    const struct rollout_report about = {
        .status = status,
        .target = desk->target->name,
        .exit_code = code,
        .past = status->known && status->at_ns == 0,
        .color = !options_has(&invocation->options, OPTION_OUTPUT) &&
                 invocation_colors(invocation, STDOUT_FILENO),
    };
    buffer_init(&report, ROLLOUT_REPORT_BYTES_MAX);
    if (invocation->format == FORMAT_TEXT) {
        rollout_report_text(&about, &report);
    } else {
        rollout_report_json(&about, &report);
    }
    int ended = invocation_finish(invocation, buffer_slice(&report), code);
    buffer_clear(&report);
    return ended;
}
