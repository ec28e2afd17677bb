/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "core/state.h"

#define ENDS(array) (memchr((array), '\0', sizeof(array)) != NULL)

/* A bool may be read only when its byte is 0 or 1, so the byte is what is looked at. */
static bool is_bool(const bool *value) {
    unsigned char byte = 0;
    memcpy(&byte, value, sizeof byte);
    return byte <= 1;
}

static bool is_track(unsigned track) {
    return track < TRACK_COUNT || track == STATE_TRACK_NONE;
}

static bool part_is_sound(const struct part *part) {
    return ENDS(part->name) && ENDS(part->detail) && ENDS(part->version) &&
           part->kind < PART_KIND_COUNT && is_track(part->track) &&
           part->status <= PART_SILENT && is_bool(&part->critical) &&
           is_bool(&part->gone);
}

static bool error_is_sound(const struct error_row *row) {
    return ENDS(row->kind) && ENDS(row->route) && ENDS(row->version) &&
           ENDS(row->request_id) && ENDS(row->message) && is_track(row->track);
}

static bool note_is_sound(const struct note *note) {
    return ENDS(note->source) && ENDS(note->words) && note->level <= NOTE_BAD;
}

static bool run_is_sound(const struct run *run) {
    return ENDS(run->title) && ENDS(run->words) && run->kind < RUN_KIND_COUNT &&
           run->verdict < VERDICT_COUNT && is_bool(&run->active);
}

static bool check_is_sound(const struct check_row *row) {
    return ENDS(row->name) && ENDS(row->detail) && row->verdict < VERDICT_COUNT &&
           is_bool(&row->done) && is_bool(&row->running) && is_bool(&row->flaky);
}

static bool rollout_is_sound(const struct rollout_status *rollout) {
    if (rollout->steps > ROLLOUT_STEPS_MAX || rollout->step > rollout->steps ||
        rollout->metric_count > ROLLOUT_METRICS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < rollout->metric_count; i++) {
        if (!ENDS(rollout->metrics[i].name)) return false;
    }
    for (unsigned i = 0; i < 2; i++) {
        if (rollout->feeds[i].source >= ROLLOUT_SOURCE_COUNT) return false;
    }
    return is_bool(&rollout->known) && is_bool(&rollout->ended) &&
           is_bool(&rollout->undoable) && is_bool(&rollout->guarded) &&
           rollout->phase < ROLLOUT_PHASE_COUNT &&
           rollout->reached < ROLLOUT_PHASE_COUNT &&
           rollout->hold < ROLLOUT_HOLD_COUNT && ENDS(rollout->id) &&
           ENDS(rollout->from) && ENDS(rollout->to) && ENDS(rollout->holder) &&
           ENDS(rollout->host) && ENDS(rollout->reason) && ENDS(rollout->next) &&
           ENDS(rollout->why_not_now) && ENDS(rollout->unrecorded);
}

static bool head_is_sound(const struct state *state) {
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        if (!ENDS(state->version[track]) || !is_bool(&state->mixed[track])) {
            return false;
        }
    }
    return ENDS(state->target) && ENDS(state->user) &&
           state->target_class <= TARGET_PRODUCTION && is_bool(&state->read_only) &&
           is_bool(&state->armed) && is_bool(&state->split.known) &&
           rollout_is_sound(&state->rollout);
}

static bool counts_are_sound(const struct state *state) {
    return state->part_count <= STATE_PARTS_MAX &&
           state->error_count <= STATE_ERRORS_MAX &&
           state->check_count <= STATE_CHECKS_MAX;
}

/* Rows past the count are looked at as well: they may be copied and shifted. */
static bool rows_are_sound(const struct state *state) {
    for (size_t i = 0; i < STATE_PARTS_MAX; i++) {
        if (!part_is_sound(&state->parts[i])) return false;
    }
    for (size_t i = 0; i < STATE_ERRORS_MAX; i++) {
        if (!error_is_sound(&state->errors[i])) return false;
    }
    for (size_t i = 0; i < STATE_CHECKS_MAX; i++) {
        if (!check_is_sound(&state->checks[i])) return false;
    }
    return true;
}

static bool rings_are_sound(const struct state *state) {
    for (size_t i = 0; i < STATE_NOTES_MAX; i++) {
        if (!note_is_sound(&state->notes[i])) return false;
    }
    for (size_t i = 0; i < STATE_RUNS_MAX; i++) {
        if (!run_is_sound(&state->runs[i])) return false;
    }
    return true;
}

bool state_is_sound(const struct state *state) {
    return head_is_sound(state) && counts_are_sound(state) && rows_are_sound(state) &&
           rings_are_sound(state) && load_status_is_sound(&state->load);
}
