/* SPDX-License-Identifier: MIT */
#include "ui/outlet.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void make_pipe(int ends[2]) {
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
}

static size_t drain(int fd) {
    static char bytes[1 << 16];
    size_t sum = 0;
    ssize_t some;
    while ((some = read(fd, bytes, sizeof bytes)) > 0) sum += (size_t)some;
    return sum;
}

static void sends_what_the_line_takes_and_the_rest_later(void **state) {
    (void)state;
    enum { SIZE = 200 * 1024 };
    int ends[2];
    make_pipe(ends);
    struct outlet outlet;
    outlet_init(&outlet, ends[1]);
    char *frame = calloc(1, SIZE);
    outlet_add(&outlet, frame, SIZE);
    outlet_write(&outlet, 1);
    assert_true(outlet_waits(&outlet));
    size_t taken = 0;
    for (int turn = 0; turn < 100 && outlet_waits(&outlet); turn++) {
        taken += drain(ends[0]);
        outlet_write(&outlet, 2);
    }
    taken += drain(ends[0]);
    assert_false(outlet_waits(&outlet));
    assert_int_equal(taken, SIZE);
    assert_int_equal(outlet.bytes_ever, SIZE);
    free(frame);
    outlet_clear(&outlet);
    close(ends[0]);
    close(ends[1]);
}

static void a_line_that_takes_nothing_for_long_is_stalled_until_it_moves(void **state) {
    (void)state;
    enum { SIZE = 200 * 1024 };
    int ends[2];
    make_pipe(ends);
    struct outlet outlet;
    outlet_init(&outlet, ends[1]);
    char *frame = calloc(1, SIZE);
    outlet_add(&outlet, frame, SIZE);
    outlet_write(&outlet, 100);
    outlet_write(&outlet, 100 + OUTLET_STALL_NS - 1);
    assert_false(outlet.stalled);
    outlet_write(&outlet, 100 + OUTLET_STALL_NS);
    assert_true(outlet.stalled);
    drain(ends[0]);
    outlet_write(&outlet, 200 + OUTLET_STALL_NS);
    assert_false(outlet.stalled);
    free(frame);
    outlet_clear(&outlet);
    close(ends[0]);
    close(ends[1]);
}

static void a_line_that_is_gone_is_broken_and_waits_for_nothing(void **state) {
    (void)state;
    int ends[2];
    make_pipe(ends);
    signal(SIGPIPE, SIG_IGN);
    close(ends[0]);
    struct outlet outlet;
    outlet_init(&outlet, ends[1]);
    outlet_add(&outlet, "x", 1);
    outlet_write(&outlet, 1);
    assert_true(outlet.broken);
    assert_false(outlet_waits(&outlet));
    outlet_clear(&outlet);
    close(ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_what_the_line_takes_and_the_rest_later),
        cmocka_unit_test(a_line_that_takes_nothing_for_long_is_stalled_until_it_moves),
        cmocka_unit_test(a_line_that_is_gone_is_broken_and_waits_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
