/* SPDX-License-Identifier: MIT */
#include "core/rollout_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static struct rollout_status status_of(enum rollout_phase phase, uint16_t step) {
    struct rollout_status status = {
        .known = true,
        .id = "01JDNQ0000000000000000000A",
        .to = "v1.6.0",
        .holder = "ann",
        .host = "ops1",
        .phase = (uint8_t)phase,
        .step = step,
        .steps = 4,
        .wanted_bp = 500,
    };
    return status;
}

static void expect(
    struct rollout_log *log, const struct rollout_status *status, enum note_level level,
    const char *words) {
    struct note note = {0};
    assert_true(rollout_log_take(log, status, &note));
    assert_string_equal(note.source, "rollout");
    assert_string_equal(note.words, words);
    assert_int_equal(note.level, level);
    assert_false(rollout_log_take(log, status, &note)); /* once */
}

static void what_becomes_of_it_is_told_once_each(void **state) {
    (void)state;
    struct rollout_log log = {0};
    struct note note;
    struct rollout_status status = status_of(ROLLOUT_PREFLIGHT, 0);
    expect(&log, &status, NOTE_INFO, "v1.6.0 begins, for ann@ops1");
    status = status_of(ROLLOUT_RAISING, 1);
    assert_false(rollout_log_take(&log, &status, &note));
    status = status_of(ROLLOUT_WATCHING, 1);
    expect(&log, &status, NOTE_INFO, "v1.6.0 is watched at 5 %, step 1 of 4");
    status = status_of(ROLLOUT_HOLD, 1);
    status.hold = ROLLOUT_HELD_BLIND;
    text_copy(status.reason, sizeof status.reason, "no line since 12 s");
    expect(&log, &status, NOTE_WARN, "v1.6.0 held: no line since 12 s");
    status = status_of(ROLLOUT_ROLLING_BACK, 1);
    text_copy(status.reason, sizeof status.reason, "evidence of harm 326 of 100");
    expect(&log, &status, NOTE_BAD, "v1.6.0 goes back: evidence of harm 326 of 100");
    status.phase = ROLLOUT_ROLLED_BACK;
    status.ended = true;
    expect(&log, &status, NOTE_BAD, "v1.6.0 rolled back: evidence of harm 326 of 100");
}

static void the_next_one_is_told_from_its_beginning(void **state) {
    (void)state;
    struct rollout_log log = {0};
    struct rollout_status status = status_of(ROLLOUT_WATCHING, 2);
    expect(&log, &status, NOTE_INFO, "v1.6.0 is watched at 5 %, step 2 of 4");
    status.id[25] = 'B';
    expect(&log, &status, NOTE_INFO, "v1.6.0 is watched at 5 %, step 2 of 4");
    status.phase = ROLLOUT_DONE;
    expect(&log, &status, NOTE_OK, "v1.6.0 promoted");
}

static void what_was_over_before_is_no_news(void **state) {
    (void)state;
    struct rollout_log log = {0};
    struct note note;
    struct rollout_status status = status_of(ROLLOUT_ROLLED_BACK, 1);
    status.ended = true;
    assert_false(rollout_log_take(&log, &status, &note));
    status.known = false;
    assert_false(rollout_log_take(&log, &status, &note));
    status.known = true;
    status.phase = UINT8_MAX; /* of a newer program */
    assert_false(rollout_log_take(&log, &status, &note));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_becomes_of_it_is_told_once_each),
        cmocka_unit_test(the_next_one_is_told_from_its_beginning),
        cmocka_unit_test(what_was_over_before_is_no_news),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
