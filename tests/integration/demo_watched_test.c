/* The cockpit of a real demo while its parts are stopped and started from another
 * terminal: each is named at the second poll at the latest, the rest stays, and it
 * recovers by itself. What was polled when is read in the session's recording. */
/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"
#include "core/ulid.h"
#include "history/recording.h"
#include "io/loop.h"
#include "support/demo_seat.h"
#include "support/display.h"
#include "support/test_demo.h"

enum {
    UP_MS = 60000,
    LOOK_MS = 50,
    WIDTH = 200,
    HEIGHT = 60,
};

/* A part as the demo and as the cockpit know it. */
struct death {
    const char *part;
    enum part_kind kind;
    const char *shown;  /* what the name of the watched part begins with */
    const char *named;  /* on the overview */
    int64_t asked_ms;   /* when its end was asked for */
    int64_t stopped_ms; /* wall clock, when the command had returned */
};

struct seat {
    struct test_demo_home home;
    struct display *display;
};

static void sit_down(struct seat *seat) {
    seat->display = demo_seat_start(&seat->home, WIDTH, HEIGHT);
}

static void await(struct seat *seat, const char *words) {
    if (display_wait(seat->display, words, UP_MS)) return;
    fail_msg("no \"%s\":\n%s", words, display_text(seat->display));
}

static void await_gone(struct seat *seat, const char *words) {
    if (display_wait_gone(seat->display, words, UP_MS)) return;
    fail_msg("still \"%s\":\n%s", words, display_text(seat->display));
}

/* A figure stands behind each of these, whatever else is gone. */
static const char *const rows[] = {"stable  ", "canary  ", "in-flight", "queue  ",
                                   "ops/s",    "clients",  "tokens/s",  "$/min"};

static bool has_figure(const char *text, const char *label) {
    const char *at = strstr(text, label);
    if (!at) return false;
    at += strlen(label);
    at += strspn(at, " ");
    return *at >= '0' && *at <= '9';
}

/* The label without a figure, or NULL. */
static const char *blank_row(struct seat *seat) {
    const char *text = display_text(seat->display);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!has_figure(text, rows[i])) return rows[i];
    }
    return NULL;
}

static void expect_nothing_blank(struct seat *seat) {
    const char *blank = blank_row(seat);
    if (blank) fail_msg("%s is blank:\n%s", blank, display_text(seat->display));
}

static void await_figures(struct seat *seat) {
    for (unsigned waited_ms = 0; waited_ms < UP_MS; waited_ms += LOOK_MS) {
        if (!blank_row(seat)) return;
        display_look_on(seat->display, LOOK_MS);
    }
    expect_nothing_blank(seat);
}

static void ask(struct seat *seat, const char *verb, const char *part) {
    char words[TEST_DEMO_WORDS_SIZE];
    const char *const args[] = {"demo", verb, part, NULL};
    if (test_demo_ask(&seat->home, args, words) != 0) fail_msg("%s", words);
}

static void stop_and_start(struct seat *seat, struct death *death) {
    death->asked_ms = loop_wall_ms();
    ask(seat, "stop", death->part);
    death->stopped_ms = loop_wall_ms();
    await(seat, death->named);
    expect_nothing_blank(seat);
    ask(seat, "start", death->part);
    await_gone(seat, death->named);
}

static struct recording *open_recording(const struct seat *seat) {
    char folder[TEST_PATH_SIZE];
    uint8_t run[ULID_SIZE];
    struct error err;
    struct recording *recording = NULL;
    test_folder_path(&seat->home.logs, "flightdeck/recordings", folder);
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    const struct dirent *entry;
    while (!recording && (entry = readdir(entries))) {
        struct slice name = {entry->d_name, strcspn(entry->d_name, ".")};
        if (!ulid_from_string(name, run)) continue;
        recording = recording_open(folder, run, &err);
    }
    closedir(entries);
    assert_non_null(recording);
    return recording;
}

static bool is_of(const struct death *death, const struct event *event) {
    return event->kind == EVENT_PART && event->part.kind == death->kind &&
           strncmp(event->part.name, death->shown, strlen(death->shown)) == 0;
}

/* What the recording has of a part: its polls until it stopped, and those that began
 * after that and still found it well. */
struct polls {
    unsigned before, blind;
    bool missed; /* one has found out */
};

static void count_poll(
    struct polls *polls, const struct death *death, const struct event *event) {
    int64_t age_ms = (int64_t)((event->at_ns - event->part.polled_ns) / NS_PER_MS);
    bool well = !event->part.gone && event->part.status < PART_BAD;
    if (event->wall_ms - age_ms < death->stopped_ms) {
        polls->before++;
    } else if (well && !polls->missed) {
        polls->blind++;
    }
    /* Whoever asked for it may hear of its end later than the screen does. */
    polls->missed |= !well && event->wall_ms >= death->asked_ms;
}

static void expect_missed_soon(const struct seat *seat, const struct death *death) {
    struct recording *recording = open_recording(seat);
    struct event *event = memory_new(sizeof *event);
    struct polls polls = {0};
    while (recording_next(recording, event)) {
        if (is_of(death, event)) count_poll(&polls, death, event);
    }
    free(event);
    recording_free(recording);
    print_message("%s: %u polls, %u blind\n", death->part, polls.before, polls.blind);
    assert_true(polls.before > 2);
    assert_true(polls.missed);
    assert_in_range(polls.blind, 0, 1);
}

static void what_stops_is_named_and_what_starts_recovers(void **state) {
    (void)state;
    struct seat seat;
    struct death deaths[] = {
        {.part = "redis",
         .kind = PART_REDIS,
         .shown = "redis",
         .named = "redis silent"},
        {.part = "worker-stable",
         .kind = PART_PROCESS,
         .shown = "worker-stable",
         .named = "process worker-stable bad"},
        {.part = "agent-canary",
         .kind = PART_HEALTH,
         .shown = "canary",
         .named = "health canary silent"},
    };
    sit_down(&seat);
    await(&seat, "parts answer");
    await_figures(&seat);
    for (size_t i = 0; i < 3; i++) {
        stop_and_start(&seat, &deaths[i]);
        await(&seat, "parts answer");
    }
    display_type(seat.display, "q");
    assert_int_equal(display_wait_exit(seat.display, UP_MS), 0);
    display_free(seat.display);
    for (size_t i = 0; i < 3; i++) expect_missed_soon(&seat, &deaths[i]);
    test_demo_home_clear(&seat.home);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stops_is_named_and_what_starts_recovers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
