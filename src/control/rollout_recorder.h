/* Writes down what a rollout is decided from, so that it can be
 * decided again. It holds nothing up: it writes on another thread,
 * and when the disk is full or slow it stops. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/rollout.h"
#include "core/rollout_input.h"

struct loop;
struct rollout_recorder;

enum {
    ROLLOUT_RECORDER_WAITING_MAX = 64, /* blocks on their way to the disk */
    ROLLOUT_RECORDER_START = 1, /* the place of a checkpoint that counted nothing yet */
};

struct rollout_recorder_options {
    const struct rollout_plan *plan; /* borrowed for the call */
    bool known_assignment;
    /* Nothing is recorded any more, or no outcomes are; perhaps inside a call. */
    void (*on_trouble)(void *owner, const char *words);
    /* Resuming: what was recorded behind the checkpoint, inside the call. */
    void (*on_input)(void *owner, const struct rollout_input *input);
    void *owner;
};

/* Begins a recording. */
struct rollout_recorder *rollout_recorder_new(
    struct loop *loop, const struct rollout_recorder_options *options);

/* Goes on with one whose controller is gone, and tells what it recorded from `offset`
 * on, the place of its last checkpoint; 0 when that had none. Says in the recording
 * when what was counted is not all there. */
struct rollout_recorder *rollout_recorder_resume(
    struct loop *loop, const struct rollout_recorder_options *options, uint64_t offset);

/* What is on its way still arrives, if the thread has begun with it. NULL is fine. */
void rollout_recorder_free(struct rollout_recorder *recorder);

/* NULL records nothing. */
void rollout_recorder_add(
    struct rollout_recorder *recorder, const struct rollout_input *input);
void rollout_recorder_follow(
    struct rollout_recorder *recorder, const struct rollout *rollout);

/* Why not all is recorded; "" while it is. Valid until the next call. */
const char *rollout_recorder_trouble(const struct rollout_recorder *recorder);

/* Sends off what there is: for a checkpoint of all that was added. Its place; 0 when
 * that is not all recorded. */
uint64_t rollout_recorder_cut(struct rollout_recorder *recorder);
