/* Allocation that never fails: without memory there is nothing left to show. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

/* Zeroed, never NULL; the caller frees it with free(). */
void *memory_new(size_t size_bytes);
void *memory_new_array(size_t count, size_t size_bytes);

/* Grows or shrinks; new bytes are not zeroed. */
void *memory_resize(void *memory, size_t size_bytes);

/* A copy that ends in a NUL; the caller frees it. */
char *memory_copy_string(const char *string);
char *memory_copy_bytes(const void *bytes, size_t length);

/* For main(): what is freed in large pieces goes back to the system at once. By itself
 * the C library keeps more and more of it, and one endless answer is paid for ever. */
void memory_give_back(void);
