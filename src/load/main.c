/* flightdeck-load: one load generator, started by flightdeck load. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "load/generator.h"

static const char help[] = "usage: flightdeck-load\n"
                           "\n"
                           "One load generator. It is started by \"flightdeck load\", "
                           "which tells it on stdin what\n"
                           "to do and hears on stdout, every second, what came of it. "
                           "By itself it does nothing.\n"
                           "\n"
                           "  --help     shows this\n"
                           "  --version  shows the version\n";

int main(int count, char **values) {
    if (count == 1) return (int)generator_run();
    if (count == 2 && strcmp(values[1], "--help") == 0) {
        fputs(help, stdout);
        return EXIT_CODE_OK;
    }
    if (count == 2 && strcmp(values[1], "--version") == 0) {
        puts("flightdeck-load " FLIGHTDECK_VERSION);
        return EXIT_CODE_OK;
    }
    fprintf(
        stderr, "flightdeck-load: it takes no arguments\n"
                "flightdeck-load --help shows the way.\n");
    return EXIT_CODE_USAGE;
}
