/* SPDX-License-Identifier: MIT */
#include "support/recorded_rollout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "history/rollout_recording.h"

static struct rollout_recording *open_recording(const char *id) {
    char path[FOLDER_PATH_SIZE];
    struct error err = {0};
    struct rollout_recording *recording = NULL;
    if (rollout_recording_place(id, path, &err)) {
        recording = rollout_recording_open(path, &err);
    }
    if (!recording) fail_msg("%s", err.message);
    return recording;
}

struct rollout_analysis *recorded_rollout_analyze(const char *id) {
    struct rollout_recording *recording = open_recording(id);
    struct rollout_analysis *analysis = memory_new(sizeof *analysis);
    const struct rollout_recording_head *head = rollout_recording_head(recording);
    struct rollout_input input;
    struct error err = {0};
    enum rollout_read read = ROLLOUT_READ_INPUT;
    rollout_analysis_init(analysis, &head->plan, &head->plan, head->known_assignment);
    while ((read = rollout_recording_next(recording, &input, &err)) ==
           ROLLOUT_READ_INPUT) {
        assert_true(rollout_analysis_take(analysis, &input));
    }
    if (read == ROLLOUT_READ_DAMAGED) fail_msg("%s", err.message);
    rollout_recording_free(recording);
    assert_false(analysis->has_gap);
    assert_int_equal(analysis->differing, 0);
    return analysis;
}

void recorded_rollout_expect_same(const char *id) {
    free(recorded_rollout_analyze(id));
}
