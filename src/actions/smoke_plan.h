/* What a smoke test is going to do: the checks of a file, or the three of the book made
 * for a target, read, checked and with their secrets at hand. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/redact.h"
#include "base/scan.h"
#include "core/checks.h"
#include "core/target.h"

struct smoke_plan;

/* Replaces the ${env:NAME} or ${file:PATH} in
 * `value` and makes the redactor know it. */
typedef bool (*smoke_secret_fn)(
    char *value, size_t size, struct redactor *redactor, struct error *err);

/* `file` NULL is the three of the book. ERROR_SYNTAX, with file:line:column, for a file
 * that is not right. */
struct smoke_plan *smoke_plan_new(
    const struct target *target, const char *file, smoke_secret_fn secret,
    struct error *err);
void smoke_plan_free(struct smoke_plan *plan);

const struct checks *smoke_plan_checks(const struct smoke_plan *plan);
const char *smoke_plan_file(const struct smoke_plan *plan); /* "" for the book's */
const struct redactor *smoke_plan_redactor(const struct smoke_plan *plan);

/* The value of "env:NAME" or "file:PATH"; false for one that stands nowhere in it. */
bool smoke_plan_secret(
    const struct smoke_plan *plan, struct slice reference, struct slice *value);

/* How regular expressions are tried here. */
bool smoke_plan_regex(
    struct slice pattern, struct slice subject, bool *matches, struct error *err);
