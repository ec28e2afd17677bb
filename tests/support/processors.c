/* SPDX-License-Identifier: MIT */
#include "support/processors.h"

#include <stddef.h>

#include "base/panic.h"

static cpu_set_t only(size_t processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return set;
}

void processors_find(struct processors *processors) {
    cpu_set_t allowed;
    size_t found[2] = {0}, count = 0;
    sched_getaffinity(0, sizeof allowed, &allowed);
    for (size_t i = 0; i < CPU_SETSIZE && count < 2; i++) {
        if (CPU_ISSET(i, &allowed)) found[count++] = i;
    }
    processors->near = only(found[0]);
    processors->far = only(count == 2 ? found[1] : found[0]);
}

void processors_take(const cpu_set_t *set) {
    ensure(sched_setaffinity(0, sizeof *set, set) == 0);
}
