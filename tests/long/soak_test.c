/* The cockpit of a real demo for ten minutes with somebody who looks around: it stays
 * alive, takes no more memory and no more descriptors, and leaves nothing behind. */
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

#include "core/random.h"
#include "support/demo_seat.h"
#include "support/display.h"
#include "support/meter.h"
#include "support/test_demo.h"

enum {
    SOAK_S = 600,
    WARM_S = 60, /* until it is as large as it gets */
    UP_MS = 60000,
    KEY_MS = 500,
    DESCRIPTORS_MORE_MAX = 8,
    MEBIBYTE = 1024 * 1024,
    GROWTH_MAX = 16 * MEBIBYTE,
};

static unsigned soak_s = SOAK_S;

struct seat {
    struct test_demo_home home;
    struct test_demo demo;
    struct display *display;
};

static void sit_down(struct seat *seat) {
    *seat = (struct seat){0};
    seat->display = demo_seat_start(&seat->home, 120, 40);
    assert_true(display_wait(seat->display, "parts answer", UP_MS));
    seat->demo.pid = display_pid(seat->display);
    assert_true(test_demo_look(&seat->demo) > 0);
    seat->demo.pid = 0; /* the display waits for it */
}

static unsigned descriptors(const struct seat *seat) {
    unsigned count = 0;
    for (size_t i = 0; i < seat->demo.family.count; i++) {
        char path[64];
        snprintf(
            path, sizeof path, "/proc/%d/fd", (int)seat->demo.family.members[i].pid);
        DIR *folder = opendir(path);
        while (folder && readdir(folder)) count++;
        if (folder) closedir(folder);
    }
    return count;
}

/* Nothing of it leaves or acts. */
static void look_around(struct seat *seat, struct random *random, unsigned seconds) {
    static const char *const keys[] = {"\t", "1",      "2",      "3",      "5", "7",
                                       "z",  " ",      "\033[D", "\033[C", "?", "\033",
                                       "\r", "\033[A", "\033[B", "ge",     "/"};
    for (unsigned ms = 0; ms < seconds * 1000; ms += KEY_MS) {
        uint64_t key = random_below(random, sizeof keys / sizeof *keys + 1);
        if (key < sizeof keys / sizeof *keys) {
            display_type(seat->display, keys[key]);
        } else {
            display_resize(
                seat->display, 40 + (int)random_below(random, 160),
                10 + (int)random_below(random, 50));
        }
        display_look_on(seat->display, KEY_MS);
        assert_int_equal(display_wait_exit(seat->display, 0), -1);
    }
}

static void come_back(struct seat *seat) {
    display_resize(seat->display, 120, 40);
    for (unsigned i = 0; i < 6; i++) {
        display_type(seat->display, "\033");
        display_look_on(seat->display, KEY_MS);
    }
    if (display_wait(seat->display, "flightdeck", UP_MS)) return;
    fail_msg("%s", display_text(seat->display));
}

static void it_lasts(void **state) {
    (void)state;
    struct seat seat;
    struct random random;
    random_seed(&random, 7);
    sit_down(&seat);
    look_around(&seat, &random, soak_s < WARM_S ? soak_s : WARM_S);
    struct meter early = meter_read(display_pid(seat.display));
    unsigned few = descriptors(&seat);
    look_around(&seat, &random, soak_s > WARM_S ? soak_s - WARM_S : 0);
    struct meter late = meter_read(display_pid(seat.display));
    unsigned many = descriptors(&seat);
    print_message(
        "RssAnon %llu to %llu KiB, %u to %u descriptors\n",
        (unsigned long long)early.rss_anon_bytes / 1024,
        (unsigned long long)late.rss_anon_bytes / 1024, few, many);
    assert_true(many <= few + DESCRIPTORS_MORE_MAX);
#if !defined(__SANITIZE_ADDRESS__) /* which keeps what is freed for a while */
    assert_true(late.rss_anon_bytes <= early.rss_anon_bytes + GROWTH_MAX);
#endif
    assert_int_equal(late.processes, early.processes);
    come_back(&seat);
    display_type(seat.display, "q");
    assert_int_equal(display_wait_exit(seat.display, UP_MS), 0);
    assert_true(test_demo_is_gone(&seat.demo));
    test_demo_clear(&seat.demo);
    display_free(seat.display);
    test_demo_home_clear(&seat.home);
}

/* `soak_test 3600` lasts an hour. */
int main(int argc, char **argv) {
    if (argc > 1) soak_s = (unsigned)strtoul(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_lasts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
