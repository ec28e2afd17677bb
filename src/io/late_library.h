/* A shared library that is loaded when it is first needed: with all that it stands on,
 * it may take as long as everything else until the first frame. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* Without it nothing can go on: both panic. */
void *late_library_open(const char *name);
void *late_library_symbol(void *library, const char *name);

/* Rows of a table of functions: what stands in for each under its own name. `loaded()`
 * is the file's own: where the library's are, by the same names. */
/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses) */
#define LATE_PROCEDURE(name, parameters, arguments) \
    void name parameters { loaded()->name arguments; }
#define LATE_FUNCTION(name, result, parameters, arguments) \
    result name parameters { return loaded()->name arguments; }
/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */
