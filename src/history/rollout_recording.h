/* What a rollout was decided from, in a file of its own: written by its controller,
 * read to decide it again. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/rollout_input.h"
#include "core/rollout_plan.h"
#include "history/outcome_block.h"
#include "io/folders.h"

enum {
    ROLLOUT_RECORDING_MAX = 64 * 1024 * 1024, /* bytes of one rollout */
    ROLLOUT_RECORDING_RESERVE = 256 * 1024,   /* of them for what it still does then */
    ROLLOUT_RECORDINGS_KEPT = 20,
};

/* The first block. */
struct rollout_recording_head {
    struct rollout_plan plan;
    bool known_assignment; /* with what probability a user sees the canary is known */
};

extern const struct record rollout_recording_head_record;

/* ID.outcomes in the folder of such files, which is made. */
bool rollout_recording_place(
    const char *id, char path[FOLDER_PATH_SIZE], struct error *err);

/* The newest one of a target. ERROR_NOT_FOUND when there is none. */
bool rollout_recording_newest(
    const char *target, char path[FOLDER_PATH_SIZE], struct error *err);

/* Removes the oldest ones, so that one more makes ROLLOUT_RECORDINGS_KEPT. */
void rollout_recording_prune(void);

struct rollout_recording;

/* ERROR_NOT_FOUND when there is no such file, ERROR_SYNTAX for what is none of ours,
 * with its path and the place in it. */
struct rollout_recording *rollout_recording_open(const char *path, struct error *err);
void rollout_recording_free(struct rollout_recording *recording); /* NULL is fine */

const struct rollout_recording_head *rollout_recording_head(
    const struct rollout_recording *recording);

/* To the place of a checkpoint, before the first input is read. False, and it stays at
 * the start, for 0 and when the file is not as long as that. */
bool rollout_recording_seek(struct rollout_recording *recording, uint64_t offset);

enum rollout_read { ROLLOUT_READ_INPUT, ROLLOUT_READ_END, ROLLOUT_READ_DAMAGED };

/* The next input; `err` says where the file is damaged.
 * A block that was torn off is the end. */
enum rollout_read rollout_recording_next(
    struct rollout_recording *recording, struct rollout_input *input,
    struct error *err);

/* Behind the last block that was read whole, and whether something torn follows. */
uint64_t rollout_recording_end(const struct rollout_recording *recording);
bool rollout_recording_is_torn(const struct rollout_recording *recording);
