/* SPDX-License-Identifier: MIT */
#include "history/recording.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/scan.h"
#include "base/text.h"
#include "core/model.h"
#include "core/ulid.h"
#include "history/keyframe.h"
#include "history/segment.h"

enum { PATH_SIZE = 600 };

static const char suffix[] = ".events";

/* Where a keyframe begins. */
struct mark {
    uint64_t at_ns;
    uint64_t offset;
    uint32_t segment; /* counted from the start of the session */
};

struct recording {
    char folder[PATH_SIZE]; /* "" when nothing is kept */
    char name[ULID_STRING_SIZE];
    char path[PATH_SIZE]; /* of the first segment */
    uint32_t segment;     /* the number of the one being written or read */
    struct segment segments[RECORDING_SEGMENTS_MAX]; /* number % max */
    uint64_t keyframe_ns;                            /* when the last one was written */
    uint32_t mark_count;                             /* ever; a ring */
    struct mark *marks;
    bool opened;                  /* to be read; then: */
    bool reading;                 /* the reader is in use */
    bool at_end;                  /* everything was read */
    uint32_t last_segment;        /* the highest number */
    uint32_t gaps;                /* in the segments before the current one */
    struct segment_reader reader; /* in the current one */
    bool stopped;                 /* after an error nothing more is written */
    struct error error;
    uint8_t *batch; /* not written yet; room for RECORDING_BATCH_MAX and one event */
    size_t batch_length;
    uint64_t flushed_ns; /* time of the event after which it was written last */
};

static void segment_path(
    const struct recording *recording, uint32_t number, char path[PATH_SIZE]) {
    struct text text = text_in(path, PATH_SIZE);
    text_addf(&text, "%s/%s.%u%s", recording->folder, recording->name, number, suffix);
}

static struct segment *segment_of(struct recording *recording, uint32_t number) {
    return &recording->segments[number % RECORDING_SEGMENTS_MAX];
}

/* Starts the segment with that number and drops the one whose place it takes. */
static bool start_segment(struct recording *recording, uint32_t number) {
    struct segment *segment = segment_of(recording, number);
    char path[PATH_SIZE];
    if (number >= RECORDING_SEGMENTS_MAX && recording->folder[0]) {
        segment_path(recording, number - RECORDING_SEGMENTS_MAX, path);
        unlink(path);
    }
    segment_close(segment);
    recording->segment = number;
    if (recording->folder[0]) {
        segment_path(recording, number, path);
        if (segment_create(segment, path, &recording->error)) return true;
        recording->folder[0] = '\0'; /* from here on it is not kept */
    }
    return segment_create(segment, NULL, &recording->error);
}

static int is_segment(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length > strlen(suffix) &&
           strcmp(entry->d_name + length - strlen(suffix), suffix) == 0;
}

/* Names begin with the time, so the first ones are the oldest. */
static void remove_old_ones(const char *folder) {
    struct dirent **names = NULL;
    int count = scandir(folder, &names, is_segment, alphasort);
    for (int i = 0; i < count; i++) {
        char path[PATH_SIZE];
        struct text text = TEXT_IN(path);
        text_addf(&text, "%s/%s", folder, names[i]->d_name);
        if (i + RECORDING_KEPT_MAX < count && !text.truncated) unlink(path);
        free(names[i]);
    }
    free(names);
}

static struct recording *allocate(const uint8_t run[EVENT_ID_SIZE]) {
    struct recording *recording = memory_new(sizeof *recording);
    recording->batch = memory_new(RECORDING_BATCH_MAX + EVENT_SIZE_MAX);
    recording->marks =
        memory_new_array(RECORDING_KEYFRAMES_MAX, sizeof *recording->marks);
    for (unsigned i = 0; i < RECORDING_SEGMENTS_MAX; i++) {
        recording->segments[i].descriptor = -1;
    }
    ulid_to_string(run, recording->name);
    return recording;
}

struct recording *recording_new(const char *folder, const uint8_t run[EVENT_ID_SIZE]) {
    struct recording *recording = allocate(run);
    if (folder && text_copy(recording->folder, sizeof recording->folder, folder)) {
        remove_old_ones(folder);
        segment_path(recording, 0, recording->path);
    }
    recording->stopped = !start_segment(recording, 0);
    if (!recording->folder[0]) recording->path[0] = '\0';
    return recording;
}

/* An event costs a microsecond, a write ten: so they are written together. */
void recording_flush(struct recording *recording) {
    size_t length = recording->batch_length;
    recording->batch_length = 0;
    if (recording->stopped || length == 0) return;
    struct segment *segment = segment_of(recording, recording->segment);
    recording->stopped =
        !segment_append(segment, recording->batch, length, &recording->error);
}

void recording_free(struct recording *recording) {
    if (!recording) return;
    recording_flush(recording);
    if (recording->reading) segment_reader_clear(&recording->reader);
    for (unsigned i = 0; i < RECORDING_SEGMENTS_MAX; i++) {
        segment_close(&recording->segments[i]);
    }
    free(recording->marks);
    free(recording->batch);
    free(recording);
}

static void append(struct recording *recording, const struct event *event) {
    if (recording->stopped) return;
    uint8_t *to = recording->batch + recording->batch_length;
    recording->batch_length += event_encode(event, to, EVENT_SIZE_MAX);
    bool late = event->at_ns - recording->flushed_ns >= RECORDING_FLUSH_NS;
    if (!late && recording->batch_length < RECORDING_BATCH_MAX) return;
    recording_flush(recording);
    recording->flushed_ns = event->at_ns;
}

/* Bytes of the segment being written, those that wait included. */
static uint64_t length_of_segment(struct recording *recording) {
    return segment_of(recording, recording->segment)->length + recording->batch_length;
}

static void add_mark(struct recording *recording, uint64_t at_ns, uint64_t offset) {
    recording->marks[recording->mark_count++ % RECORDING_KEYFRAMES_MAX] =
        (struct mark){.at_ns = at_ns, .offset = offset, .segment = recording->segment};
}

static void add_keyframe(
    struct recording *recording, const struct event *event, const struct state *state) {
    uint64_t offset = length_of_segment(recording);
    struct event piece = *event;
    for (uint16_t i = 0; i < keyframe_pieces(); i++) {
        keyframe_piece(&piece, state, i);
        append(recording, &piece);
    }
    if (!recording->stopped) add_mark(recording, event->at_ns, offset);
    recording->keyframe_ns = event->at_ns;
}

void recording_add(
    struct recording *recording, const struct event *event, const struct state *state) {
    ensure(!recording->opened);
    append(recording, event);
    if (recording->stopped) return;
    bool full = length_of_segment(recording) >= RECORDING_SEGMENT_MAX;
    if (full) recording_flush(recording);
    if (full && !start_segment(recording, recording->segment + 1)) {
        recording->stopped = true;
        return;
    }
    /* Helpers have clocks of their own:
     * an event may be older than the one before it. */
    bool newer = event->at_ns > recording->keyframe_ns;
    bool due = newer && event->at_ns - recording->keyframe_ns >= RECORDING_KEYFRAME_NS;
    if (full || due || recording->mark_count == 0) {
        add_keyframe(recording, event, state);
    }
}

static bool mark_is_there(const struct recording *recording, const struct mark *mark) {
    return mark->segment + RECORDING_SEGMENTS_MAX > recording->segment;
}

/* The state at `at_ns` from the keyframe at `mark` on;
 * false when that one is damaged. */
static bool rebuild(
    struct recording *recording, const struct mark *mark, uint64_t at_ns,
    struct state *state) {
    struct event *event = memory_new(sizeof *event);
    struct keyframe_builder builder = {.state = state};
    struct segment_reader reader;
    bool whole = false;
    segment_reader_init(&reader, segment_of(recording, mark->segment), mark->offset);
    while (segment_next(&reader, event) && event->at_ns <= at_ns) {
        if (whole) {
            state_apply(state, event);
        } else {
            whole = keyframe_builder_add(&builder, event);
        }
    }
    segment_reader_clear(&reader);
    free(event);
    return whole;
}

bool recording_state_at(
    struct recording *recording, uint64_t at_ns, struct state *state) {
    recording_flush(recording);
    uint32_t count = recording->mark_count;
    const struct mark *newest = NULL;
    for (uint32_t back = 1; back <= count && back <= RECORDING_KEYFRAMES_MAX; back++) {
        const struct mark *mark =
            &recording->marks[(count - back) % RECORDING_KEYFRAMES_MAX];
        if (!mark_is_there(recording, mark)) return false;
        if (mark->at_ns > at_ns) continue;
        if (!newest) newest = mark;
        /* Only the segment itself leads from an earlier keyframe up to that time. */
        if (mark->segment != newest->segment) return false;
        if (rebuild(recording, mark, at_ns, state)) return true;
    }
    return false;
}

bool recording_is_kept(const struct recording *recording, struct error *why) {
    if (recording->folder[0] && !recording->stopped) return true;
    if (recording->error.code == ERROR_NONE) {
        return error_set(why, ERROR_NOT_FOUND, "no folder for recordings");
    }
    *why = recording->error;
    return false;
}

const char *recording_path(const struct recording *recording) {
    return recording->path;
}

/* The number in "<name>.<number>.events". */
static bool segment_number(
    const struct recording *recording, const char *file, uint32_t *number) {
    uint64_t parsed = 0;
    struct slice name = slice_of(file);
    if (!slice_starts_with(name, recording->name)) return false;
    struct scan scan = scan_of(name);
    scan_literal(&scan, recording->name);
    if (!scan_char(&scan, '.') || !slice_u64(scan_until(&scan, '.'), &parsed)) {
        return false;
    }
    *number = (uint32_t)parsed;
    return parsed < UINT32_MAX && slice_equals(scan_rest(&scan), suffix + 1);
}

/* The first and the last number that are there,
 * and how many lie from one to the other. */
static uint32_t find_segments(
    const struct recording *recording, uint32_t *first, uint32_t *last) {
    DIR *folder = opendir(recording->folder);
    uint32_t found = 0;
    const struct dirent *entry = NULL;
    while (folder && (entry = readdir(folder))) {
        uint32_t number = 0;
        if (!segment_number(recording, entry->d_name, &number)) continue;
        if (found == 0 || number < *first) *first = number;
        if (found == 0 || number > *last) *last = number;
        found++;
    }
    if (folder) closedir(folder);
    return found;
}

static bool open_segments(
    struct recording *recording, uint32_t first, uint32_t last, struct error *err) {
    char path[PATH_SIZE];
    if (last - first >= RECORDING_SEGMENTS_MAX) {
        first = last - RECORDING_SEGMENTS_MAX + 1;
    }
    for (uint32_t number = first; number <= last; number++) {
        segment_path(recording, number, path);
        if (!segment_open(segment_of(recording, number), path, err)) return false;
    }
    segment_path(recording, first, recording->path);
    recording->segment = first;
    recording->last_segment = last;
    return true;
}

struct recording *recording_open(
    const char *folder, const uint8_t run[EVENT_ID_SIZE], struct error *err) {
    struct recording *recording = allocate(run);
    recording->opened = true;
    uint32_t first = 0;
    uint32_t last = 0;
    if (!text_copy(recording->folder, sizeof recording->folder, folder)) {
        error_set(err, ERROR_LIMIT, "path over %d bytes", PATH_SIZE);
        goto fail;
    }
    if (find_segments(recording, &first, &last) == 0) {
        error_set(
            err, ERROR_NOT_FOUND, "no recording %s in %s", recording->name, folder);
        goto fail;
    }
    if (open_segments(recording, first, last, err)) return recording;
fail:
    recording_free(recording);
    return NULL;
}

/* Starts to read the current segment,
 * or the one behind it. False behind the last one. */
static bool start_reading(struct recording *recording) {
    if (recording->reading) {
        recording->gaps += recording->reader.gaps;
        segment_reader_clear(&recording->reader);
        recording->reading = false;
        if (recording->segment == recording->last_segment) return false;
        recording->segment++;
    }
    struct segment *segment = segment_of(recording, recording->segment);
    segment_reader_init(&recording->reader, segment, 0);
    recording->reading = true;
    return true;
}

bool recording_next(struct recording *recording, struct event *event) {
    ensure(recording->opened);
    if (recording->at_end) return false;
    while (!recording->reading || !segment_next(&recording->reader, event)) {
        recording->at_end = !start_reading(recording);
        if (recording->at_end) return false;
    }
    if (event->kind == EVENT_KEYFRAME && event->keyframe.piece == 0) {
        add_mark(recording, event->at_ns, recording->reader.event_offset);
    }
    return true;
}

uint32_t recording_gaps(const struct recording *recording) {
    return recording->gaps + (recording->reading ? recording->reader.gaps : 0);
}
