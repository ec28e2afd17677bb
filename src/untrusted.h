/* What a project file may not do until the operator trusts it:
 * read files, speak with the operator's keys, or send secrets
 * where the operator's own configuration never does. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "config_layer.h"
#include "core/mistakes.h"
#include "core/target.h"

/* Adds everything in the project file that is refused for `target`, whose secrets are
 * not filled yet: where it stands and why. `user` may be without a file. */
void untrusted_find(
    const struct config_layer *project, const struct config_layer *user,
    const struct target *target, struct mistakes *refusals);

/* Whether the file calls a target that is not on this machine anything but production:
 * until it is trusted, the target counts as production. */
bool untrusted_lowers_class(
    const struct config_layer *project, const struct target *target);
