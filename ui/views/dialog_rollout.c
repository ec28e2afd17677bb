/* SPDX-License-Identifier: MIT */
#include "ui/views/dialog_rollout.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "ui/rollout_act.h"
#include "ui/ui_world.h"
#include "ui/views/canary_text.h"
#include "ui/views/run_rows.h"

enum { LINE_SIZE = 256 };

static void add_versions(struct text *text, const struct rollout_status *rollout) {
    text_addf(text, "%s → %s", rollout->from[0] ? rollout->from : "?", rollout->to);
    if (rollout->step == 0) return;
    text_addf(text, ", step %u of %u at ", rollout->step, rollout->steps);
    canary_text_add_weight(text, rollout->wanted_bp);
}

static void add_now(struct dialog_page *page, const struct scene *now) {
    const struct rollout_status *rollout = &now->state->rollout;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    rollout_add_phase(&text, rollout);
    const char *reason = rollout_reason(rollout);
    if (reason[0]) text_addf(&text, ": %s", reason);
    dialog_page_add(page, "now", rollout_phase_role(rollout), line);
    if (rollout->metric_count == 0) return;
    text_reset(&text);
    text_add(&text, "harm ");
    canary_text_add_harm(&text, rollout->harm, rollout->harm_limit);
    text_add(&text, ", safety bound ");
    canary_text_add_points(&text, rollout->bound);
    if (!isnan(rollout->bound_limit)) {
        text_add(&text, " of ");
        canary_text_add_points(&text, rollout->bound_limit);
    }
    text_add(&text, ", ");
    canary_text_add_data(&text, rollout);
    dialog_page_add(page, "evidence", ROLE_TEXT, line);
}

/* What the evidence says against it, when it is forced. */
static void add_against(struct dialog_page *page, const struct dialog_view *view) {
    const struct rollout_wish *wish = &view->dialog->rollout;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    if (!wish->force) return;
    if (!rollout_act_is_open(view->scene, wish->kind, false, &text)) {
        dialog_page_add(page, "!against", ROLE_BAD, line);
    }
}

static const char *meaning_of(const struct rollout_wish *wish) {
    switch (wish->kind) {
    case ROLLOUT_ORDER_HOLD: return "the weight stays, the clock of the step stops";
    case ROLLOUT_ORDER_RESUME: return "evidence is gathered on; it may promote itself";
    case ROLLOUT_ORDER_PROMOTE: return "more users get the new version, at once";
    case ROLLOUT_ORDER_ABORT:
    case ROLLOUT_ORDER_UNDO: return "all traffic goes back, and that is verified";
    case ROLLOUT_ORDER_TAKEOVER:
        return "it is yours: promote and resume are yours to say; it goes on meanwhile";
    case ROLLOUT_ORDER_COUNT: break;
    }
    return "";
}

static const char *way_back_of(enum rollout_order_kind kind) {
    switch (kind) {
    case ROLLOUT_ORDER_HOLD: return "G goes on";
    case ROLLOUT_ORDER_RESUME: return "H holds it again; X y takes it back";
    case ROLLOUT_ORDER_PROMOTE: return "X y: all traffic back to stable";
    case ROLLOUT_ORDER_ABORT:
    case ROLLOUT_ORDER_UNDO: return "none: a new rollout has to be started";
    case ROLLOUT_ORDER_TAKEOVER: return "it can be taken back like this";
    case ROLLOUT_ORDER_COUNT: break;
    }
    return "";
}

/* Exactly what goes down the socket. */
static void add_order(struct dialog_page *page, const struct dialog_view *view) {
    const struct rollout_wish *wish = &view->dialog->rollout;
    const struct rollout_means *means = view->scene->rollout;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    if (!means) return;
    dialog_page_add(page, "to", ROLE_STRONG, means->to);
    text_add(&text, rollout_order_name(wish->kind));
    if (wish->force) text_add(&text, " --force");
    text_addf(&text, " from %s@%s", means->who, means->host);
    if (wish->version > 0) {
        unsigned long long version = wish->version;
        text_addf(&text, ", only if it still stands at version %llu", version);
    }
    dialog_page_add(page, "sends", ROLE_TEXT, line);
    if (wish->reason[0]) dialog_page_add(page, "why", ROLE_TEXT, wish->reason);
}

static void add_owner(struct dialog_page *page, const struct rollout_status *rollout) {
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    if (!rollout->holder[0]) return;
    unsigned long long epoch = rollout->epoch;
    text_addf(&text, "%s on %s, epoch %llu", rollout->holder, rollout->host, epoch);
    dialog_page_add(page, "owner", ROLE_TEXT, line);
}

void dialog_rollout_fill(struct dialog_page *page, const struct dialog_view *view) {
    const struct scene now = rollout_act_now(view->scene);
    const struct rollout_status *rollout = &now.state->rollout;
    const struct rollout_wish *wish = &view->dialog->rollout;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    add_versions(&text, rollout);
    dialog_page_add(page, "rollout", ROLE_CANARY, line);
    add_owner(page, rollout);
    add_now(page, &now);
    add_against(page, view);
    text_reset(&text);
    rollout_act_add(&text, rollout, wish->kind);
    text_addf(&text, ": %s", meaning_of(wish));
    dialog_page_add(page, "does", ROLE_STRONG, line);
    add_order(page, view);
    dialog_page_add(page, "go back", ROLE_TEXT, way_back_of(wish->kind));
}

/* Tab matters only when there are two. */
static void add_choices(struct dialog_page *page, const struct dialog_view *view) {
    static const char *const choices[] = {
        UI_STOPS_ALL, UI_STOPS_RUNS, UI_STOPS_ROLLOUT};
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    if (!run_rows_any_active(view->scene->live)) return;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        bool chosen = strcmp(choices[i], view->dialog->choice) == 0;
        text_addf(&text, chosen ? "%s[%s]" : "%s%s", i > 0 ? "  " : "", choices[i]);
    }
    dialog_page_add(page, "Tab", ROLE_STRONG, line);
}

void dialog_rollout_add_stop(struct dialog_page *page, const struct dialog_view *view) {
    const struct rollout_status *rollout = &view->scene->live->rollout;
    const struct rollout_wish *wish = &view->dialog->rollout;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    if (wish->kind == ROLLOUT_ORDER_COUNT) return;
    text_add(&text, "● rollout ");
    add_versions(&text, rollout);
    text_add(&text, ", ");
    rollout_add_phase(&text, rollout);
    dialog_page_add(page, "runs", ROLE_STRONG, line);
    add_choices(page, view);
    if (strcmp(view->dialog->choice, UI_STOPS_RUNS) == 0) {
        dialog_page_add(page, "rollout", ROLE_TEXT, "goes on");
        return;
    }
    text_reset(&text);
    rollout_act_add(&text, rollout, wish->kind);
    text_addf(&text, ": %s", meaning_of(wish));
    dialog_page_add(page, "rollout", ROLE_STRONG, line);
    add_order(page, view);
}

const char *dialog_rollout_title(const struct dialog *dialog) {
    static const char *const titles[ROLLOUT_ORDER_COUNT + 1] = {
        [ROLLOUT_ORDER_HOLD] = "hold the rollout",
        [ROLLOUT_ORDER_RESUME] = "resume the rollout",
        [ROLLOUT_ORDER_PROMOTE] = "promote",
        [ROLLOUT_ORDER_ABORT] = "abort the rollout",
        [ROLLOUT_ORDER_UNDO] = "undo the rollout",
        [ROLLOUT_ORDER_TAKEOVER] = "take the rollout over",
        [ROLLOUT_ORDER_COUNT] = "",
    };
    bool forced = dialog->rollout.force;
    return forced ? "promote against the evidence" : titles[dialog->rollout.kind];
}
