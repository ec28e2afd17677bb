/* Looks a few times in a row who answers behind the URL of an instance,
 * each time on a new connection: one look has no time
 * to wait until a balancer has shown all of them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "probes/instance.h"

struct glances;

/* NULL when the target is watched for longer
 * than one look: then the scrapes show it. */
struct glances *glances_new(struct instance *instance);
void glances_free(struct glances *glances);

/* Whether several processes have answered so far; not for NULL. */
bool glances_several(const struct glances *glances);
