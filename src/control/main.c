/* flightdeck-canary: the controller of a rollout, started by flightdeck canary. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "control/controller.h"

static const char help[] =
    "usage: flightdeck-canary run\n"
    "\n"
    "The controller of one rollout. It is started by \"flightdeck canary\", which "
    "tells it "
    "on\n"
    "stdin what to do, and lives on without it until the rollout has ended.\n"
    "\n"
    "  run        conducts the rollout\n"
    "  --help     shows this\n"
    "  --version  shows the version\n";

int main(int count, char **values) {
    if (count == 2 && strcmp(values[1], "run") == 0) return (int)controller_run();
    if (count == 2 && strcmp(values[1], "--help") == 0) {
        fputs(help, stdout);
        return EXIT_CODE_OK;
    }
    if (count == 2 && strcmp(values[1], "--version") == 0) {
        puts("flightdeck-canary " FLIGHTDECK_VERSION);
        return EXIT_CODE_OK;
    }
    fprintf(
        stderr, "flightdeck-canary: it takes one word, \"run\"\n"
                "flightdeck-canary --help shows the way.\n");
    return EXIT_CODE_USAGE;
}
