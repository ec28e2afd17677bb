/* What a flightdeck.yaml says about letting a new version in. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/schema.h"
#include "core/target_parts.h"

/* struct config_canary: `canary:` of a file. */
extern const struct schema config_canary_schema;

/* struct target_deploy: `deploy:` of a target. Its kind follows from the rest. */
extern const struct schema config_deploy_schema;
enum deploy_kind config_deploy_kind(const struct target_deploy *deploy);

/* What no table can say: steps that rise to all of the traffic, times that fit
 * together, words that can be filled in. */
void config_canary_check(const struct node *canary, struct mistakes *mistakes);
void config_deploy_check(const struct node *deploy, struct mistakes *mistakes);
