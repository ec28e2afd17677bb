/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/panic.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    panic_set_hook(abort);
    return 0;
}
