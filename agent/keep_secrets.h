/* What the agent was told in confidence, made known to its redactor. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"

struct redactor;

/* A secret of its own, such as a key; NULL is none. False when it is too short or too
 * long to be kept out of everything: then it must not be used. `what` names it. */
bool keep_secret(
    struct redactor *redactor, const char *what, const char *secret, struct error *err);

/* The password in a URL, as it stands there and decoded; NULL is no URL. What is no URL
 * is refused by whoever opens it. */
bool keep_secret_of_url(
    struct redactor *redactor, const char *what, const char *url, struct error *err);
