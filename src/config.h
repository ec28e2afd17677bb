/* The configuration: which files, which target, and its secrets. Flag before variable
 * before ./flightdeck.yaml before the operator's own file before the default. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/redact.h"
#include "config_file.h"
#include "config_layer.h"
#include "core/target.h"

enum { CONFIG_LAYERS_MAX = 3, CONFIG_NOTE_SIZE = 160 };

#define CONFIG_PROJECT_PATH "./flightdeck.yaml"

struct config;
struct invocation;

/* Where the operator's own file is; false without a home. */
bool config_user_path(char path[CONFIG_PATH_SIZE]);

/* Reads the files: `file` instead of ./flightdeck.yaml, unless it is NULL. */
struct config *config_read(const char *file, struct error *err);
void config_free(struct config *config);

/* Chooses the target by name, or by a URL alone, or, with neither, the one that the
 * files choose. Refuses what an untrusted project file must not do. */
bool config_choose(
    struct config *config, const char *name, const char *url, struct error *err);

/* What a URL alone says. Refused with a user and password in it: every process of this
 * machine could read them. */
bool config_target_of_url(const char *url, struct target *target, struct error *err);

/* Fills the secrets of the chosen target in, unless that is done. */
bool config_fill_secrets(struct config *config, struct error *err);

/* All three, from the options of a command and the URL it was given, if any. */
struct config *config_for(
    const struct invocation *invocation, const char *url, struct error *err);

/* The same for who only asks the controller of a rollout: with the secrets that there
 * are. Who goes to the target itself fills them in first. */
struct config *config_to_ask(const struct invocation *invocation, struct error *err);

const struct target *config_target(const struct config *config); /* NULL: not chosen */
const struct config_file *config_values(const struct config *config);
const struct redactor *config_redactor(const struct config *config);

/* Why the target is treated otherwise than its file says; "" when it is not. */
const char *config_note(const struct config *config);

/* What the project file asks for and may not have until it is trusted. */
const struct mistakes *config_refusals(const struct config *config);

/* From the weakest to the strongest; `count` of them. */
const struct config_layer *config_layers(const struct config *config, unsigned *count);
