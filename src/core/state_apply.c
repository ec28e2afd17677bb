/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "core/model.h"

/* A new session keeps nothing of the one before it but the timeline. */
static void apply_session(struct state *state, const struct event *event) {
    const struct session_event *session = &event->session;
    memcpy(state->target, session->target, sizeof state->target);
    memcpy(state->user, session->user, sizeof state->user);
    state->target_class = session->target_class;
    state->read_only = session->read_only;
    state->poll_ms = session->poll_ms;
    state->slo_p95_ms = session->slo_p95_ms;
    state->slo_error_ratio = session->slo_error_ratio;
    state->started_ns = event->at_ns;
    state->part_count = 0;
    load_status_init(&state->load);
    state->rollout = (struct rollout_status){0};
    state->armed = false;
}

static struct part *part_named(struct state *state, const struct part *like) {
    for (uint32_t i = 0; i < state->part_count; i++) {
        struct part *part = &state->parts[i];
        bool same_kind = part->kind == like->kind;
        if (same_kind && strcmp(part->name, like->name) == 0) return part;
    }
    return NULL;
}

static void forget_part(struct state *state, struct part *part) {
    if (!part) return;
    struct part *end = state->parts + state->part_count;
    memmove(part, part + 1, (size_t)(end - part - 1) * sizeof *part);
    state->part_count--;
}

/* When the status last changed is kept here: a probe knows only its own poll. */
static void apply_part(struct state *state, const struct event *event) {
    const struct part *news = &event->part;
    struct part *part = part_named(state, news);
    if (news->gone) {
        forget_part(state, part);
        return;
    }
    if (!part) {
        if (state->part_count == STATE_PARTS_MAX) return;
        part = &state->parts[state->part_count++];
        *part = (struct part){.status = news->status, .changed_ns = event->at_ns};
    }
    uint64_t changed_ns =
        part->status == news->status ? part->changed_ns : event->at_ns;
    *part = *news;
    part->changed_ns = changed_ns;
}

static void apply_values(struct state *state, const struct event *event) {
    const struct values_event *values = &event->values;
    for (uint32_t i = 0; i < values->count; i++) {
        unsigned metric = values->items[i].metric;
        unsigned track = values->track == TRACK_CANARY ? TRACK_CANARY : TRACK_STABLE;
        if (metric_scope((enum metric)metric) == METRIC_OF_TARGET) track = TRACK_STABLE;
        float value = values->items[i].value;
        if (!isfinite(value)) continue; /* the last one stays, and its age grows */
        state->values[track][metric] = value;
        state->value_ns[track][metric] = event->at_ns;
    }
}

/* The first row from `at` on that belongs to another track, or NULL. */
static const struct error_row *next_kept(
    const struct state *state, uint8_t replaced, uint32_t *at) {
    while (*at < state->error_count && state->errors[*at].track == replaced) ++*at;
    return *at < state->error_count ? &state->errors[*at] : NULL;
}

/* The rows of one track are replaced; all rows stay newest first. */
static void apply_errors(struct state *state, const struct event *event) {
    const struct errors_event *errors = &event->errors;
    struct error_row merged[STATE_ERRORS_MAX];
    uint32_t count = 0;
    uint32_t old = 0;
    uint32_t new = 0;
    while (count < STATE_ERRORS_MAX) {
        const struct error_row *kept = next_kept(state, errors->track, &old);
        const struct error_row *news = new < errors->count ? &errors->rows[new] : NULL;
        if (!kept && !news) break;
        if (!kept || (news && news->last_seen_ms >= kept->last_seen_ms)) {
            merged[count++] = *news;
            new ++;
        } else {
            merged[count++] = *kept;
            old++;
        }
    }
    memcpy(state->errors, merged, count * sizeof *merged);
    state->error_count = count;
    state->errors_at_ns = event->at_ns;
}

static void apply_run(struct state *state, const struct event *event) {
    const struct run *news = &event->run_status;
    for (uint32_t back = 0; back < STATE_RUNS_MAX && back < state->run_count; back++) {
        struct run *run = &state->runs[(state->run_count - 1 - back) % STATE_RUNS_MAX];
        if (memcmp(run->id, news->id, sizeof run->id) != 0) continue;
        *run = *news;
        return;
    }
    state->runs[state->run_count++ % STATE_RUNS_MAX] = *news;
}

static void apply_check(struct state *state, const struct event *event) {
    const struct check_event *check = &event->check;
    if (check->index >= STATE_CHECKS_MAX) return;
    if (check->index == 0 && !check->row.done) {
        memset(state->checks, 0, sizeof state->checks);
        state->check_count = 0;
    }
    state->checks[check->index] = check->row;
    uint32_t total = check->total > STATE_CHECKS_MAX ? STATE_CHECKS_MAX : check->total;
    if (state->check_count < total) state->check_count = total;
}

static void apply_versions(struct state *state, const struct event *event) {
    const struct versions_event *versions = &event->versions;
    unsigned track = versions->track == TRACK_CANARY ? TRACK_CANARY : TRACK_STABLE;
    memcpy(state->version[track], versions->version, sizeof state->version[track]);
    state->instances[track] = versions->instances;
    state->mixed[track] = versions->mixed;
}

static void apply_armed(struct state *state, const struct event *event) {
    state->armed = event->armed.armed;
    state->armed_until_ns = event->armed.until_ns;
}

static void apply_note(struct state *state, const struct event *event) {
    state->notes[state->note_count++ % STATE_NOTES_MAX] = event->note;
}

/* What it says of the last second stands among the values as well. */
static void apply_load(struct state *state, const struct event *event) {
    state->load = event->load;
    for (unsigned metric = METRIC_LOAD_WANTED; metric < METRIC_COUNT; metric++) {
        float value = load_status_value(&event->load, (enum metric)metric);
        if (!isfinite(value)) continue;
        state->values[TRACK_STABLE][metric] = value;
        state->value_ns[TRACK_STABLE][metric] = event->at_ns;
    }
}

/* Of a controller that is gone the last words stay,
 * so that they can be shown as such. */
static void apply_rollout(struct state *state, const struct event *event) {
    if (event->rollout.known) {
        state->rollout = event->rollout;
    } else {
        state->rollout.known = false;
    }
}

void state_apply(struct state *state, const struct event *event) {
    state->wall_offset_ms = event->wall_ms - (int64_t)(event->at_ns / 1000000);
    switch (event->kind) {
    case EVENT_SESSION: apply_session(state, event); break;
    case EVENT_PART: apply_part(state, event); break;
    case EVENT_VALUES: apply_values(state, event); break;
    case EVENT_ERRORS: apply_errors(state, event); break;
    case EVENT_NOTE: apply_note(state, event); break;
    case EVENT_RUN: apply_run(state, event); break;
    case EVENT_CHECK: apply_check(state, event); break;
    case EVENT_ARMED: apply_armed(state, event); break;
    case EVENT_SPLIT: state->split = event->split; break;
    case EVENT_ROLLOUT: apply_rollout(state, event); break;
    case EVENT_VERSIONS: apply_versions(state, event); break;
    case EVENT_LOAD: apply_load(state, event); break;
    case EVENT_HEAT:
    case EVENT_LOAD_HEAT:
    case EVENT_ANSWER:
    case EVENT_KEYFRAME:
    case EVENT_KIND_COUNT: break;
    }
}
