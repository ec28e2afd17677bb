/* One value of a schema: from the words in a document to the bytes of a member. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/text.h"
#include "core/schema.h"

/* Whether the kind is a single value, written as a word or a string. */
bool schema_kind_is_scalar(enum schema_kind kind);

/* Parses `node` into the member at `to`;
 * otherwise the mistake says what was expected. */
bool schema_value_read(
    const struct schema_field *field, const struct node *node, void *to,
    struct mistakes *mistakes);

/* The fallback, which must be valid. */
void schema_value_default(const struct schema_field *field, void *to);

/* "expected a ratio like 5% or 0.05, from 0% to 50%, got "80"" */
void schema_value_wrong(
    const struct schema_field *field, const struct node *node,
    struct mistakes *mistakes);
