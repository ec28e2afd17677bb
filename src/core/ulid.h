/* Names of runs: sortable by time, unique without asking anybody. */
/* https://github.com/ulid/spec */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"

enum { ULID_SIZE = 16, ULID_RANDOM_SIZE = 10, ULID_STRING_SIZE = 27 };

/* From wall milliseconds and ten unpredictable bytes. */
void ulid_make(
    uint8_t id[ULID_SIZE], int64_t wall_ms, const uint8_t random[ULID_RANDOM_SIZE]);

void ulid_to_string(const uint8_t id[ULID_SIZE], char string[ULID_STRING_SIZE]);
bool ulid_from_string(struct slice string, uint8_t id[ULID_SIZE]);
int64_t ulid_wall_ms(const uint8_t id[ULID_SIZE]);
