/* A block of a rollout's recording: its inputs of about a second, behind a checksum. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*   0  magic        u32, little-endian as all of them
 *   4  length       u32, of what follows the head
 *   8  wall clock   u64, ms: the times of its inputs are told from here
 *  16  checksum     u32, CRC-32C of all but itself
 *  20  inputs */
enum {
    OUTCOME_BLOCK_HEAD = 20,
    OUTCOME_BLOCK_MAX = 32 * 1024, /* with its head */
};

/* Writes the head in front of what begins at `block + OUTCOME_BLOCK_HEAD`. */
void outcome_block_seal(uint8_t *block, size_t length, int64_t wall_ms);

enum outcome_block_state {
    OUTCOME_BLOCK_WHOLE,
    OUTCOME_BLOCK_TORN,  /* the bytes end before it does */
    OUTCOME_BLOCK_BROKEN /* it was never written like this */
};

struct outcome_block {
    size_t length; /* of what follows the head; above 0 */
    int64_t wall_ms;
};

/* Reads the head of the first `size` bytes, and checks what they are. */
enum outcome_block_state outcome_block_read(
    const uint8_t *bytes, size_t size, struct outcome_block *block);
