/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "core/event_fields.h"
#include "core/event_payload.h"
#include "core/verdict.h"

/* The floats of a struct that has nothing else in that place. */
#define PUT_FLOATS(writer, part) \
    event_put_measures((writer), (const float *)&(part), sizeof(part) / sizeof(float))
#define GET_FLOATS(reader, part) \
    event_get_measures((reader), (float *)&(part), sizeof(part) / sizeof(float))

_Static_assert(sizeof(struct load_rates) == 5 * sizeof(float), "floats only");
_Static_assert(sizeof(struct load_result) == 6 * sizeof(float), "floats only");
_Static_assert(
    sizeof(struct load_latencies) == (3 * LOAD_LATENCY_COUNT + 2) * sizeof(float),
    "floats only");

static void put_generator(
    struct byte_writer *writer, const struct load_generator *generator) {
    bytes_put_u8(writer, generator->health);
    EVENT_PUT_STRING(writer, generator->limit);
    bytes_put_u16(writer, generator->workers);
    event_put_measures(writer, &generator->cpu_cores, 1);
    event_put_measures(writer, &generator->lag_p99_ms, 1);
    event_put_measures(writer, &generator->late_ratio, 1);
    event_put_measures(writer, &generator->reused_ratio, 1);
    event_put_measures(writer, &generator->in_bytes_per_s, 1);
    event_put_measures(writer, &generator->memory_bytes, 1);
    bytes_put_u32(writer, generator->sockets);
    bytes_put_u32(writer, generator->sockets_wanted);
}

static bool get_generator(
    struct byte_reader *reader, struct load_generator *generator) {
    if (!event_get_below(reader, LOAD_HEALTH_COUNT, &generator->health)) return false;
    if (!EVENT_GET_STRING(reader, generator->limit)) return false;
    generator->workers = bytes_get_u16(reader);
    event_get_measures(reader, &generator->cpu_cores, 1);
    event_get_measures(reader, &generator->lag_p99_ms, 1);
    event_get_measures(reader, &generator->late_ratio, 1);
    event_get_measures(reader, &generator->reused_ratio, 1);
    event_get_measures(reader, &generator->in_bytes_per_s, 1);
    event_get_measures(reader, &generator->memory_bytes, 1);
    generator->sockets = bytes_get_u32(reader);
    generator->sockets_wanted = bytes_get_u32(reader);
    return true;
}

static void put_comparison(
    struct byte_writer *writer, const struct load_comparison *comparison) {
    bytes_put_u64(writer, (uint64_t)comparison->then_wall_ms);
    EVENT_PUT_STRING(writer, comparison->revision);
    PUT_FLOATS(writer, comparison->now);
    PUT_FLOATS(writer, comparison->then);
}

static bool get_comparison(
    struct byte_reader *reader, struct load_comparison *comparison) {
    if (!event_get_time(reader, &comparison->then_wall_ms)) return false;
    if (!EVENT_GET_STRING(reader, comparison->revision)) return false;
    GET_FLOATS(reader, comparison->now);
    GET_FLOATS(reader, comparison->then);
    return true;
}

static void put_gates(struct byte_writer *writer, const struct load_status *load) {
    bytes_put_u8(writer, load->gate_count);
    for (unsigned i = 0; i < load->gate_count; i++) {
        EVENT_PUT_STRING(writer, load->gates[i].words);
        EVENT_PUT_STRING(writer, load->gates[i].value);
        bytes_put_u8(writer, load->gates[i].verdict);
        event_put_measures(writer, &load->gates[i].limit_ms, 1);
    }
}

static bool get_gates(struct byte_reader *reader, struct load_status *load) {
    if (!event_get_below(reader, LOAD_GATES_MAX + 1, &load->gate_count)) return false;
    for (unsigned i = 0; i < load->gate_count; i++) {
        struct load_gate *gate = &load->gates[i];
        if (!EVENT_GET_STRING(reader, gate->words)) return false;
        if (!EVENT_GET_STRING(reader, gate->value)) return false;
        if (!event_get_below(reader, VERDICT_COUNT, &gate->verdict)) return false;
        event_get_measures(reader, &gate->limit_ms, 1);
    }
    return true;
}

static void put_answers(struct byte_writer *writer, const struct load_status *load) {
    bytes_put_u8(writer, load->answer_count);
    for (unsigned i = 0; i < load->answer_count; i++) {
        EVENT_PUT_STRING(writer, load->answers[i].name);
        bytes_put_u8(writer, load->answers[i].failed);
        bytes_put_u64(writer, load->answers[i].count);
    }
}

static bool get_answers(struct byte_reader *reader, struct load_status *load) {
    if (!event_get_below(reader, LOAD_ANSWERS_MAX + 1, &load->answer_count)) {
        return false;
    }
    for (unsigned i = 0; i < load->answer_count; i++) {
        if (!EVENT_GET_STRING(reader, load->answers[i].name)) return false;
        load->answers[i].failed = event_get_bool(reader);
        load->answers[i].count = bytes_get_u64(reader);
    }
    return true;
}

void event_put_load(struct byte_writer *writer, const struct event *event) {
    const struct load_status *load = &event->load;
    bytes_put_u8(writer, load->phase);
    bytes_put_u8(writer, load->verdict);
    bytes_put(writer, load->run, sizeof load->run);
    EVENT_PUT_STRING(writer, load->scenario);
    EVENT_PUT_STRING(writer, load->words);
    EVENT_PUT_STRING(writer, load->reason);
    bytes_put_u64(writer, load->at_ns);
    bytes_put_u64(writer, load->started_ns);
    bytes_put_u32(writer, load->elapsed_ms);
    bytes_put_u32(writer, load->total_ms);
    bytes_put_u32(writer, load->users);
    bytes_put_u32(writer, load->users_wanted);
    bytes_put_u64(writer, load->requests);
    bytes_put_u64(writer, load->failures);
    PUT_FLOATS(writer, load->rates);
    PUT_FLOATS(writer, load->latencies);
    put_generator(writer, &load->generator);
    put_comparison(writer, &load->comparison);
    put_gates(writer, load);
    put_answers(writer, load);
}

static bool get_head(struct byte_reader *reader, struct load_status *load) {
    if (!event_get_below(reader, LOAD_PHASE_COUNT, &load->phase)) return false;
    if (!event_get_below(reader, VERDICT_COUNT, &load->verdict)) return false;
    const uint8_t *run = bytes_get(reader, sizeof load->run);
    if (!run) return false;
    memcpy(load->run, run, sizeof load->run);
    return EVENT_GET_STRING(reader, load->scenario) &&
           EVENT_GET_STRING(reader, load->words) &&
           EVENT_GET_STRING(reader, load->reason);
}

bool event_get_load(struct byte_reader *reader, struct event *event) {
    struct load_status *load = &event->load;
    if (!get_head(reader, load)) return false;
    load->at_ns = bytes_get_u64(reader);
    load->started_ns = bytes_get_u64(reader);
    load->elapsed_ms = bytes_get_u32(reader);
    load->total_ms = bytes_get_u32(reader);
    load->users = bytes_get_u32(reader);
    load->users_wanted = bytes_get_u32(reader);
    load->requests = bytes_get_u64(reader);
    load->failures = bytes_get_u64(reader);
    GET_FLOATS(reader, load->rates);
    GET_FLOATS(reader, load->latencies);
    return get_generator(reader, &load->generator) &&
           get_comparison(reader, &load->comparison) && get_gates(reader, load) &&
           get_answers(reader, load);
}

void event_put_load_heat(struct byte_writer *writer, const struct event *event) {
    event_put_column(writer, event->load_heat.counts);
}

bool event_get_load_heat(struct byte_reader *reader, struct event *event) {
    return event_get_column(reader, event->load_heat.counts);
}
