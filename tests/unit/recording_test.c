/* SPDX-License-Identifier: MIT */
#include "history/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "core/model.h"
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
    enum segment_read how = SEGMENT_EVENT;
    while ((how = segment_next(&reader, event)) == SEGMENT_EVENT) {
        notes += event->kind == EVENT_NOTE;
    }
    assert_int_equal(how, SEGMENT_TORN);
    assert_int_equal(notes, SESSION_S - 1);
    free(event);
    segment_reader_clear(&reader);
    segment_close(&segment);
}

static void old_recordings_make_room(void **state) {
    struct session *session = *state;
    for (uint8_t i = 0; i < RECORDING_KEPT_MAX + 5; i++) {
        uint8_t run[EVENT_ID_SIZE] = {0, 0, i};
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
        SESSION_TEST(old_recordings_make_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
