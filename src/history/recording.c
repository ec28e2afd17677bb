/* SPDX-License-Identifier: MIT */
#include "history/recording.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
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
    uint32_t segment;     /* the number of the one being written */
    struct segment segments[RECORDING_SEGMENTS_MAX]; /* number % max */
    uint64_t keyframe_ns;                            /* when the last one was written */
    uint32_t mark_count;                             /* ever; a ring */
    struct mark *marks;
    bool stopped; /* after an error nothing more is written */
    struct error error;
    uint8_t *wire; /* EVENT_SIZE_MAX bytes */
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

struct recording *recording_new(const char *folder, const uint8_t run[EVENT_ID_SIZE]) {
    struct recording *recording = memory_new(sizeof *recording);
    recording->wire = memory_new(EVENT_SIZE_MAX);
    recording->marks =
        memory_new_array(RECORDING_KEYFRAMES_MAX, sizeof *recording->marks);
    for (unsigned i = 0; i < RECORDING_SEGMENTS_MAX; i++) {
        recording->segments[i].descriptor = -1;
    }
    ulid_to_string(run, recording->name);
    if (folder && text_copy(recording->folder, sizeof recording->folder, folder)) {
        remove_old_ones(folder);
        segment_path(recording, 0, recording->path);
    }
    recording->stopped = !start_segment(recording, 0);
    if (!recording->folder[0]) recording->path[0] = '\0';
    return recording;
}

void recording_free(struct recording *recording) {
    if (!recording) return;
    for (unsigned i = 0; i < RECORDING_SEGMENTS_MAX; i++) {
        segment_close(&recording->segments[i]);
    }
    free(recording->marks);
    free(recording->wire);
    free(recording);
}

static void append(struct recording *recording, const struct event *event) {
    size_t length = event_encode(event, recording->wire, EVENT_SIZE_MAX);
    struct segment *segment = segment_of(recording, recording->segment);
    if (recording->stopped || length == 0) return;
    recording->stopped =
        !segment_append(segment, recording->wire, length, &recording->error);
}

static void add_keyframe(
    struct recording *recording, const struct event *event, const struct state *state) {
    const struct segment *segment = segment_of(recording, recording->segment);
    struct mark *mark =
        &recording->marks[recording->mark_count % RECORDING_KEYFRAMES_MAX];
    *mark = (struct mark){
        .at_ns = event->at_ns,
        .offset = segment->length,
        .segment = recording->segment,
    };
    struct event piece = *event;
    for (uint16_t i = 0; i < keyframe_pieces(); i++) {
        keyframe_piece(&piece, state, i);
        append(recording, &piece);
    }
    recording->mark_count++;
    recording->keyframe_ns = event->at_ns;
}

void recording_add(
    struct recording *recording, const struct event *event, const struct state *state) {
    append(recording, event);
    if (recording->stopped) return;
    bool full =
        segment_of(recording, recording->segment)->length >= RECORDING_SEGMENT_MAX;
    if (full && !start_segment(recording, recording->segment + 1)) {
        recording->stopped = true;
        return;
    }
    bool due = event->at_ns - recording->keyframe_ns >= RECORDING_KEYFRAME_NS;
    if (full || due || recording->mark_count == 0)
        add_keyframe(recording, event, state);
}

static bool mark_is_there(const struct recording *recording, const struct mark *mark) {
    return mark->segment + RECORDING_SEGMENTS_MAX > recording->segment;
}

/* The newest keyframe at or before `at_ns`, or NULL. */
static const struct mark *mark_before(
    const struct recording *recording, uint64_t at_ns) {
    uint32_t count = recording->mark_count;
    for (uint32_t back = 1; back <= count && back <= RECORDING_KEYFRAMES_MAX; back++) {
        const struct mark *mark =
            &recording->marks[(count - back) % RECORDING_KEYFRAMES_MAX];
        if (!mark_is_there(recording, mark)) return NULL;
        if (mark->at_ns <= at_ns) return mark;
    }
    return NULL;
}

bool recording_state_at(
    struct recording *recording, uint64_t at_ns, struct state *state) {
    const struct mark *mark = mark_before(recording, at_ns);
    if (!mark) return false;

    struct event *event = memory_new(sizeof *event);
    struct keyframe_builder builder = {.state = state};
    struct segment_reader reader;
    bool whole = false;
    segment_reader_init(&reader, segment_of(recording, mark->segment), mark->offset);
    while (segment_next(&reader, event) == SEGMENT_EVENT && event->at_ns <= at_ns) {
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
