/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "base/panic.h"
#include "core/event.h"
#include "core/model.h"
#include "fuzz/fuzz.h"
#include "history/keyframe.h"

/* What a stream of events leads to. */
struct reader {
    struct model *model;
    struct state rebuilt;
    struct keyframe_builder builder;
    struct event event;
    struct event again;
    uint8_t wire[EVENT_SIZE_MAX];
};

/* An event that was read can be written, and reads the same. */
static void write_and_read(struct reader *reader) {
    struct error err = {0};
    size_t used = 0;
    size_t length = event_encode(&reader->event, reader->wire, sizeof reader->wire);
    if (length == 0) return; /* sanitised strings may take more room */
    enum event_decoded decoded =
        event_decode(reader->wire, length, &reader->again, &used, &err);
    ensure(decoded == EVENT_DECODED && used == length);
    ensure(reader->again.kind == reader->event.kind);
    ensure(reader->again.sequence == reader->event.sequence);
}

/* Whatever was sent, the model keeps a state that can be drawn. */
static void use(struct reader *reader) {
    write_and_read(reader);
    model_apply(reader->model, &reader->event);
    ensure(state_is_sound(&reader->model->state));
    if (keyframe_builder_add(&reader->builder, &reader->event)) {
        ensure(state_is_sound(&reader->rebuilt));
        state_apply(&reader->rebuilt, &reader->event);
    }
}

/* Reads one event; how many bytes it took, 0 at the end. */
static size_t read_one(struct reader *reader, const uint8_t *data, size_t size) {
    struct error err = {0};
    size_t used = 0;
    enum event_decoded decoded = event_decode(data, size, &reader->event, &used, &err);
    bool told = err.code != ERROR_NONE;
    ensure(told == (decoded == EVENT_BROKEN));
    if (decoded == EVENT_BROKEN || decoded == EVENT_INCOMPLETE) return 0;
    ensure(used > 0 && used <= size);
    if (decoded == EVENT_DECODED) use(reader);
    return used;
}

static void read_stream(struct reader *reader, const uint8_t *data, size_t size) {
    size_t at = 0;
    size_t used = 0;
    do {
        used = read_one(reader, data + at, size - at);
        at += used;
    } while (used > 0 && at < size);
}

/* The same bytes as the insides of one envelope whose length and checksum are right:
 * without that, hardly anything would get past them. */
static void read_inside(struct reader *reader, const uint8_t *data, size_t size) {
    uint8_t *whole = memory_new(size + 2 * sizeof(uint32_t));
    struct byte_writer writer = byte_writer_in(whole, size + 2 * sizeof(uint32_t));
    bytes_put_u32(&writer, (uint32_t)(size + sizeof(uint32_t)));
    bytes_put(&writer, data, size);
    bytes_put_u32(&writer, bytes_crc32c(0, whole, writer.length));
    read_stream(reader, whole, writer.length);
    free(whole);
}

/* As good as new, without touching megabytes that nobody wrote. */
static void start_over(struct reader *reader) {
    struct model *model = reader->model;
    state_init(&model->state);
    model->now_ns = 0;
    model->load_heat.first_s = model->load_heat.last_s = 0;
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        model->heat[track].first_s = model->heat[track].last_s = 0;
        for (unsigned metric = 0; metric < METRIC_COUNT; metric++) {
            struct series *series = &model->series[track][metric];
            series_init(series, SERIES_STEP_MIN_NS);
            series->step_ns = 0;
        }
    }
    state_init(&reader->rebuilt);
    reader->builder = (struct keyframe_builder){.state = &reader->rebuilt};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* Kept from call to call: making a model
     * costs a hundred times what reading does. */
    static struct reader *reader;
    if (!reader) {
        reader = memory_new(sizeof *reader);
        reader->model = model_new();
    }
    start_over(reader);
    read_stream(reader, data, size);
    if (size <= EVENT_SIZE_MAX) read_inside(reader, data, size);
    return 0;
}
