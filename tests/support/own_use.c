/* SPDX-License-Identifier: MIT */
#include "support/own_use.h"

#include <stdio.h>
#include <string.h>

#include "base/scan.h"

static size_t field_bytes(const char *name) {
    char line[256];
    unsigned long long kilobytes = 0;
    FILE *status = fopen("/proc/self/status", "re");
    if (!status) return 0;
    while (kilobytes == 0 && fgets(line, sizeof line, status)) {
        if (strncmp(line, name, strlen(name)) != 0) continue;
        struct scan scan = scan_of(slice_of(line + strlen(name)));
        struct slice word;
        uint64_t number = 0;
        if (scan_word(&scan, &word) && slice_u64(word, &number)) kilobytes = number;
    }
    fclose(status);
    return (size_t)kilobytes * 1024;
}

size_t own_memory_bytes(void) {
    return field_bytes("VmRSS:");
}

size_t own_memory_peak_bytes(void) {
    return field_bytes("VmHWM:");
}

void own_memory_mark(void) {
    FILE *marks = fopen("/proc/self/clear_refs", "we");
    if (!marks) return;
    fputs("5\n", marks);
    fclose(marks);
}

uint64_t own_waiting_ns(void) {
    char line[128] = "";
    struct slice word = {0};
    uint64_t waiting_ns = 0;
    FILE *times = fopen("/proc/self/schedstat", "re");
    if (!times) return 0;
    if (fgets(line, sizeof line, times)) {
        struct scan scan = scan_of(slice_of(line));
        scan_word(&scan, &word); /* how long it ran */
        if (scan_word(&scan, &word)) slice_u64(word, &waiting_ns);
    }
    fclose(times);
    return waiting_ns;
}
