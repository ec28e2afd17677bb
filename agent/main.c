/* flightdeck-agent: the bundled agent service, its workers, and a local model. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "agent/arguments.h"
#include "agent/program.h"

static void print_help(enum program_kind program) {
    struct buffer help;
    buffer_init(&help, ARGUMENTS_HELP_MAX);
    arguments_write_help(program, &help);
    fputs(buffer_string(&help), stdout);
    buffer_clear(&help);
}

int main(int count, char **values) {
    struct arguments arguments;
    struct error err = {0};
    if (!arguments_parse(&arguments, count, values, &err)) {
        fprintf(
            stderr, "flightdeck-agent: %s\nflightdeck-agent --help shows the way.\n",
            err.message);
        return EXIT_CODE_USAGE;
    }
    switch (arguments.wish) {
    case ARGUMENTS_HELP: print_help(arguments.program); return EXIT_CODE_OK;
    case ARGUMENTS_VERSION:
        puts("flightdeck-agent " FLIGHTDECK_VERSION);
        return EXIT_CODE_OK;
    case ARGUMENTS_RUN: break;
    }
    return (int)program_run(&arguments);
}
