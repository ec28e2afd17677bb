/* Which private modes a stream of bytes has left on, and how many colours it set. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEC_MODES_MAX = 32, DEC_PARAMETERS_SIZE = 64 };

struct dec_modes {
    unsigned state; /* 0 ground, 1 after Esc, 2 in a control sequence */
    size_t length;
    char parameters[DEC_PARAMETERS_SIZE];
    uint32_t count;
    struct {
        uint32_t mode;
        bool on;
    } modes[DEC_MODES_MAX];
    uint64_t frames; /* how often mode 2026 was set */
    uint64_t ended;  /* and reset */
    uint64_t colors; /* sequences that set a colour */
};

void dec_modes_feed(struct dec_modes *modes, const char *bytes, size_t length);

/* `otherwise` when it was never set nor reset. */
bool dec_modes_is_on(const struct dec_modes *modes, uint32_t mode, bool otherwise);
