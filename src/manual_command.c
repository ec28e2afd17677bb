/* SPDX-License-Identifier: MIT */
#include "command_functions.h"
#include "invocation.h"
#include "manual.h"

int manual_command(const struct invocation *invocation) {
    struct buffer page;
    buffer_init(&page, MANUAL_BYTES_MAX);
    manual_add(&page);
    int code = invocation_finish(invocation, buffer_slice(&page), EXIT_CODE_OK);
    buffer_clear(&page);
    return code;
}
