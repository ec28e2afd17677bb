/* SPDX-License-Identifier: MIT */
#include "help.h"

int help_command(const struct invocation *invocation) {
    struct buffer help;
    buffer_init(&help, HELP_BYTES_MAX);
    unsigned used = 0;
    struct error err;
    int code = EXIT_CODE_OK;
    if (invocation->operands.count == 0) {
        help_add_overview(&help);
    } else {
        const struct program_command *command = program_command_find(
            invocation->operands.items, invocation->operands.count, &used, &err);
        if (command) {
            help_add_command(&help, command);
        } else if (!help_add_family(&help, invocation->operands.items[0])) {
            code = invocation_fail(invocation, EXIT_CODE_USAGE, &err);
        }
    }
    if (code == EXIT_CODE_OK) {
        code = invocation_finish(invocation, buffer_slice(&help), EXIT_CODE_OK);
    }
    buffer_clear(&help);
    return code;
}
