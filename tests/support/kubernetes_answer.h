/* What the API server for tests answers: an object, a list, or a Status that says why
 * not, in the words of the real one. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "support/json_tree.h"
#include "support/kubernetes_call.h"

struct kubernetes_answer {
    unsigned status;
    cJSON *json; /* owned */
};

/* An object of the store: copied. */
void kubernetes_answer_copy(
    struct kubernetes_answer *answer, unsigned status, const cJSON *json);
/* Takes `json`. */
void kubernetes_answer_with(
    struct kubernetes_answer *answer, unsigned status, cJSON *json);

void kubernetes_answer_missing(
    struct kubernetes_answer *answer, const struct kubernetes_place *place);
void kubernetes_answer_forbidden(
    struct kubernetes_answer *answer, const struct kubernetes_place *place,
    const char *user, const char *verb);
void kubernetes_answer_exists(
    struct kubernetes_answer *answer, const struct kubernetes_place *place);
void kubernetes_answer_modified(
    struct kubernetes_answer *answer, const struct kubernetes_place *place);
/* `field` and what is wrong with it. */
void kubernetes_answer_invalid(
    struct kubernetes_answer *answer, const struct kubernetes_place *place,
    const char *field, const char *words);
/* A patch after which the object cannot be read any more. */
void kubernetes_answer_mistyped(struct kubernetes_answer *answer, const char *words);
/* A Status without details: a reason and a message. */
void kubernetes_answer_plain(
    struct kubernetes_answer *answer, unsigned status, const char *reason,
    const char *message);
/* A patch whose operations cannot be applied, among them one whose test fails. */
void kubernetes_answer_unpatched(struct kubernetes_answer *answer);
