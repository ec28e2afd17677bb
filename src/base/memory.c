/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"

enum { LARGE_BYTES = 128 * 1024 };

void *memory_new(size_t size_bytes) {
    return memory_new_array(1, size_bytes);
}

void *memory_new_array(size_t count, size_t size_bytes) {
    if (count == 0 || size_bytes == 0) count = size_bytes = 1;
    void *memory = calloc(count, size_bytes);
    if (!memory) panic("out of memory: %zu times %zu bytes", count, size_bytes);
    return memory;
}

void *memory_resize(void *memory, size_t size_bytes) {
    void *resized = realloc(memory, size_bytes ? size_bytes : 1);
    if (!resized) panic("out of memory: %zu bytes", size_bytes);
    return resized;
}

char *memory_copy_string(const char *string) {
    return memory_copy_bytes(string, strlen(string));
}

char *memory_copy_bytes(const void *bytes, size_t length) {
    char *copy = memory_new(length + 1);
    if (length > 0) memcpy(copy, bytes, length);
    return copy;
}

/* Any value keeps the library from raising it. */
void memory_give_back(void) {
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
}
