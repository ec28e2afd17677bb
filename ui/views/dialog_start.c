/* SPDX-License-Identifier: MIT */
#include "ui/views/dialog_start.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "core/weight.h"
#include "ui/rollout_start.h"

enum { LINE_SIZE = 512 };

static void add_versions(struct dialog_page *page, const struct dialog_view *view) {
    const struct scene *scene = view->scene;
    const char *version = view->dialog->choice;
    const char *stable = scene->live->version[TRACK_STABLE];
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    bool said = strcmp(version, rollout_start_version(scene)) == 0;
    text_add(&text, version[0] ? version : "not known");
    if (version[0]) text_add(&text, said ? ", as the canary says" : ", as typed");
    text_add(&text, "   Tab changes it");
    dialog_page_add(page, "version", ROLE_CANARY, line);
    text_reset(&text);
    text_addf(&text, "%s", stable[0] ? stable : "its version is not known");
    dialog_page_add(page, "stable", ROLE_STABLE, line);
}

static void add_obstacle(struct dialog_page *page, const struct dialog_view *view) {
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    if (rollout_start_is_open(view->scene, &text) &&
        rollout_start_takes(view->scene, view->dialog->choice, &text)) {
        return;
    }
    dialog_page_add(page, "cannot", ROLE_BAD, line);
}

static void add_steps(struct dialog_page *page, const struct rollout_draft *draft) {
    const struct rollout_plan *plan = &draft->plan;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    for (uint32_t i = 0; i < plan->step_count; i++) {
        if (i > 0) text_add(&text, ", ");
        weight_add_percent(&text, plan->steps[i].weight_bp);
    }
    text_add(&text, "; each ");
    units_add_duration(&text, plan->hold_each_ns);
    text_add(&text, " to ");
    units_add_duration(&text, plan->max_each_ns);
    if (plan->manual) text_add(&text, ", and each waits for P");
    dialog_page_add(page, "steps", ROLE_STRONG, line);
    text_reset(&text);
    text_addf(
        &text, "%s; alpha %g, material %gx, budget %g",
        rollout_rule_name((enum rollout_rule)plan->rule), plan->alpha, plan->material,
        plan->budget_ratio);
    dialog_page_add(page, "rule", ROLE_TEXT, line);
    if (draft->warning[0]) dialog_page_add(page, "!rule", ROLE_WARN, draft->warning);
}

/* Steps that cannot decide are seen before they begin. */
static void add_outlook(struct dialog_page *page, const struct scene *scene) {
    const struct rollout_outlook outlook = rollout_start_outlook(scene);
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    double minutes = 0;
    if (outlook.count == 0) {
        dialog_page_add(
            page, "takes", ROLE_WARN,
            "not known: no request of stable was seen in the last minute");
        return;
    }
    for (uint32_t i = 0; i < outlook.count; i++) {
        bool decides = outlook.steps[i].end == FORECAST_DECIDES;
        text_reset(&text);
        forecast_add_words(&text, &outlook.steps[i], &outlook.basis);
        enum role role = decides ? ROLE_TEXT : ROLE_WARN;
        dialog_page_add(page, i == 0 ? "takes" : "", role, line);
        minutes += outlook.steps[i].minutes;
    }
    text_reset(&text);
    if (isfinite(minutes)) text_addf(&text, "in all at least %.1f min; ", minutes);
    text_add(&text, "whether there are users enough is not known");
    dialog_page_add(page, "", ROLE_DIM, line);
}

/* Exactly what is started, and whom it is going to speak to. */
static void add_sending(struct dialog_page *page, const struct dialog_view *view) {
    const struct rollout_means *means = view->scene->rollout;
    const struct rollout_draft *draft = means->draft;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(
        &text, "this plan, from %s@%s, to flightdeck-canary, which is started for it",
        means->who, means->host);
    dialog_page_add(page, "sends", ROLE_TEXT, line);
    dialog_page_add(page, "deploys", ROLE_TEXT, draft->deploy);
    dialog_page_add(page, "to", ROLE_STRONG, draft->router);
    dialog_page_add(page, "guard", ROLE_TEXT, draft->guard);
    dialog_page_add(
        page, "leaving", ROLE_TEXT, "the rollout goes on without this screen");
}

void dialog_start_fill(struct dialog_page *page, const struct dialog_view *view) {
    const struct rollout_means *means = view->scene->rollout;
    if (!means || !means->draft) return;
    add_versions(page, view);
    add_obstacle(page, view);
    add_steps(page, means->draft);
    add_outlook(page, view->scene);
    add_sending(page, view);
    dialog_page_add(
        page, "go back", ROLE_TEXT, "X y at any time: all traffic back to stable");
}
