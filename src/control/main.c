/* flightdeck-canary: the controller of a rollout, started by flightdeck canary. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "control/controller.h"
#include "control/watchdog_command.h"

static const char help[] =
    "usage: flightdeck-canary run\n"
    "       flightdeck-canary watchdog --namespace NAME --lease NAME ...\n"
    "\n"
    "The controller of one rollout. It is started by \"flightdeck canary\", which "
    "tells\n"
    "it on stdin what to do, and lives on without it until the rollout has ended.\n"
    "\n"
    "  run        conducts the rollout\n"
    "  watchdog   sends all traffic of a cluster to stable when its controller dies\n"
    "  --help     shows this; also behind \"watchdog\"\n"
    "  --version  shows the version\n";

int main(int count, char **values) {
    if (count == 2 && strcmp(values[1], "run") == 0) return (int)controller_run();
    if (count >= 2 && strcmp(values[1], "watchdog") == 0) {
        return watchdog_command(count - 2, values + 2);
    }
    if (count == 2 && strcmp(values[1], "--help") == 0) {
        fputs(help, stdout);
        return EXIT_CODE_OK;
    }
    if (count == 2 && strcmp(values[1], "--version") == 0) {
        puts("flightdeck-canary " FLIGHTDECK_VERSION);
        return EXIT_CODE_OK;
    }
    fprintf(
        stderr, "flightdeck-canary: \"run\" or \"watchdog\"\n"
                "flightdeck-canary --help shows the way.\n");
    return EXIT_CODE_USAGE;
}
