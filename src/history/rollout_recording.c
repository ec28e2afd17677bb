/* SPDX-License-Identifier: MIT */
#include "history/rollout_recording.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "history/segment.h"

static const char suffix[] = ".outcomes";

#define AT(member) RECORD_AT(struct rollout_recording_head, member)
static const struct record_field head_fields[] = {
    {RECORD_STRUCT, AT(plan), .of = &rollout_plan_record},
    {RECORD_COUNT, AT(known_assignment), .most = 1},
};
#undef AT
const struct record rollout_recording_head_record =
    RECORD_OF(struct rollout_recording_head, head_fields);

struct rollout_recording {
    char path[FOLDER_PATH_SIZE];
    struct segment segment;
    struct rollout_recording_head head;
    uint64_t offset;       /* of the next block */
    uint64_t block_offset; /* of the one in hand */
    struct outcome_block block;
    struct byte_reader inputs; /* of it that are not read yet */
    bool is_torn;
    uint8_t bytes[OUTCOME_BLOCK_MAX];
};

/* Files */

static bool folder_of(char path[FOLDER_PATH_SIZE], struct error *err) {
    char state[FOLDER_PATH_SIZE];
    struct text text = text_in(path, FOLDER_PATH_SIZE);
    if (!folder_state(state, err)) return false;
    text_addf(&text, "%s/rollouts", state);
    if (text.truncated) return error_set(err, ERROR_LIMIT, "path too long: %s", path);
    return folder_make(path, err);
}

static bool place_in(
    const char *folder, const char *name, const char *end, char path[FOLDER_PATH_SIZE],
    struct error *err) {
    struct text text = text_in(path, FOLDER_PATH_SIZE);
    text_addf(&text, "%s/%s%s", folder, name, end);
    if (!text.truncated) return true;
    return error_set(err, ERROR_LIMIT, "path too long: %s", path);
}

bool rollout_recording_place(
    const char *id, char path[FOLDER_PATH_SIZE], struct error *err) {
    char folder[FOLDER_PATH_SIZE];
    return folder_of(folder, err) && place_in(folder, id, suffix, path, err);
}

static int is_recording(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length > strlen(suffix) &&
           strcmp(entry->d_name + length - strlen(suffix), suffix) == 0;
}

/* Names begin with the time. */
static int newest_first(const struct dirent **a, const struct dirent **b) {
    return strcmp((*b)->d_name, (*a)->d_name);
}

/* For each one, the newest first, until it is told to stop. */
typedef bool (*found_fn)(void *owner, int index, const char *path);

static void for_each(const char *folder, found_fn on_found, void *owner) {
    struct dirent **names = NULL;
    int count = scandir(folder, &names, is_recording, newest_first);
    bool goes_on = true;
    for (int i = 0; i < count; i++) {
        char path[FOLDER_PATH_SIZE];
        struct error ignored;
        if (goes_on && place_in(folder, names[i]->d_name, "", path, &ignored)) {
            goes_on = on_found(owner, i, path);
        }
        free(names[i]);
    }
    free(names);
}

static bool remove_old(void *owner, int index, const char *path) {
    (void)owner;
    if (index + 1 >= ROLLOUT_RECORDINGS_KEPT) unlink(path);
    return true;
}

void rollout_recording_prune(void) {
    char folder[FOLDER_PATH_SIZE];
    struct error ignored;
    if (folder_of(folder, &ignored)) for_each(folder, remove_old, NULL);
}

struct search {
    const char *target;
    char *path; /* FOLDER_PATH_SIZE */
    struct error *err;
    bool is_over;
};

/* One that was begun and never written is passed over; one that is damaged is not: it
 * may be the one that is meant. */
static bool compare_target(void *owner, int index, const char *path) {
    struct search *search = owner;
    (void)index;
    struct rollout_recording *recording = rollout_recording_open(path, search->err);
    if (!recording) {
        search->is_over = search->err->code == ERROR_SYNTAX;
    } else if (strcmp(recording->head.plan.target, search->target) == 0) {
        text_copy_cut(search->path, FOLDER_PATH_SIZE, path);
        search->err->code = ERROR_NONE;
        search->is_over = true;
    }
    rollout_recording_free(recording);
    return !search->is_over;
}

bool rollout_recording_newest(
    const char *target, char path[FOLDER_PATH_SIZE], struct error *err) {
    char folder[FOLDER_PATH_SIZE];
    struct search search = {.target = target, .path = path, .err = err};
    if (!folder_of(folder, err)) return false;
    for_each(folder, compare_target, &search);
    if (search.is_over) return err->code == ERROR_NONE;
    return error_set(
        err, ERROR_NOT_FOUND, "no rollout of %s is recorded in %s", target, folder);
}

/* Reading */

static bool damaged(
    const struct rollout_recording *recording, uint64_t offset, const char *words,
    struct error *err) {
    return error_set(
        err, ERROR_SYNTAX, "%s: at byte %" PRIu64 ": %s", recording->path, offset,
        words);
}

/* What a crash tears off is one block at most. */
static bool is_more_than_a_block(const struct rollout_recording *recording) {
    uint64_t length = recording->segment.length;
    return length > recording->offset && length - recording->offset > OUTCOME_BLOCK_MAX;
}

/* The block at the reader's place. */
static enum rollout_read load(struct rollout_recording *recording, struct error *err) {
    ssize_t count = 0;
    do {
        count = pread(
            recording->segment.descriptor, recording->bytes, sizeof recording->bytes,
            (off_t)recording->offset);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        damaged(recording, recording->offset, strerror(errno), err);
        return ROLLOUT_READ_DAMAGED;
    }
    if (count == 0) return ROLLOUT_READ_END;
    switch (outcome_block_read(recording->bytes, (size_t)count, &recording->block)) {
    case OUTCOME_BLOCK_TORN:
        if (is_more_than_a_block(recording)) {
            damaged(recording, recording->offset, "no block begins there", err);
            return ROLLOUT_READ_DAMAGED;
        }
        recording->is_torn = true;
        return ROLLOUT_READ_END;
    case OUTCOME_BLOCK_BROKEN:
        damaged(
            recording, recording->offset,
            recording->offset == 0
                ? "no recording of a rollout, or its first block is damaged"
                : "the block that begins there is damaged: its checksum does not fit",
            err);
        return ROLLOUT_READ_DAMAGED;
    case OUTCOME_BLOCK_WHOLE: break;
    }
    recording->inputs =
        byte_reader_of(recording->bytes + OUTCOME_BLOCK_HEAD, recording->block.length);
    recording->block_offset = recording->offset;
    recording->offset += OUTCOME_BLOCK_HEAD + recording->block.length;
    return ROLLOUT_READ_INPUT;
}

static bool read_head(struct rollout_recording *recording, struct error *err) {
    switch (load(recording, err)) {
    case ROLLOUT_READ_DAMAGED: return false;
    case ROLLOUT_READ_END:
        return error_set(
            err, ERROR_NOT_FOUND, "%s: nothing was recorded", recording->path);
    case ROLLOUT_READ_INPUT: break;
    }
    bool is_read = record_get(
        &rollout_recording_head_record, &recording->head, &recording->inputs);
    recording->inputs.at = recording->inputs.size;
    return (is_read && rollout_plan_check(&recording->head.plan, err)) ||
           damaged(recording, 0, "no plan of a rollout begins there", err);
}

struct rollout_recording *rollout_recording_open(const char *path, struct error *err) {
    struct rollout_recording *recording = memory_new(sizeof *recording);
    recording->segment.descriptor = -1;
    text_copy_cut(recording->path, sizeof recording->path, path);
    bool is_open =
        segment_open(&recording->segment, path, err) && read_head(recording, err);
    if (is_open) return recording;
    rollout_recording_free(recording);
    return NULL;
}

void rollout_recording_free(struct rollout_recording *recording) {
    if (!recording) return;
    segment_close(&recording->segment);
    free(recording);
}

const struct rollout_recording_head *rollout_recording_head(
    const struct rollout_recording *recording) {
    return &recording->head;
}

bool rollout_recording_seek(struct rollout_recording *recording, uint64_t offset) {
    if (offset == 0 || offset > recording->segment.length) return false;
    if (offset > recording->offset) recording->offset = offset;
    return true;
}

enum rollout_read rollout_recording_next(
    struct rollout_recording *recording, struct rollout_input *input,
    struct error *err) {
    const struct byte_reader *inputs = &recording->inputs;
    if (inputs->at == inputs->size) {
        enum rollout_read read = load(recording, err);
        if (read != ROLLOUT_READ_INPUT) return read;
    }
    int64_t since_ms = recording->block.wall_ms;
    if (rollout_input_get(input, since_ms, &recording->inputs)) {
        return ROLLOUT_READ_INPUT;
    }
    damaged(
        recording, recording->block_offset,
        "the block that begins there holds what was never recorded", err);
    return ROLLOUT_READ_DAMAGED;
}

uint64_t rollout_recording_end(const struct rollout_recording *recording) {
    return recording->offset;
}

bool rollout_recording_is_torn(const struct rollout_recording *recording) {
    return recording->is_torn;
}
