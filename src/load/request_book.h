/* The requests of a plan as bytes: those that are always the same are written once. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/scan.h"
#include "core/load_plan.h"
#include "core/load_words.h"

struct request_book;

/* The plan is borrowed, and has been checked. */
struct request_book *request_book_new(const struct load_plan *plan);
void request_book_free(struct request_book *book);

/* Head and body of a row's request: a task's,
 * or the poll of its job. Borrowed until the next call. */
struct slice request_book_write(
    struct request_book *book, uint32_t row, const struct load_values *values);
