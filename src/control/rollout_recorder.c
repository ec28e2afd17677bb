/* SPDX-License-Identifier: MIT */
#include "control/rollout_recorder.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "history/rollout_recording.h"
#include "history/segment.h"
#include "io/loop.h"

/* The file. Once there are pieces only the working thread uses it. */
struct shelf {
    unsigned holders; /* the recorder and every piece; counted on the loop */
    struct segment segment;
    bool has_failed; /* what comes behind a hole is worth nothing */
};

/* One block on its way. */
struct piece {
    struct rollout_recorder *recorder; /* borrowed */
    struct shelf *shelf;
    struct piece *next;
    struct loop_work *work;
    size_t length;
    struct error error;
    uint8_t bytes[OUTCOME_BLOCK_MAX];
};

struct rollout_recorder {
    struct loop *loop; /* borrowed */
    struct rollout_recorder_options options;
    struct shelf *shelf;
    struct piece *pieces; /* piece.next */
    struct piece *block;  /* that is filled; NULL for none */
    int64_t block_ms;     /* wall clock of its first input */
    uint64_t offset;      /* where the block will begin */
    unsigned waiting;     /* pieces */
    uint64_t left_out;    /* inputs past the limit */
    bool is_decided;      /* only what the rollout does is of interest */
    bool is_full, has_stopped;
    char trouble[ROLLOUT_WORDS_SIZE]; /* the last one; "" */
};

static void shelf_release(struct shelf *shelf) {
    if (--shelf->holders > 0) return;
    segment_close(&shelf->segment);
    free(shelf);
}

static void piece_free(void *data) {
    struct piece *piece = data;
    shelf_release(piece->shelf);
    free(piece);
}

static void tell(struct rollout_recorder *recorder, const char *words) {
    safe_text_copy(recorder->trouble, sizeof recorder->trouble, slice_of(words));
    recorder->options.on_trouble(recorder->options.owner, words);
}

static void stop(struct rollout_recorder *recorder, const char *words) {
    char said[ERROR_MESSAGE_SIZE];
    struct text text = TEXT_IN(said);
    if (recorder->has_stopped) return;
    recorder->has_stopped = true;
    text_addf(&text, "what it is decided from is not recorded any more: %s", words);
    tell(recorder, said);
}

/* Pieces */

/* On the working thread. */
static void write_piece(void *data) {
    struct piece *piece = data;
    struct shelf *shelf = piece->shelf;
    if (shelf->has_failed) return;
    shelf->has_failed =
        !segment_append(&shelf->segment, piece->bytes, piece->length, &piece->error);
}

static void on_written(void *owner) {
    struct piece *piece = owner;
    struct rollout_recorder *recorder = piece->recorder;
    struct piece **link = &recorder->pieces;
    while (*link != piece) link = &(*link)->next;
    *link = piece->next;
    recorder->waiting--;
    const struct error error = piece->error;
    piece_free(piece);
    if (error.code != ERROR_NONE) stop(recorder, error.message);
}

static struct piece *seal(struct rollout_recorder *recorder) {
    struct piece *piece = recorder->block;
    if (!piece) return NULL;
    recorder->block = NULL;
    recorder->offset += piece->length;
    outcome_block_seal(
        piece->bytes, piece->length - OUTCOME_BLOCK_HEAD, recorder->block_ms);
    return piece;
}

uint64_t rollout_recorder_cut(struct rollout_recorder *recorder) {
    if (!recorder) return 0;
    struct piece *piece = seal(recorder);
    bool is_late = recorder->waiting == ROLLOUT_RECORDER_WAITING_MAX;
    if (piece && is_late) stop(recorder, "the disk is too slow");
    if (piece && recorder->has_stopped) piece_free(piece);
    if (recorder->has_stopped) return 0;
    if (!piece) return recorder->offset;
    piece->next = recorder->pieces;
    recorder->pieces = piece;
    recorder->waiting++;
    piece->work = loop_work_new(recorder->loop, write_piece, piece, on_written, piece);
    return recorder->offset;
}

/* The block */

static struct byte_writer rest_of(struct piece *piece) {
    return byte_writer_in(
        piece->bytes + piece->length, sizeof piece->bytes - piece->length);
}

static void begin_block(struct rollout_recorder *recorder) {
    struct piece *piece = memory_new(sizeof *piece);
    piece->recorder = recorder;
    piece->shelf = recorder->shelf;
    piece->shelf->holders++;
    piece->length = OUTCOME_BLOCK_HEAD;
    recorder->block = piece;
    recorder->block_ms = loop_wall_ms();
}

static void put(struct rollout_recorder *recorder, const struct rollout_input *input) {
    if (recorder->has_stopped) return;
    struct rollout_input timed = *input;
    timed.at_ms = loop_wall_ms();
    bool has_room =
        recorder->block &&
        recorder->block->length + ROLLOUT_INPUT_BYTES_MAX <= OUTCOME_BLOCK_MAX;
    if (recorder->block && !has_room) rollout_recorder_cut(recorder);
    if (recorder->has_stopped) return;
    if (!recorder->block) begin_block(recorder);
    struct byte_writer writer = rest_of(recorder->block);
    rollout_input_put(&timed, recorder->block_ms, &writer);
    ensure(!writer.overflow);
    recorder->block->length += writer.length;
}

static uint64_t length_of(const struct rollout_recorder *recorder) {
    return recorder->offset + (recorder->block ? recorder->block->length : 0);
}

/* Room for the largest block more, so that what was put is never past the limit. */
static bool is_within(const struct rollout_recorder *recorder, uint64_t limit) {
    return length_of(recorder) + OUTCOME_BLOCK_MAX <= limit;
}

void rollout_recorder_add(
    struct rollout_recorder *recorder, const struct rollout_input *input) {
    static const uint64_t limit = ROLLOUT_RECORDING_MAX - ROLLOUT_RECORDING_RESERVE;
    if (!recorder || recorder->has_stopped || recorder->is_decided) return;
    if (!recorder->is_full && !is_within(recorder, limit)) {
        recorder->is_full = true;
        put(recorder, &(struct rollout_input){.kind = ROLLOUT_INPUT_FULL});
        tell(
            recorder,
            "its recording is as large as it may be: the rest is only counted");
    }
    if (recorder->is_full) {
        recorder->left_out++;
    } else {
        put(recorder, input);
    }
}

static bool is_decided(enum rollout_phase phase) {
    switch (phase) {
    case ROLLOUT_PREFLIGHT:
    case ROLLOUT_DEPLOYING:
    case ROLLOUT_SMOKE:
    case ROLLOUT_RAISING:
    case ROLLOUT_WATCHING:
    case ROLLOUT_HOLD: return false;
    case ROLLOUT_IDLE:
    case ROLLOUT_DONE:
    case ROLLOUT_FINALIZING:
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_ROLLED_BACK:
    case ROLLOUT_STRANDED:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return true;
}

void rollout_recorder_follow(
    struct rollout_recorder *recorder, const struct rollout *rollout) {
    if (!recorder) return;
    recorder->is_decided = is_decided(rollout->phase);
    if (recorder->has_stopped || !is_within(recorder, ROLLOUT_RECORDING_MAX)) return;
    struct rollout_input input = {
        .kind = ROLLOUT_INPUT_TRANSITION,
        .transition = {
            .phase = rollout->phase,
            .hold = rollout->hold,
            .step = rollout->step,
            .weight_bp = rollout->wanted_bp,
            .left_out = recorder->left_out,
        }};
    struct rollout_transition *transition = &input.transition;
    text_copy_cut(transition->reason, sizeof transition->reason, rollout->reason);
    text_copy_cut(transition->actor, sizeof transition->actor, rollout->actor);
    put(recorder, &input);
    rollout_recorder_cut(recorder); /* it may be the last one */
}

const char *rollout_recorder_trouble(const struct rollout_recorder *recorder) {
    return recorder ? recorder->trouble : "";
}

/* Beginning and end */

static struct rollout_recorder *make(
    struct loop *loop, const struct rollout_recorder_options *options) {
    struct rollout_recorder *recorder = memory_new(sizeof *recorder);
    recorder->loop = loop;
    recorder->options = *options;
    recorder->shelf = memory_new(sizeof *recorder->shelf);
    recorder->shelf->holders = 1;
    recorder->shelf->segment.descriptor = -1;
    return recorder;
}

static void put_head(struct rollout_recorder *recorder) {
    struct rollout_recording_head *head = memory_new(sizeof *head);
    head->plan = *recorder->options.plan;
    head->known_assignment = recorder->options.known_assignment;
    begin_block(recorder);
    struct byte_writer writer = rest_of(recorder->block);
    record_put(&rollout_recording_head_record, head, &writer);
    recorder->block->length += writer.length;
    free(head);
    rollout_recorder_cut(recorder);
}

static void begin(struct rollout_recorder *recorder) {
    char path[FOLDER_PATH_SIZE];
    struct error err;
    rollout_recording_prune();
    if (!rollout_recording_place(recorder->options.plan->id, path, &err) ||
        !segment_create(&recorder->shelf->segment, path, &err) ||
        !segment_claim(&recorder->shelf->segment, &err)) {
        stop(recorder, err.message);
        return;
    }
    put_head(recorder);
}

struct rollout_recorder *rollout_recorder_new(
    struct loop *loop, const struct rollout_recorder_options *options) {
    struct rollout_recorder *recorder = make(loop, options);
    begin(recorder);
    return recorder;
}

static struct rollout_recording *open_own(
    struct rollout_recorder *recorder, char path[FOLDER_PATH_SIZE], struct error *err) {
    if (!rollout_recording_place(recorder->options.plan->id, path, err)) return NULL;
    struct rollout_recording *recording = rollout_recording_open(path, err);
    /* One that was begun and never written may be begun again. */
    if (!recording && err->code == ERROR_NOT_FOUND) unlink(path);
    return recording;
}

/* What follows the checkpoint goes to the owner. A file that is shorter than what was
 * counted is read from its start, only to find where it ends. */
static enum rollout_read read_on(
    struct rollout_recorder *recorder, struct rollout_recording *recording,
    uint64_t offset, struct error *err) {
    const struct rollout_recorder_options *options = &recorder->options;
    struct rollout_input input;
    enum rollout_read read = ROLLOUT_READ_INPUT;
    bool is_there = rollout_recording_seek(recording, offset);
    while ((read = rollout_recording_next(recording, &input, err)) ==
           ROLLOUT_READ_INPUT) {
        if (is_there) options->on_input(options->owner, &input);
    }
    return read;
}

static void go_on(
    struct rollout_recorder *recorder, struct rollout_recording *recording,
    const char *path, uint64_t offset) {
    struct error err;
    if (read_on(recorder, recording, offset, &err) == ROLLOUT_READ_DAMAGED) {
        stop(recorder, err.message);
        return;
    }
    recorder->offset = rollout_recording_end(recording);
    if (!segment_continue(&recorder->shelf->segment, path, recorder->offset, &err)) {
        stop(recorder, err.message);
    } else if (offset == 0 || recorder->offset < offset) {
        put(recorder, &(struct rollout_input){.kind = ROLLOUT_INPUT_GAP});
    }
}

struct rollout_recorder *rollout_recorder_resume(
    struct loop *loop, const struct rollout_recorder_options *options,
    uint64_t offset) {
    struct rollout_recorder *recorder = make(loop, options);
    char path[FOLDER_PATH_SIZE];
    struct error err;
    struct rollout_recording *recording = open_own(recorder, path, &err);
    if (recording) {
        go_on(recorder, recording, path, offset);
    } else if (err.code == ERROR_NOT_FOUND) {
        begin(recorder);
        if (offset != ROLLOUT_RECORDER_START) {
            put(recorder, &(struct rollout_input){.kind = ROLLOUT_INPUT_GAP});
        }
    } else {
        stop(recorder, err.message);
    }
    rollout_recording_free(recording);
    return recorder;
}

void rollout_recorder_free(struct rollout_recorder *recorder) {
    if (!recorder) return;
    struct piece *last = seal(recorder);
    /* Only behind all the others, or it would leave a hole. */
    if (last && !recorder->pieces) write_piece(last);
    if (last) piece_free(last);
    while (recorder->pieces) {
        struct piece *piece = recorder->pieces;
        recorder->pieces = piece->next;
        loop_work_free(piece->work, piece_free);
    }
    shelf_release(recorder->shelf);
    free(recorder);
}
