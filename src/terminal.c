/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char instead[] =
    "without one, `flightdeck batch` and `flightdeck status` do the same";

bool terminal_usable(struct error *err) {
    if (!isatty(STDIN_FILENO)) {
        return error_set(err, ERROR_USAGE, "stdin is no terminal: %s", instead);
    }
    if (!isatty(STDOUT_FILENO)) {
        return error_set(err, ERROR_USAGE, "stdout is no terminal: %s", instead);
    }
    const char *term = getenv("TERM");
    if (!term || term[0] == '\0' || strcmp(term, "dumb") == 0) {
        return error_set(
            err, ERROR_USAGE, "TERM says that the terminal cannot be drawn on: %s",
            instead);
    }
    return true;
}
