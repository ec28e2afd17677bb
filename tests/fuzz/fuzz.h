/* What every fuzzer offers: to libFuzzer, and to the replay of its corpus. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Takes any bytes; a crash, a sanitizer's complaint or a broken promise ends the
 * program. Always 0. The name is libFuzzer's. */
/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* With libFuzzer only: it keeps the input that
 * ended in an abort, not that of an exit. */
/* NOLINTNEXTLINE(readability-identifier-naming,readability-non-const-parameter) */
int LLVMFuzzerInitialize(int *argc, char ***argv);
