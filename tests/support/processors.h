/* Two processors to measure on: one for whoever asks, one for whoever is measured. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <sched.h>

struct processors {
    cpu_set_t near, far; /* the same one where there is only one */
};

void processors_find(struct processors *processors);

/* Where this thread runs from now on, and what it starts. */
void processors_take(const cpu_set_t *set);
