/* SPDX-License-Identifier: MIT */
#include "control/rollout_recorder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/watch.h"
#include "core/evidence_record.h"
#include "history/rollout_recording.h"
#include "io/loop.h"
#include "support/observed.h"
#include "support/rollout_inputs.h"
#include "support/test_folder.h"

enum { OUTCOMES = 3000, USERS_MAX = 65536, SMALL_BYTES = 16384 };

/* A rollout whose controller dies: its checkpoint, and the watch of the next one. */
struct desk {
    struct test_folder folder;
    struct loop *loop;
    struct rollout_plan plan;
    struct random random;
    struct watch *watch, *next;
    uint64_t users[USERS_MAX];
    uint32_t facts[USERS_MAX];
    size_t user_count;
    unsigned troubles;
    char words[ERROR_MESSAGE_SIZE];
};

static int open_desk(void **state) {
    struct desk *desk = memory_new(sizeof *desk);
    test_folder_init(&desk->folder);
    setenv("XDG_STATE_HOME", desk->folder.path, 1); /* NOLINT(concurrency-mt-unsafe) */
    desk->loop = loop_new();
    desk->plan = inputs_plan();
    random_seed(&desk->random, 5);
    desk->watch = watch_new(&desk->plan, true);
    desk->next = watch_new(&desk->plan, true);
    *state = desk;
    return 0;
}

static int close_desk(void **state) {
    struct desk *desk = *state;
    watch_free(desk->watch);
    watch_free(desk->next);
    loop_free(desk->loop);
    test_folder_clear(&desk->folder);
    free(desk);
    return 0;
}

static void on_trouble(void *owner, const char *words) {
    struct desk *desk = owner;
    desk->troubles++;
    text_copy_cut(desk->words, sizeof desk->words, words);
}

static void on_input(void *owner, const struct rollout_input *input) {
    struct desk *desk = owner;
    watch_take(desk->next, input);
}

static struct rollout_recorder_options options_of(struct desk *desk) {
    return (struct rollout_recorder_options){
        .plan = &desk->plan,
        .known_assignment = true,
        .on_trouble = on_trouble,
        .on_input = on_input,
        .owner = desk,
    };
}

static void record(struct desk *desk) {
    const struct rollout_recorder_options options = options_of(desk);
    watch_take_recorder(desk->watch, rollout_recorder_new(desk->loop, &options));
}

static void resume(struct desk *desk, uint64_t offset) {
    const struct rollout_recorder_options options = options_of(desk);
    watch_take_recorder(desk->watch, NULL); /* its controller is gone */
    watch_take_recorder(
        desk->next, rollout_recorder_resume(desk->loop, &options, offset));
}

static void see(struct desk *desk, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        const struct observation seen = observed_any(&desk->random, 500);
        uint32_t facts = watch_add(desk->watch, &seen);
        if (facts == 0) continue;
        desk->users[desk->user_count] = seen.user;
        desk->facts[desk->user_count++] = facts;
    }
}

/* Until all that was handed on is written. */
static void settle(struct desk *desk) {
    loop_run(desk->loop);
}

static struct buffer save(const struct watch *watch, uint64_t *offset) {
    struct buffer saved;
    buffer_init(&saved, EVIDENCE_RECORD_MAX);
    *offset = watch_save(watch, &saved);
    return saved;
}

static void expect_same(const struct watch *one, const struct watch *other) {
    uint64_t ignored = 0;
    struct buffer first = save(one, &ignored);
    struct buffer second = save(other, &ignored);
    assert_true(first.length > 1000);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);
    const struct known_users *known = &watch_evidence(one)->known;
    assert_memory_equal(known, &watch_evidence(other)->known, sizeof *known);
    buffer_clear(&first);
    buffer_clear(&second);
}

static void restore(struct desk *desk, const struct buffer *saved, size_t users) {
    assert_true(watch_restore(desk->next, (const uint8_t *)saved->data, saved->length));
    for (size_t i = 0; i < users; i++) {
        watch_restore_user(desk->next, desk->users[i], desk->facts[i]);
    }
}

/* Each input of the recording goes to a case of its own. */
static unsigned count_kind(struct desk *desk, enum rollout_input_kind kind) {
    char path[FOLDER_PATH_SIZE];
    struct error err;
    struct rollout_input input;
    unsigned count = 0;
    assert_true(rollout_recording_place(desk->plan.id, path, &err));
    struct rollout_recording *recording = rollout_recording_open(path, &err);
    assert_non_null(recording);
    while (rollout_recording_next(recording, &input, &err) == ROLLOUT_READ_INPUT) {
        if (input.kind == kind) count++;
    }
    assert_false(rollout_recording_is_torn(recording));
    rollout_recording_free(recording);
    return count;
}

static void a_checkpoint_and_what_follows_it_are_all_that_was_known(void **state) {
    struct desk *desk = *state;
    uint64_t offset = 0, ignored = 0;
    record(desk);
    see(desk, 2500);
    watch_start_step(desk->watch, 500);
    see(desk, OUTCOMES);
    struct buffer saved = save(desk->watch, &offset);
    size_t users = desk->user_count;
    assert_true(offset > 1000);
    see(desk, OUTCOMES);
    watch_start_step(desk->watch, 2500);
    see(desk, OUTCOMES);
    struct buffer last =
        save(desk->watch, &ignored); /* what it had sent off is there */
    settle(desk);
    restore(desk, &saved, users);
    resume(desk, offset);
    expect_same(desk->watch, desk->next);
    settle(desk);
    assert_int_equal(count_kind(desk, ROLLOUT_INPUT_OUTCOME), 2500 + 3 * OUTCOMES);
    assert_int_equal(count_kind(desk, ROLLOUT_INPUT_GAP), 0);
    assert_int_equal(desk->troubles, 0);
    buffer_clear(&saved);
    buffer_clear(&last);
}

static void without_a_checkpoint_all_of_it_is_read_again(void **state) {
    struct desk *desk = *state;
    uint64_t ignored = 0;
    record(desk);
    watch_start_step(desk->watch, 500);
    see(desk, OUTCOMES);
    struct buffer last = save(desk->watch, &ignored);
    settle(desk);
    resume(desk, ROLLOUT_RECORDER_START);
    expect_same(desk->watch, desk->next);
    settle(desk);
    assert_int_equal(count_kind(desk, ROLLOUT_INPUT_GAP), 0);
    buffer_clear(&last);
}

/* The checkpoint knows more than what reached the file. */
static void what_is_missing_from_it_is_said_in_it(void **state) {
    struct desk *desk = *state;
    uint64_t offset = 0, ignored = 0;
    char path[FOLDER_PATH_SIZE];
    struct error err;
    record(desk);
    see(desk, OUTCOMES);
    struct buffer saved = save(desk->watch, &offset);
    settle(desk);
    assert_true(rollout_recording_place(desk->plan.id, path, &err));
    assert_int_equal(truncate(path, (off_t)offset - 5), 0);
    restore(desk, &saved, desk->user_count);
    resume(desk, offset);
    expect_same(desk->watch, desk->next);
    watch_start_step(desk->next, 500);
    struct buffer next = save(desk->next, &ignored);
    settle(desk);
    assert_int_equal(count_kind(desk, ROLLOUT_INPUT_GAP), 1);
    assert_int_equal(count_kind(desk, ROLLOUT_INPUT_STEP), 1);
    buffer_clear(&saved);
    buffer_clear(&next);
}

/* A controller that only seemed to be gone. */
static void what_somebody_else_still_writes_is_left_alone(void **state) {
    struct desk *desk = *state;
    const struct rollout_recorder_options options = options_of(desk);
    uint64_t offset = 0;
    record(desk);
    see(desk, OUTCOMES);
    struct buffer saved = save(desk->watch, &offset);
    settle(desk);
    watch_take_recorder(
        desk->next, rollout_recorder_resume(desk->loop, &options, offset));
    assert_int_equal(desk->troubles, 1);
    assert_non_null(strstr(desk->words, "somebody else writes it"));
    watch_start_step(desk->next, 500);
    watch_start_step(desk->watch, 2500);
    buffer_clear(&saved);
    saved = save(desk->watch, &offset);
    settle(desk);
    assert_int_equal(count_kind(desk, ROLLOUT_INPUT_OUTCOME), OUTCOMES);
    assert_int_equal(count_kind(desk, ROLLOUT_INPUT_STEP), 1);
    buffer_clear(&saved);
}

static void a_full_disk_ends_it_at_a_whole_block_and_is_said(void **state) {
    struct desk *desk = *state;
    struct rlimit before;
    uint64_t offset = 0;
    record(desk);
    settle(desk);
    getrlimit(RLIMIT_FSIZE, &before);
    const struct rlimit small = {SMALL_BYTES, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 0; i < 40; i++) {
        see(desk, 100);
        struct buffer saved = save(desk->watch, &offset);
        buffer_clear(&saved);
        settle(desk);
    }
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(desk->troubles, 1);
    assert_non_null(strstr(desk->words, "not recorded any more: "));
    assert_non_null(strstr(watch_unrecorded(desk->watch), "not recorded any more: "));
    assert_int_equal(offset, 0); /* what is not there has no place */
    unsigned recorded = count_kind(desk, ROLLOUT_INPUT_OUTCOME);
    assert_true(recorded > 100 && recorded < 4000);
    assert_int_equal(recorded % 100, 0);
}

static void past_its_limit_only_what_the_rollout_does_is_recorded(void **state) {
    struct desk *desk = *state;
    const struct rollout rollout = {
        .plan = desk->plan, .phase = ROLLOUT_HOLD, .hold = ROLLOUT_HELD_PERSON};
    const struct rollout_recorder_options options = options_of(desk);
    struct rollout_recorder *recorder = rollout_recorder_new(desk->loop, &options);
    struct rollout_input big = {.kind = ROLLOUT_INPUT_TRANSITION};
    char path[FOLDER_PATH_SIZE];
    struct error err;
    struct stat about;
    memset(big.transition.reason, 'x', sizeof big.transition.reason - 1);
    memset(big.transition.actor, 'y', sizeof big.transition.actor - 1);
    for (int i = 0; i < ROLLOUT_RECORDING_MAX / 150; i++) {
        rollout_recorder_add(recorder, &big);
        if (i % 2000 == 0) settle(desk);
    }
    assert_int_equal(desk->troubles, 1);
    assert_string_equal(rollout_recorder_trouble(recorder), desk->words);
    rollout_recorder_follow(recorder, &rollout);
    settle(desk);
    rollout_recorder_free(recorder);
    assert_true(rollout_recording_place(desk->plan.id, path, &err));
    assert_int_equal(stat(path, &about), 0);
    assert_true(about.st_size <= ROLLOUT_RECORDING_MAX);
    assert_true(about.st_size > ROLLOUT_RECORDING_MAX - 2 * ROLLOUT_RECORDING_RESERVE);
    assert_int_equal(count_kind(desk, ROLLOUT_INPUT_FULL), 1);
}

/* What comes after it is decided says nothing. */
static void a_rollout_that_is_over_is_not_recorded_further(void **state) {
    struct desk *desk = *state;
    const struct rollout rollout = {.plan = desk->plan, .phase = ROLLOUT_DONE};
    record(desk);
    see(desk, 10);
    watch_follow(desk->watch, &rollout);
    see(desk, 10);
    settle(desk);
    watch_take_recorder(desk->watch, NULL);
    assert_int_equal(count_kind(desk, ROLLOUT_INPUT_OUTCOME), 10);
    assert_int_equal(count_kind(desk, ROLLOUT_INPUT_TRANSITION), 1);
}

int main(void) {
#define X(test) cmocka_unit_test_setup_teardown(test, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        X(a_checkpoint_and_what_follows_it_are_all_that_was_known),
        X(without_a_checkpoint_all_of_it_is_read_again),
        X(what_is_missing_from_it_is_said_in_it),
        X(what_somebody_else_still_writes_is_left_alone),
        X(a_full_disk_ends_it_at_a_whole_block_and_is_said),
        X(past_its_limit_only_what_the_rollout_does_is_recorded),
        X(a_rollout_that_is_over_is_not_recorded_further),
    };
#undef X
    return cmocka_run_group_tests(tests, NULL, NULL);
}
