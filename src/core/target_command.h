/* Programs of the user's that divide the traffic, as a target names them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/target_parts.h"

/* The words of a program, which no shell reads; ${weight}, ${before}, ${epoch} and
 * ${salt} stand in them: src/control/command_router.c. */
struct target_words {
    uint32_t arg_count; /* 0: there is none */
    char args[TARGET_ARGS_MAX][TARGET_ARG_SIZE];
};

struct target_command {
    struct target_words set, get, verify;
};
