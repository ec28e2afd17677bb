/* SPDX-License-Identifier: MIT */
#include "ui/rollout_shown.h"

#include "base/units.h"

/* Its controller speaks every second. */
#define SILENT_AFTER_NS (5 * NS_PER_S)

uint64_t rollout_shown_age_ns(const struct scene *scene) {
    uint64_t at_ns = scene->state->rollout.at_ns;
    return scene->view_ns > at_ns ? scene->view_ns - at_ns : 0;
}

enum rollout_shown rollout_shown(const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    if (rollout->at_ns == 0 || rollout->phase == ROLLOUT_IDLE) return ROLLOUT_NONE;
    if (!rollout->known) return rollout->ended ? ROLLOUT_LEFT : ROLLOUT_LOST;
    if (rollout->ended) return ROLLOUT_LIVE;
    return rollout_shown_age_ns(scene) > SILENT_AFTER_NS ? ROLLOUT_SILENT
                                                         : ROLLOUT_LIVE;
}

bool rollout_was_refused(const struct rollout_status *rollout) {
    return rollout->at_ns != 0 && rollout->phase == ROLLOUT_IDLE && rollout->ended;
}

bool rollout_is_under_way(const struct rollout_status *rollout) {
    switch ((enum rollout_phase)rollout->phase) {
    case ROLLOUT_PREFLIGHT:
    case ROLLOUT_DEPLOYING:
    case ROLLOUT_SMOKE:
    case ROLLOUT_RAISING:
    case ROLLOUT_WATCHING:
    case ROLLOUT_HOLD:
    case ROLLOUT_FINALIZING:
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_STRANDED: return !rollout->ended;
    case ROLLOUT_IDLE:
    case ROLLOUT_DONE:
    case ROLLOUT_ROLLED_BACK:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return false;
}

void rollout_add_phase(struct text *text, const struct rollout_status *rollout) {
    if (rollout->phase == ROLLOUT_HOLD) {
        text_addf(text, "HOLD %s", rollout_hold_name((enum rollout_hold)rollout->hold));
    } else if (rollout->phase == ROLLOUT_DONE && !rollout->ended) {
        text_add(text, "promoted");
    } else {
        text_add(text, rollout_phase_name((enum rollout_phase)rollout->phase));
    }
}

enum role rollout_phase_role(const struct rollout_status *rollout) {
    switch ((enum rollout_phase)rollout->phase) {
    case ROLLOUT_HOLD: return ROLE_WARN;
    case ROLLOUT_DONE: return ROLE_OK;
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_ROLLED_BACK:
    case ROLLOUT_STRANDED: return ROLE_BAD;
    case ROLLOUT_IDLE:
    case ROLLOUT_PREFLIGHT:
    case ROLLOUT_DEPLOYING:
    case ROLLOUT_SMOKE:
    case ROLLOUT_RAISING:
    case ROLLOUT_WATCHING:
    case ROLLOUT_FINALIZING:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return ROLE_STRONG;
}

const char *rollout_reason(const struct rollout_status *rollout) {
    static const char *const meanings[ROLLOUT_HOLD_COUNT] = {
        [ROLLOUT_NOT_HELD] = "",
        [ROLLOUT_HELD_PERSON] = "an operator holds it",
        [ROLLOUT_HELD_TIME] = "its time is over and the evidence is not enough",
        [ROLLOUT_HELD_BLIND] = "the data is missing, old or contradicts itself",
        [ROLLOUT_HELD_SPLIT] = "the traffic is not divided as asked",
        [ROLLOUT_HELD_DRIFT] = "somebody else changed the router",
        [ROLLOUT_HELD_AROUND] = "stable itself is not well",
        [ROLLOUT_HELD_CRASH] = "its controller was away",
        [ROLLOUT_HELD_ROUTER] = "the weight could not be set",
        [ROLLOUT_HELD_JOURNAL] = "what is done could not be written down",
        [ROLLOUT_HELD_DEPLOY] = "stable could not be given the version",
    };
    /* How it came to be watched says nothing of how it goes. */
    if (rollout->phase == ROLLOUT_WATCHING) return "";
    if (rollout->reason[0]) return rollout->reason;
    return rollout->phase == ROLLOUT_HOLD ? meanings[rollout->hold] : "";
}

static void add_share(struct text *text, const struct rollout_status *rollout) {
    text_add(text, " at ");
    figure_add_share(text, (float)rollout->wanted_bp / ROLLOUT_BASIS_POINTS);
}

static void add_reason(struct text *text, const struct rollout_status *rollout) {
    const char *reason = rollout_reason(rollout);
    if (rollout->actor[0]) text_addf(text, " by %s", rollout->actor);
    if (reason[0]) text_addf(text, ": %s", reason);
}

/* One that went away is a part that is silent: that is said already. */
bool rollout_find(const struct scene *scene, struct finding *finding) {
    const struct rollout_status *rollout = &scene->state->rollout;
    struct text text = TEXT_IN(finding->words);
    enum rollout_shown shown = rollout_shown(scene);
    if (shown == ROLLOUT_SILENT) {
        finding->level = FINDING_FAIL;
        text_add(&text, "rollout: its controller has been silent for ");
        figure_add_age(&text, rollout_shown_age_ns(scene));
        return true;
    }
    if (shown != ROLLOUT_LIVE) return false;
    enum rollout_phase phase = (enum rollout_phase)rollout->phase;
    bool held = phase == ROLLOUT_HOLD;
    bool back = phase == ROLLOUT_ROLLING_BACK || phase == ROLLOUT_ROLLED_BACK;
    if (!held && !back && phase != ROLLOUT_STRANDED) return false;
    bool safe = held || phase == ROLLOUT_ROLLED_BACK;
    finding->level = safe ? FINDING_WARN : FINDING_FAIL;
    text_add(&text, "rollout ");
    rollout_add_phase(&text, rollout);
    if (held) add_share(&text, rollout);
    add_reason(&text, rollout);
    return true;
}
