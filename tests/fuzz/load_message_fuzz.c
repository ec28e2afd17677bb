/* SPDX-License-Identifier: MIT */
#include "base/memory.h"
#include "base/panic.h"
#include "core/load_level.h"
#include "core/load_message.h"
#include "core/load_turn.h"
#include "fuzz/fuzz.h"

enum { LOOKS = 50 };

/* What a generator or its parent reads. Large, so it is kept: what was read before does
 * not matter to those who read. */
struct reader {
    struct load_plan *plan;
    struct load_report *report, *sum;
    uint8_t *bytes;
};

/* Starts and changes go forward in time. */
static void use_level(const struct load_level *level, const struct load_plan *plan) {
    uint64_t last_ns = 0, now_ns = 0;
    for (uint64_t i = 0; i < LOOKS; i++) {
        uint64_t due_ns = load_level_start(level, plan, i), next_ns = 0;
        uint64_t users = load_level_users(level, now_ns, &next_ns);
        ensure(due_ns >= last_ns && next_ns > now_ns && users <= LOAD_RATE_MAX);
        last_ns = due_ns;
        if (next_ns != LOAD_NEVER) now_ns = next_ns;
    }
}

/* A good plan can be carried out. */
static void use_plan(const struct load_plan *plan) {
    struct load_level level;
    struct random random;
    random_seed(&random, plan->seed);
    load_level_begin(&level, plan);
    use_level(&level, plan);
    for (int i = 0; i < LOOKS; i++) {
        ensure(load_turn_task(plan, &random) < plan->task_count);
        ensure(load_turn_next(plan, &random, 5, 9) >= 9);
    }
}

static void read_plan(struct reader *reader, const struct frame *frame) {
    struct error err = {0};
    if (!load_message_read(frame, LOAD_MESSAGE_PLAN, reader->plan, &err)) {
        ensure(err.code != ERROR_NONE);
    } else if (load_plan_check(reader->plan, &err)) {
        use_plan(reader->plan);
    }
}

/* A report can be added to itself, and written again. */
static void read_report(struct reader *reader, const struct frame *frame) {
    struct error err = {0};
    if (!load_message_read(frame, LOAD_MESSAGE_REPORT, reader->report, &err)) return;
    load_report_add(reader->sum, reader->report);
    load_report_add(reader->sum, reader->report);
    load_report_follow(reader->sum, reader->report);
    for (uint32_t i = 0; i < reader->report->row_count; i++) {
        load_row_failed(&reader->report->rows[i]);
    }
    struct frame again;
    size_t length = load_message_encode(
        LOAD_MESSAGE_REPORT, reader->report, reader->bytes, FRAME_SIZE_MAX);
    ensure(length > 0);
    ensure(frame_find(reader->bytes, length, &again, &err) == FRAME_WHOLE);
    ensure(load_message_read(&again, LOAD_MESSAGE_REPORT, reader->report, &err));
    load_report_next(reader->sum);
}

static void read_small(const struct frame *frame) {
    struct error err = {0};
    struct load_control control = {0};
    struct load_ready ready = {0};
    if (load_message_read(frame, LOAD_MESSAGE_CONTROL, &control, &err)) {
        ensure(control.kind < LOAD_CONTROL_COUNT);
    }
    if (load_message_read(frame, LOAD_MESSAGE_READY, &ready, &err)) {
        ensure(ready.note_count <= LOAD_NOTES_MAX);
    }
}

/* The first byte says which message the others are the inside of: a checksum would keep
 * everything out. All of it is read as a frame, too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct error err = {0};
    struct frame frame;
    if (frame_find(data, size, &frame, &err) == FRAME_WHOLE) ensure(frame.used <= size);
    if (size == 0) return 0;
    frame = (struct frame){
        .kind = data[0], .data = data + 1, .length = size - 1, .used = size};
    static struct reader reader;
    if (!reader.plan) {
        reader.plan = memory_new(sizeof *reader.plan);
        reader.report = memory_new(sizeof *reader.report);
        reader.sum = memory_new(sizeof *reader.sum);
        reader.bytes = memory_new(FRAME_SIZE_MAX);
    }
    if (frame.kind == LOAD_MESSAGE_PLAN) read_plan(&reader, &frame);
    if (frame.kind == LOAD_MESSAGE_REPORT) read_report(&reader, &frame);
    read_small(&frame);
    return 0;
}
