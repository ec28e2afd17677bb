/* SPDX-License-Identifier: MIT */
#include "base/panic.h"
#include "command_functions.h"
#include "completion.h"
#include "invocation.h"

int completion_command(const struct invocation *invocation) {
    struct buffer script;
    buffer_init(&script, COMPLETION_BYTES_MAX);
    ensure(completion_add(&script, invocation_operand(invocation, 0)));
    int code = invocation_finish(invocation, buffer_slice(&script), EXIT_CODE_OK);
    buffer_clear(&script);
    return code;
}
