/* SPDX-License-Identifier: MIT */
#include "history/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "core/model.h"
#include "history/keyframe.h"
#include "history/segment.h"
#include "io/folders.h"

#define SECOND_NS UINT64_C(1000000000)

enum { SESSION_S = 200 };

struct session {
    char folder[64];
    struct state *now;  /* after the last event */
    struct state *then; /* rebuilt */
    struct recording *recording;
};

static struct event note_at(uint64_t second) {
    struct event event = {
        .kind = EVENT_NOTE,
        .sequence = second + 1,
        .at_ns = second * SECOND_NS,
        .wall_ms = (int64_t)second * 1000,
    };
    event.note.wall_ms = event.wall_ms;
    text_copy_cut(event.note.source, sizeof event.note.source, "test");
    return event;
}

static int start_session(void **state) {
    struct session *session = memory_new(sizeof *session);
    text_copy_cut(session->folder, sizeof session->folder, "/tmp/recording-XXXXXX");
    session->now = memory_new(sizeof *session->now);
    session->then = memory_new(sizeof *session->then);
    state_init(session->now);
    *state = session;
    return mkdtemp(session->folder) ? 0 : -1;
}

static int end_session(void **state) {
    struct session *session = *state;
    struct error err = {0};
    recording_free(session->recording);
    bool removed = folder_remove(session->folder, &err);
    free(session->now);
    free(session->then);
    free(session);
    return removed ? 0 : -1;
}

static void record(struct session *session, const char *folder) {
    static const uint8_t run[EVENT_ID_SIZE] = {1, 2, 3};
    session->recording = recording_new(folder, run);
    for (uint64_t second = 10; second < 10 + SESSION_S; second++) {
        struct event event = note_at(second);
        state_apply(session->now, &event);
        recording_add(session->recording, &event, session->now);
    }
}

/* In the session one note comes per second from second 10 on. */
static void expect_every_past_state(struct session *session) {
    for (uint64_t second = 10; second < 10 + SESSION_S; second++) {
        assert_true(recording_state_at(
            session->recording, second * SECOND_NS + SECOND_NS / 2, session->then));
        assert_int_equal(session->then->note_count, second - 9);
        assert_int_equal(state_note(session->then, 0)->wall_ms, second * 1000);
    }
    assert_false(recording_state_at(session->recording, 9 * SECOND_NS, session->then));
}

static void every_past_state_can_be_rebuilt(void **state) {
    struct session *session = *state;
    record(session, session->folder);
    expect_every_past_state(session);
    struct error why = {0};
    assert_true(recording_is_kept(session->recording, &why));
    struct stat about;
    assert_int_equal(stat(recording_path(session->recording), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

static void without_a_folder_scrubbing_still_works(void **state) {
    struct session *session = *state;
    record(session, "/nonexistent/folder");
    expect_every_past_state(session);
    struct error why = {0};
    assert_false(recording_is_kept(session->recording, &why));
    assert_non_null(strstr(why.message, "/nonexistent"));
    assert_string_equal(recording_path(session->recording), "");
}

static void a_torn_end_costs_only_the_end(void **state) {
    struct session *session = *state;
    record(session, session->folder);
    char path[600];
    text_copy_cut(path, sizeof path, recording_path(session->recording));
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(truncate(path, about.st_size - 3), 0);

    struct segment segment;
    struct error err = {0};
    assert_true(segment_open(&segment, path, &err));
    struct segment_reader reader;
    segment_reader_init(&reader, &segment, 0);
    unsigned notes = 0;
    struct event *event = memory_new(sizeof *event);
    while (segment_next(&reader, event)) notes += event->kind == EVENT_NOTE;
    assert_int_equal(reader.gaps, 1);
    assert_int_equal(notes, SESSION_S - 1);
    free(event);
    segment_reader_clear(&reader);
    segment_close(&segment);
}

/* Reads the recording again from its files. */
static void reopen(struct session *session) {
    static const uint8_t run[EVENT_ID_SIZE] = {1, 2, 3};
    struct error err = {0};
    recording_free(session->recording);
    session->recording = recording_open(session->folder, run, &err);
    assert_non_null(session->recording);
}

static unsigned count_notes(struct session *session) {
    struct event *event = memory_new(sizeof *event);
    unsigned notes = 0;
    while (recording_next(session->recording, event)) {
        notes += event->kind == EVENT_NOTE;
    }
    free(event);
    return notes;
}

static void an_earlier_session_can_be_replayed_and_scrubbed(void **state) {
    struct session *session = *state;
    record(session, session->folder);
    reopen(session);
    assert_int_equal(count_notes(session), SESSION_S);
    assert_int_equal(recording_gaps(session->recording), 0);
    expect_every_past_state(session);
}

static void a_recording_that_is_not_there_is_said(void **state) {
    struct session *session = *state;
    static const uint8_t run[EVENT_ID_SIZE] = {9};
    struct error err = {0};
    assert_null(recording_open(session->folder, run, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.message, session->folder));
}

/* Changes bytes of the file from `offset` on. */
static void damage(struct session *session, long offset, size_t length) {
    FILE *file = fopen(recording_path(session->recording), "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    for (size_t i = 0; i < length; i++) fputc(0x5A, file);
    assert_int_equal(fclose(file), 0);
}

static void damage_costs_only_what_is_damaged(void **state) {
    struct session *session = *state;
    record(session, session->folder);
    struct event note = note_at(10);
    uint8_t *wire = memory_new(EVENT_SIZE_MAX);
    long size = (long)event_encode(&note, wire, EVENT_SIZE_MAX);
    free(wire);

    damage(session, 2, 1); /* the length of the first note */
    long keyframe =
        (long)sizeof(struct state) + (long)keyframe_pieces() * EVENT_OVERHEAD;
    damage(session, size + keyframe + 4 * size + 20, 3); /* inside the sixth */
    reopen(session);
    assert_int_equal(count_notes(session), SESSION_S - 2);
    assert_int_equal(recording_gaps(session->recording), 2);
}

static void a_damaged_keyframe_is_stepped_over(void **state) {
    struct session *session = *state;
    record(session, session->folder);
    struct event note = note_at(10);
    uint8_t *wire = memory_new(EVENT_SIZE_MAX);
    long size = (long)event_encode(&note, wire, EVENT_SIZE_MAX);
    free(wire);
    long keyframe =
        (long)sizeof(struct state) + (long)keyframe_pieces() * EVENT_OVERHEAD;
    damage(session, size + keyframe + 30 * size + 1000, 8);
    assert_true(recording_state_at(session->recording, 45 * SECOND_NS, session->then));
    assert_int_equal(session->then->note_count, 45 - 9);
}

static void a_sender_whose_clock_is_behind_makes_no_keyframes(void **state) {
    struct session *session = *state;
    record(session, session->folder);
    struct stat before;
    struct stat after;
    assert_int_equal(stat(recording_path(session->recording), &before), 0);
    struct event event = note_at(12);
    for (unsigned i = 0; i < 10; i++) {
        recording_add(session->recording, &event, session->now);
    }
    assert_int_equal(stat(recording_path(session->recording), &after), 0);
    assert_true(after.st_size - before.st_size < 10000);
}

static void a_keyframe_that_makes_no_sense_is_refused(void **state) {
    struct session *session = *state;
    static const size_t lies[] = {
        offsetof(struct state, target_class),
        offsetof(struct state, armed),
        offsetof(struct state, part_count) + 1,
        offsetof(struct state, error_count),
        offsetof(struct state, check_count),
        offsetof(struct state, parts) + offsetof(struct part, kind),
        offsetof(struct state, parts) + offsetof(struct part, critical),
        offsetof(struct state, parts) + offsetof(struct part, gone),
        offsetof(struct state, notes) + offsetof(struct note, level),
        offsetof(struct state, runs) + offsetof(struct run, verdict),
        offsetof(struct state, rollout) + offsetof(struct rollout_status, known),
    };
    for (size_t i = 0; i <= sizeof lies / sizeof *lies; i++) {
        state_init(session->now);
        if (i > 0) ((uint8_t *)session->now)[lies[i - 1]] = 0xFE;
        struct keyframe_builder builder = {.state = session->then};
        bool whole = false;
        for (uint16_t piece = 0; piece < keyframe_pieces(); piece++) {
            struct event event = {0};
            keyframe_piece(&event, session->now, piece);
            whole = keyframe_builder_add(&builder, &event);
        }
        assert_int_equal(whole, i == 0);
    }
    state_init(session->now);
    memset(session->now->target, 'x', sizeof session->now->target);
    assert_false(state_is_sound(session->now));
}

static void old_recordings_make_room(void **state) {
    struct session *session = *state;
    for (unsigned i = 0; i < RECORDING_KEPT_MAX + 5; i++) {
        uint8_t run[EVENT_ID_SIZE] = {0, 0, (uint8_t)i};
        recording_free(recording_new(session->folder, run));
    }
    char command[128];
    struct text text = TEXT_IN(command);
    text_addf(&text, "%s/00000G00000000000000000000.0.events", session->folder);
    uint8_t last[EVENT_ID_SIZE] = {0, 0, RECORDING_KEPT_MAX + 5};
    session->recording = recording_new(session->folder, last);
    struct stat about;
    assert_int_not_equal(stat(command, &about), 0);
    assert_int_equal(stat(recording_path(session->recording), &about), 0);
}

#define SESSION_TEST(test) \
    cmocka_unit_test_setup_teardown(test, start_session, end_session)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(every_past_state_can_be_rebuilt),
        SESSION_TEST(without_a_folder_scrubbing_still_works),
        SESSION_TEST(a_torn_end_costs_only_the_end),
        SESSION_TEST(an_earlier_session_can_be_replayed_and_scrubbed),
        SESSION_TEST(a_recording_that_is_not_there_is_said),
        SESSION_TEST(damage_costs_only_what_is_damaged),
        SESSION_TEST(a_damaged_keyframe_is_stepped_over),
        SESSION_TEST(a_sender_whose_clock_is_behind_makes_no_keyframes),
        SESSION_TEST(a_keyframe_that_makes_no_sense_is_refused),
        SESSION_TEST(old_recordings_make_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
