/* SPDX-License-Identifier: MIT */
#include "core/event_fields.h"
#include "core/event_payload.h"

enum { RATES = 5, LATENCIES = 2 * 3 * 3, EVIDENCE = 5, FEEDS = 2 };

_Static_assert(
    sizeof(((struct rollout_status *)0)->latency) == LATENCIES * sizeof(float),
    "floats only");

static void put_who(struct byte_writer *writer, const struct rollout_status *rollout) {
    EVENT_PUT_STRING(writer, rollout->id);
    EVENT_PUT_STRING(writer, rollout->from);
    EVENT_PUT_STRING(writer, rollout->to);
    EVENT_PUT_STRING(writer, rollout->holder);
    EVENT_PUT_STRING(writer, rollout->host);
    bytes_put_u64(writer, (uint64_t)rollout->since_ms);
    bytes_put_u64(writer, rollout->epoch);
    bytes_put_u64(writer, rollout->version);
}

static bool get_who(struct byte_reader *reader, struct rollout_status *rollout) {
    if (!EVENT_GET_STRING(reader, rollout->id) ||
        !EVENT_GET_STRING(reader, rollout->from) ||
        !EVENT_GET_STRING(reader, rollout->to) ||
        !EVENT_GET_STRING(reader, rollout->holder) ||
        !EVENT_GET_STRING(reader, rollout->host)) {
        return false;
    }
    if (!event_get_time(reader, &rollout->since_ms)) return false;
    rollout->epoch = bytes_get_u64(reader);
    rollout->version = bytes_get_u64(reader);
    return true;
}

static void put_where(
    struct byte_writer *writer, const struct rollout_status *rollout) {
    bytes_put_u8(writer, rollout->phase);
    bytes_put_u8(writer, rollout->hold);
    bytes_put_u8(writer, rollout->ended);
    bytes_put_u8(writer, rollout->undoable);
    bytes_put_u8(writer, rollout->finalizing);
    bytes_put_u8(writer, rollout->guarded);
    EVENT_PUT_STRING(writer, rollout->reason);
    EVENT_PUT_STRING(writer, rollout->actor);
    EVENT_PUT_STRING(writer, rollout->next);
    EVENT_PUT_STRING(writer, rollout->why_not_now);
}

static bool get_where(struct byte_reader *reader, struct rollout_status *rollout) {
    if (!event_get_below(reader, ROLLOUT_PHASE_COUNT, &rollout->phase) ||
        !event_get_below(reader, ROLLOUT_HOLD_COUNT, &rollout->hold)) {
        return false;
    }
    rollout->ended = event_get_bool(reader);
    rollout->undoable = event_get_bool(reader);
    rollout->finalizing = event_get_bool(reader);
    rollout->guarded = event_get_bool(reader);
    return EVENT_GET_STRING(reader, rollout->reason) &&
           EVENT_GET_STRING(reader, rollout->actor) &&
           EVENT_GET_STRING(reader, rollout->next) &&
           EVENT_GET_STRING(reader, rollout->why_not_now);
}

static void put_steps(
    struct byte_writer *writer, const struct rollout_status *rollout) {
    bytes_put_u16(writer, rollout->step);
    bytes_put_u16(writer, rollout->steps);
    for (uint16_t i = 0; i < rollout->steps; i++) {
        bytes_put_u16(writer, rollout->steps_bp[i]);
    }
    bytes_put_u16(writer, rollout->wanted_bp);
    event_put_measures(writer, &rollout->seen, 1);
    bytes_put_u32(writer, rollout->lease_ms);
    bytes_put_u32(writer, rollout->in_step_ms);
    bytes_put_u32(writer, rollout->hold_each_ms);
    bytes_put_u32(writer, rollout->max_each_ms);
    bytes_put_u32(writer, rollout->left_ms);
    bytes_put_u32(writer, rollout->data_age_ms);
}

static bool get_steps(struct byte_reader *reader, struct rollout_status *rollout) {
    rollout->step = bytes_get_u16(reader);
    rollout->steps = bytes_get_u16(reader);
    if (rollout->steps > ROLLOUT_STEPS_MAX || rollout->step > rollout->steps) {
        return false;
    }
    for (uint16_t i = 0; i < rollout->steps; i++) {
        rollout->steps_bp[i] = bytes_get_u16(reader);
        if (rollout->steps_bp[i] > ROLLOUT_BASIS_POINTS) return false;
    }
    rollout->wanted_bp = bytes_get_u16(reader);
    event_get_measures(reader, &rollout->seen, 1);
    rollout->lease_ms = bytes_get_u32(reader);
    rollout->in_step_ms = bytes_get_u32(reader);
    rollout->hold_each_ms = bytes_get_u32(reader);
    rollout->max_each_ms = bytes_get_u32(reader);
    rollout->left_ms = bytes_get_u32(reader);
    rollout->data_age_ms = bytes_get_u32(reader);
    return rollout->wanted_bp <= ROLLOUT_BASIS_POINTS;
}

static void put_metric(
    struct byte_writer *writer, const struct rollout_metric *metric) {
    EVENT_PUT_STRING(writer, metric->name);
    bytes_put_u64(writer, metric->stable_units);
    bytes_put_u64(writer, metric->stable_failed);
    bytes_put_u64(writer, metric->canary_units);
    bytes_put_u64(writer, metric->canary_failed);
    const float rates[RATES] = {
        metric->harm, metric->stable_low, metric->stable_high, metric->canary_low,
        metric->canary_high};
    event_put_measures(writer, rates, RATES);
}

static bool get_metric(struct byte_reader *reader, struct rollout_metric *metric) {
    float rates[RATES];
    if (!EVENT_GET_STRING(reader, metric->name)) return false;
    metric->stable_units = bytes_get_u64(reader);
    metric->stable_failed = bytes_get_u64(reader);
    metric->canary_units = bytes_get_u64(reader);
    metric->canary_failed = bytes_get_u64(reader);
    event_get_measures(reader, rates, RATES);
    metric->harm = rates[0];
    metric->stable_low = rates[1];
    metric->stable_high = rates[2];
    metric->canary_low = rates[3];
    metric->canary_high = rates[4];
    return true;
}

static void put_evidence(
    struct byte_writer *writer, const struct rollout_status *rollout) {
    const float evidence[EVIDENCE] = {
        rollout->harm, rollout->harm_limit, rollout->bound, rollout->bound_limit,
        rollout->split_evidence};
    bytes_put_u64(writer, rollout->canary_missing);
    event_put_measures(writer, evidence, EVIDENCE);
    bytes_put_u32(writer, rollout->metric_count);
    for (uint32_t i = 0; i < rollout->metric_count; i++) {
        put_metric(writer, &rollout->metrics[i]);
    }
    event_put_measures(writer, &rollout->latency[0][0].value_ms, LATENCIES);
}

static bool get_evidence(struct byte_reader *reader, struct rollout_status *rollout) {
    float evidence[EVIDENCE];
    rollout->canary_missing = bytes_get_u64(reader);
    event_get_measures(reader, evidence, EVIDENCE);
    rollout->harm = evidence[0];
    rollout->harm_limit = evidence[1];
    rollout->bound = evidence[2];
    rollout->bound_limit = evidence[3];
    rollout->split_evidence = evidence[4];
    rollout->metric_count = bytes_get_u32(reader);
    if (rollout->metric_count > ROLLOUT_METRICS_MAX) return false;
    for (uint32_t i = 0; i < rollout->metric_count; i++) {
        if (!get_metric(reader, &rollout->metrics[i])) return false;
    }
    event_get_measures(reader, (float *)rollout->latency, LATENCIES);
    return true;
}

static void put_data(struct byte_writer *writer, const struct rollout_status *rollout) {
    for (unsigned i = 0; i < FEEDS; i++) {
        const struct rollout_feed *feed = &rollout->feeds[i];
        bytes_put_u8(writer, feed->source);
        bytes_put_u32(writer, feed->age_ms);
        bytes_put_u32(writer, feed->restarts);
    }
    bytes_put_u32(writer, rollout->data_age_most_ms);
    bytes_put_u32(writer, rollout->jobs_open);
    bytes_put_u32(writer, rollout->oldest_job_ms);
    EVENT_PUT_STRING(writer, rollout->unrecorded);
}

static bool get_data(struct byte_reader *reader, struct rollout_status *rollout) {
    for (unsigned i = 0; i < FEEDS; i++) {
        struct rollout_feed *feed = &rollout->feeds[i];
        if (!event_get_below(reader, ROLLOUT_SOURCE_COUNT, &feed->source)) return false;
        feed->age_ms = bytes_get_u32(reader);
        feed->restarts = bytes_get_u32(reader);
    }
    rollout->data_age_most_ms = bytes_get_u32(reader);
    rollout->jobs_open = bytes_get_u32(reader);
    rollout->oldest_job_ms = bytes_get_u32(reader);
    return EVENT_GET_STRING(reader, rollout->unrecorded);
}

static void put_tallies(
    struct byte_writer *writer, const struct rollout_status *rollout) {
    for (unsigned i = 0; i < FEEDS; i++) {
        const struct rollout_tally *tally = &rollout->feeds[i].tally;
        bytes_put_u8(writer, tally->known);
        bytes_put_u64(writer, tally->clients_left);
        bytes_put_u64(writer, tally->limited);
        bytes_put_u64(writer, tally->redispatched);
        bytes_put_u64(writer, tally->strayed);
        bytes_put_u32(writer, tally->jobs_open);
        bytes_put_u32(writer, tally->oldest_job_ms);
    }
}

static void get_tallies(struct byte_reader *reader, struct rollout_status *rollout) {
    for (unsigned i = 0; i < FEEDS; i++) {
        struct rollout_tally *tally = &rollout->feeds[i].tally;
        tally->known = event_get_bool(reader);
        tally->clients_left = bytes_get_u64(reader);
        tally->limited = bytes_get_u64(reader);
        tally->redispatched = bytes_get_u64(reader);
        tally->strayed = bytes_get_u64(reader);
        tally->jobs_open = bytes_get_u32(reader);
        tally->oldest_job_ms = bytes_get_u32(reader);
    }
}

static bool has_more(const struct byte_reader *reader) {
    return !reader->failed && reader->at < reader->size;
}

/* What was added later: who sent or recorded it may not have known of that. */
static bool get_more(struct byte_reader *reader, struct rollout_status *rollout) {
    bool is_sound = !has_more(reader) ||
                    event_get_below(reader, ROLLOUT_PHASE_COUNT, &rollout->reached);
    if (is_sound && has_more(reader)) get_tallies(reader, rollout);
    return is_sound && !reader->failed;
}

void event_put_rollout(struct byte_writer *writer, const struct event *event) {
    const struct rollout_status *rollout = &event->rollout;
    bytes_put_u8(writer, rollout->known);
    put_who(writer, rollout);
    put_where(writer, rollout);
    put_steps(writer, rollout);
    put_evidence(writer, rollout);
    bytes_put_u64(writer, rollout->at_ns);
    put_data(writer, rollout);
    bytes_put_u8(writer, rollout->reached);
    put_tallies(writer, rollout);
}

bool event_get_rollout(struct byte_reader *reader, struct event *event) {
    struct rollout_status *rollout = &event->rollout;
    rollout->known = event_get_bool(reader);
    if (!get_who(reader, rollout) || !get_where(reader, rollout) ||
        !get_steps(reader, rollout) || !get_evidence(reader, rollout)) {
        return false;
    }
    rollout->at_ns = bytes_get_u64(reader);
    return get_data(reader, rollout) && get_more(reader, rollout);
}

void event_put_answer(struct byte_writer *writer, const struct event *event) {
    const struct rollout_answer *answer = &event->answer;
    bytes_put_u64(writer, answer->number);
    bytes_put_u8(writer, answer->accepted);
    EVENT_PUT_STRING(writer, answer->words);
}

bool event_get_answer(struct byte_reader *reader, struct event *event) {
    struct rollout_answer *answer = &event->answer;
    answer->number = bytes_get_u64(reader);
    answer->accepted = event_get_bool(reader);
    return EVENT_GET_STRING(reader, answer->words);
}
