/* SPDX-License-Identifier: MIT */
#include "core/rollout_input.h"

#include <string.h>

/* Records */

#define AT(member) RECORD_AT(struct rollout_counts, member)
static const struct record_field counts_fields[] = {
    {RECORD_COUNT, AT(metric), .most = HARM_METRIC_COUNT - 1},
    {RECORD_STRUCT, AT(canary), .of = &trials_record},
    {RECORD_STRUCT, AT(stable), .of = &trials_record},
};
#undef AT
static const struct record counts_record =
    RECORD_OF(struct rollout_counts, counts_fields);

static const struct record_field step_fields[] = {
    {RECORD_COUNT, RECORD_AT(struct rollout_input_step, weight_bp),
     .most = ROLLOUT_BASIS_POINTS},
};
static const struct record step_record =
    RECORD_OF(struct rollout_input_step, step_fields);

static const struct record_field overdue_fields[] = {
    {RECORD_COUNT, RECORD_AT(struct rollout_input_overdue, jobs), .most = UINT32_MAX},
};
static const struct record overdue_record =
    RECORD_OF(struct rollout_input_overdue, overdue_fields);

#define AT(member) RECORD_AT(struct rollout_transition, member)
static const struct record_field transition_fields[] = {
    {RECORD_COUNT, AT(phase), .most = ROLLOUT_PHASE_COUNT - 1},
    {RECORD_COUNT, AT(hold), .most = ROLLOUT_HOLD_COUNT - 1},
    {RECORD_COUNT, AT(step), .most = ROLLOUT_STEPS_MAX - 1},
    {RECORD_COUNT, AT(weight_bp), .most = ROLLOUT_BASIS_POINTS},
    {RECORD_COUNT, AT(left_out)},
    {RECORD_TEXT, AT(reason)},
    {RECORD_TEXT, AT(actor)},
};
#undef AT
static const struct record transition_record =
    RECORD_OF(struct rollout_transition, transition_fields);

static const struct record nothing_record = {.fields = NULL};

/* An outcome has a code of its own. */
static const struct record *const records[ROLLOUT_INPUT_KIND_COUNT] = {
    [ROLLOUT_INPUT_COUNTS] = &counts_record,
    [ROLLOUT_INPUT_STEP] = &step_record,
    [ROLLOUT_INPUT_FORGET] = &nothing_record,
    [ROLLOUT_INPUT_START_OVER] = &nothing_record,
    [ROLLOUT_INPUT_MOMENT] = &rollout_moment_record,
    [ROLLOUT_INPUT_TRANSITION] = &transition_record,
    [ROLLOUT_INPUT_GAP] = &nothing_record,
    [ROLLOUT_INPUT_FULL] = &nothing_record,
    [ROLLOUT_INPUT_OVERDUE] = &overdue_record,
};

/* Outcomes */

/* What is not there takes no room: there are very many of them. */
enum {
    MARK_ASSIGNED = 1 << 0, /* to the canary */
    MARK_SERVED = 1 << 1,   /* by it */
    MARK_RUNNING = 1 << 2,
    MARK_WARMING = 1 << 3,
    MARK_USER = 1 << 4,
    MARK_FAILED = 1 << 5,
    MARK_LATENCY = 1 << 6,
    MARK_COST = 1 << 7,
    MARK_TOKENS = 1 << 8,
    MARK_CHANCE = 1 << 9,
    MARK_TOLD = 1 << 10,
    MARKS_ALL = (1 << 11) - 1,
};

static uint32_t mark(bool is_so, uint32_t bit) {
    return is_so ? bit : 0;
}

static uint32_t marks_of(const struct observation *seen) {
    return mark(seen->assigned == ARM_CANARY, MARK_ASSIGNED) |
           mark(seen->served == ARM_CANARY, MARK_SERVED) |
           mark(seen->is_running, MARK_RUNNING) | mark(seen->is_warming, MARK_WARMING) |
           mark(seen->user != 0, MARK_USER) | mark(seen->failed != 0, MARK_FAILED) |
           mark(seen->latency_us != OBSERVATION_UNKNOWN, MARK_LATENCY) |
           mark(seen->cost_micro != OBSERVATION_UNKNOWN, MARK_COST) |
           mark(seen->tokens != OBSERVATION_UNKNOWN, MARK_TOKENS) |
           mark(seen->chance > 0, MARK_CHANCE) | mark(seen->told != 0, MARK_TOLD);
}

static void put_outcome(const struct observation *seen, struct byte_writer *writer) {
    uint32_t marks = marks_of(seen);
    bytes_put_varint(writer, marks);
    bytes_put_varint(writer, seen->weight_bp);
    if (marks & MARK_USER) bytes_put_u64(writer, seen->user);
    if (marks & MARK_FAILED) bytes_put_varint(writer, seen->failed);
    if (marks & MARK_LATENCY) bytes_put_varint(writer, seen->latency_us);
    if (marks & MARK_COST) bytes_put_varint(writer, seen->cost_micro);
    if (marks & MARK_TOKENS) bytes_put_varint(writer, seen->tokens);
    if (marks & MARK_CHANCE) bytes_put_f64(writer, seen->chance);
    if (marks & MARK_TOLD) bytes_put_varint(writer, seen->told);
}

static uint64_t get_value(struct byte_reader *reader, bool is_there) {
    return is_there ? bytes_get_varint(reader) : OBSERVATION_UNKNOWN;
}

static bool get_outcome(struct observation *seen, struct byte_reader *reader) {
    uint64_t marks = bytes_get_varint(reader);
    uint64_t weight_bp = bytes_get_varint(reader);
    uint64_t user = marks & MARK_USER ? bytes_get_u64(reader) : 0;
    uint64_t failed = marks & MARK_FAILED ? bytes_get_varint(reader) : 0;
    *seen = (struct observation){
        .assigned = marks & MARK_ASSIGNED ? ARM_CANARY : ARM_STABLE,
        .served = marks & MARK_SERVED ? ARM_CANARY : ARM_STABLE,
        .weight_bp = (uint32_t)weight_bp,
        .user = user,
        .failed = (uint32_t)failed,
        .is_running = (marks & MARK_RUNNING) != 0,
        .is_warming = (marks & MARK_WARMING) != 0,
    };
    seen->latency_us = get_value(reader, (marks & MARK_LATENCY) != 0);
    seen->cost_micro = get_value(reader, (marks & MARK_COST) != 0);
    seen->tokens = get_value(reader, (marks & MARK_TOKENS) != 0);
    if (marks & MARK_CHANCE) seen->chance = bytes_get_f64(reader);
    uint64_t told = marks & MARK_TOLD ? bytes_get_varint(reader) : 0;
    seen->told = (uint32_t)told;
    return marks <= MARKS_ALL && weight_bp <= UINT32_MAX && failed <= HARM_ALL &&
           told <= HARM_ALL && seen->chance >= 0 && seen->chance < 1;
}

/* Both */

void rollout_input_put(
    const struct rollout_input *input, int64_t since_ms, struct byte_writer *writer) {
    int64_t after_ms = input->at_ms > since_ms ? input->at_ms - since_ms : 0;
    const void *body = &input->seen; /* all of them begin there */
    if (after_ms > INT32_MAX) after_ms = INT32_MAX;
    bytes_put_u8(writer, (uint8_t)input->kind);
    bytes_put_varint(writer, (uint64_t)after_ms);
    if (input->kind == ROLLOUT_INPUT_OUTCOME) {
        put_outcome(&input->seen, writer);
    } else {
        record_put(records[input->kind], body, writer);
    }
}

bool rollout_input_get(
    struct rollout_input *input, int64_t since_ms, struct byte_reader *reader) {
    memset(input, 0, sizeof *input);
    uint8_t kind = bytes_get_u8(reader);
    uint64_t after_ms = bytes_get_varint(reader);
    bool is_sound = !reader->failed && kind < ROLLOUT_INPUT_KIND_COUNT &&
                    after_ms <= INT32_MAX && since_ms <= INT64_MAX - INT32_MAX;
    if (!is_sound) return false;
    input->kind = (enum rollout_input_kind)kind;
    input->at_ms = since_ms + (int64_t)after_ms;
    void *body = &input->seen;
    bool is_read = kind == ROLLOUT_INPUT_OUTCOME
                       ? get_outcome(&input->seen, reader)
                       : record_get(records[kind], body, reader);
    return is_read && !reader->failed;
}
