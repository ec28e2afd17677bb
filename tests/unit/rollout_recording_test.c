/* SPDX-License-Identifier: MIT */
#include "history/rollout_recording.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "support/rollout_inputs.h"
#include "support/test_folder.h"

enum { BLOCKS = 5, INPUTS = 40, WALL_MS = 1000000 };

struct desk {
    struct test_folder folder;
    char path[FOLDER_PATH_SIZE];
    uint64_t ends[BLOCKS + 1]; /* of the head, and of each block */
};

static size_t put_inputs(uint8_t *block, int number) {
    struct random random;
    struct byte_writer writer = byte_writer_in(
        block + OUTCOME_BLOCK_HEAD, OUTCOME_BLOCK_MAX - OUTCOME_BLOCK_HEAD);
    random_seed(&random, (uint64_t)number);
    for (int i = 0; i < INPUTS; i++) {
        const struct rollout_input input = input_any(&random, WALL_MS);
        rollout_input_put(&input, WALL_MS, &writer);
    }
    assert_false(writer.overflow);
    return writer.length;
}

static size_t put_head(uint8_t *block, const char *target) {
    struct rollout_recording_head head = {inputs_plan(), true};
    struct byte_writer writer = byte_writer_in(
        block + OUTCOME_BLOCK_HEAD, OUTCOME_BLOCK_MAX - OUTCOME_BLOCK_HEAD);
    text_copy_cut(head.plan.target, sizeof head.plan.target, target);
    record_put(&rollout_recording_head_record, &head, &writer);
    assert_false(writer.overflow);
    return writer.length;
}

static void write_recording(
    const char *path, const char *target, uint64_t ends[BLOCKS + 1]) {
    uint8_t *block = memory_new(OUTCOME_BLOCK_MAX);
    FILE *file = fopen(path, "wbe");
    assert_non_null(file);
    for (int i = 0; i <= BLOCKS; i++) {
        size_t length = i == 0 ? put_head(block, target) : put_inputs(block, i);
        outcome_block_seal(block, length, WALL_MS);
        assert_int_equal(fwrite(block, OUTCOME_BLOCK_HEAD + length, 1, file), 1);
        ends[i] = (uint64_t)ftell(file);
    }
    fclose(file);
    free(block);
}

static int open_desk(void **state) {
    struct desk *desk = memory_new(sizeof *desk);
    struct error err;
    test_folder_init(&desk->folder);
    setenv("XDG_STATE_HOME", desk->folder.path, 1); /* NOLINT(concurrency-mt-unsafe) */
    *state = desk;
    if (!rollout_recording_place(inputs_plan().id, desk->path, &err)) return -1;
    write_recording(desk->path, "shop", desk->ends);
    return 0;
}

static int close_desk(void **state) {
    struct desk *desk = *state;
    test_folder_clear(&desk->folder);
    free(desk);
    return 0;
}

static struct rollout_recording *open_it(const struct desk *desk) {
    struct error err;
    struct rollout_recording *recording = rollout_recording_open(desk->path, &err);
    if (!recording) fail_msg("%s", err.message);
    return recording;
}

/* So many blocks from the first one on are as they were written. */
static enum rollout_read expect_blocks(
    struct rollout_recording *recording, int first, int count, struct error *err) {
    struct rollout_input input;
    for (int block = first; block < first + count; block++) {
        struct random random;
        random_seed(&random, (uint64_t)block);
        for (int i = 0; i < INPUTS; i++) {
            const struct rollout_input written = input_any(&random, WALL_MS);
            assert_int_equal(
                rollout_recording_next(recording, &input, err), ROLLOUT_READ_INPUT);
            assert_true(input_is(&input, &written));
        }
    }
    return rollout_recording_next(recording, &input, err);
}

static void what_was_recorded_is_read_to_its_end(void **state) {
    const struct desk *desk = *state;
    struct rollout_recording *recording = open_it(desk);
    struct error err;
    assert_string_equal(rollout_recording_head(recording)->plan.to, "v1.6.0");
    assert_true(rollout_recording_head(recording)->known_assignment);
    assert_int_equal(expect_blocks(recording, 1, BLOCKS, &err), ROLLOUT_READ_END);
    assert_false(rollout_recording_is_torn(recording));
    assert_int_equal(rollout_recording_end(recording), desk->ends[BLOCKS]);
    rollout_recording_free(recording);
}

static void a_checkpoint_is_gone_on_from(void **state) {
    const struct desk *desk = *state;
    struct rollout_recording *recording = open_it(desk);
    struct error err;
    assert_false(rollout_recording_seek(recording, 0));
    assert_false(rollout_recording_seek(recording, desk->ends[BLOCKS] + 1));
    assert_true(rollout_recording_seek(recording, desk->ends[2]));
    assert_int_equal(expect_blocks(recording, 3, BLOCKS - 2, &err), ROLLOUT_READ_END);
    rollout_recording_free(recording);
}

/* A controller was killed while it wrote, wherever that was. */
static void a_torn_end_is_the_end(void **state) {
    const struct desk *desk = *state;
    struct error err;
    for (uint64_t size = desk->ends[BLOCKS] - 1; size > desk->ends[BLOCKS - 1];
         size -= 1 + size % 13) {
        assert_int_equal(truncate(desk->path, (off_t)size), 0);
        struct rollout_recording *recording = open_it(desk);
        assert_int_equal(
            expect_blocks(recording, 1, BLOCKS - 1, &err), ROLLOUT_READ_END);
        assert_true(rollout_recording_is_torn(recording));
        assert_int_equal(rollout_recording_end(recording), desk->ends[BLOCKS - 1]);
        rollout_recording_free(recording);
    }
    assert_int_equal(truncate(desk->path, 3), 0);
    assert_null(rollout_recording_open(desk->path, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
}

static void flip(const struct desk *desk, uint64_t offset) {
    uint8_t byte = 0;
    int descriptor = open(desk->path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(descriptor, &byte, 1, (off_t)offset), 1);
    byte ^= 4;
    assert_int_equal(pwrite(descriptor, &byte, 1, (off_t)offset), 1);
    close(descriptor);
}

static void a_flipped_bit_is_said_with_its_file_and_place(void **state) {
    const struct desk *desk = *state;
    struct error err;
    char place[64];
    struct text text = TEXT_IN(place);
    flip(desk, desk->ends[1] + 100);
    struct rollout_recording *recording = open_it(desk);
    assert_int_equal(expect_blocks(recording, 1, 1, &err), ROLLOUT_READ_DAMAGED);
    text_addf(&text, ": at byte %llu: ", (unsigned long long)desk->ends[1]);
    assert_non_null(strstr(err.message, desk->path));
    assert_non_null(strstr(err.message, place));
    rollout_recording_free(recording);
    flip(desk, OUTCOME_BLOCK_HEAD + 3);
    assert_null(rollout_recording_open(desk->path, &err));
    assert_non_null(strstr(err.message, "at byte 0"));
}

/* A length that is damaged must not hide all that follows. */
static void no_damage_passes_for_a_torn_end(void **state) {
    const struct desk *desk = *state;
    struct error err;
    struct rollout_recording *recording = NULL;
    int descriptor = open(desk->path, O_RDWR | O_CLOEXEC);
    assert_int_equal(
        ftruncate(descriptor, (off_t)desk->ends[BLOCKS] + (off_t)2 * OUTCOME_BLOCK_MAX),
        0);
    close(descriptor);
    recording = open_it(desk);
    assert_int_equal(expect_blocks(recording, 1, BLOCKS, &err), ROLLOUT_READ_DAMAGED);
    assert_non_null(strstr(err.message, "no block begins there"));
    rollout_recording_free(recording);
}

static void the_newest_of_a_target_is_found_and_the_oldest_go(void **state) {
    struct desk *desk = *state;
    char path[FOLDER_PATH_SIZE], found[FOLDER_PATH_SIZE];
    uint64_t ends[BLOCKS + 1];
    struct error err;
    for (int i = 0; i < ROLLOUT_RECORDINGS_KEPT + 5; i++) {
        char id[32];
        struct text text = TEXT_IN(id);
        text_addf(&text, "02M8DQP7Z5HVRTXK5BPX6K5A%02d", i);
        assert_true(rollout_recording_place(id, path, &err));
        write_recording(path, "other", ends);
    }
    assert_true(rollout_recording_newest("shop", found, &err));
    assert_string_equal(found, desk->path);
    assert_true(rollout_recording_newest("other", found, &err));
    assert_string_equal(found, path);
    assert_false(rollout_recording_newest("third", found, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    rollout_recording_prune();
    assert_false(rollout_recording_newest("shop", found, &err));
    assert_true(rollout_recording_newest("other", found, &err));
}

int main(void) {
#define X(test) cmocka_unit_test_setup_teardown(test, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        X(what_was_recorded_is_read_to_its_end),
        X(a_checkpoint_is_gone_on_from),
        X(a_torn_end_is_the_end),
        X(a_flipped_bit_is_said_with_its_file_and_place),
        X(no_damage_passes_for_a_torn_end),
        X(the_newest_of_a_target_is_found_and_the_oldest_go),
    };
#undef X
    return cmocka_run_group_tests(tests, NULL, NULL);
}
