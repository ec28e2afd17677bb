/* SPDX-License-Identifier: MIT */
#include "agent/self.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/registry.h"
#include "base/scan.h"

/* Fields of /proc/self/stat behind the name, see proc(5): the state is field 3. */
enum {
    FILE_SIZE = 4096,
    FIELD_FIRST = 3,
    FIELD_USER_TICKS = 14,
    FIELD_SYSTEM_TICKS = 15,
    FIELD_START_TICKS = 22,
    FIELD_VIRTUAL_BYTES = 23,
    FIELD_RESIDENT_PAGES = 24,
    FIELD_LAST = FIELD_RESIDENT_PAGES,
};

static struct slice read_file(const char *path, char *to, size_t size) {
    struct slice read_so_far = {.data = to};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return read_so_far;
    ssize_t got = 0;
    while (read_so_far.length < size) {
        got = read(file, to + read_so_far.length, size - read_so_far.length);
        if (got <= 0) break;
        read_so_far.length += (size_t)got;
    }
    close(file);
    return read_so_far;
}

static void write_one(
    struct buffer *buffer, const char *name, const char *kind, double value) {
    buffer_addf(
        buffer, "# HELP %s As the kernel counts it.\n# TYPE %s %s\n%s ", name, name,
        kind, name);
    registry_write_number(buffer, value);
    buffer_add_char(buffer, '\n');
}

static bool boot_seconds(uint64_t *seconds) {
    char file[FILE_SIZE * 8];
    struct scan scan = scan_of(read_file("/proc/stat", file, sizeof file));
    struct slice line;
    while (scan_line(&scan, &line)) {
        struct scan words = scan_of(line);
        if (scan_literal(&words, "btime ")) {
            return slice_u64(scan_rest(&words), seconds);
        }
    }
    return false;
}

static bool read_fields(uint64_t fields[FIELD_LAST + 1]) {
    char file[FILE_SIZE];
    struct slice text = read_file("/proc/self/stat", file, sizeof file);
    /* The name may hold anything, even a parenthesis: the last one ends it. */
    const char *name_end = memrchr(text.data, ')', text.length);
    if (!name_end) return false;
    struct scan scan = {.at = name_end + 1, .end = text.data + text.length};
    struct slice word;
    for (size_t field = FIELD_FIRST; field <= FIELD_LAST; field++) {
        scan_blanks(&scan);
        if (!scan_word(&scan, &word)) return false;
        fields[field] = 0;
        /* The state is a letter, the terminal may be negative: neither is wanted. */
        (void)slice_u64(word, &fields[field]);
    }
    return true;
}

static void write_stat(struct buffer *buffer) {
    uint64_t fields[FIELD_LAST + 1];
    if (!read_fields(fields)) return;
    double ticks_per_s = (double)sysconf(_SC_CLK_TCK);
    double page_bytes = (double)sysconf(_SC_PAGESIZE);
    uint64_t used = fields[FIELD_USER_TICKS] + fields[FIELD_SYSTEM_TICKS];
    write_one(
        buffer, "process_cpu_seconds_total", "counter", (double)used / ticks_per_s);
    write_one(
        buffer, "process_resident_memory_bytes", "gauge",
        (double)fields[FIELD_RESIDENT_PAGES] * page_bytes);
    write_one(
        buffer, "process_virtual_memory_bytes", "gauge",
        (double)fields[FIELD_VIRTUAL_BYTES]);
    uint64_t boot = 0;
    if (!boot_seconds(&boot)) return;
    write_one(
        buffer, "process_start_time_seconds", "gauge",
        (double)boot + (double)fields[FIELD_START_TICKS] / ticks_per_s);
}

static void write_descriptors(struct buffer *buffer) {
    DIR *folder = opendir("/proc/self/fd");
    if (folder) {
        size_t count = 0;
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): this stream is ours alone. */
        for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
            if (entry->d_name[0] != '.') count++;
        }
        closedir(folder);
        /* One of them was the folder itself. */
        write_one(buffer, "process_open_fds", "gauge", (double)count - 1);
    }
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        write_one(buffer, "process_max_fds", "gauge", (double)limit.rlim_cur);
    }
}

void self_write(struct buffer *buffer) {
    write_stat(buffer);
    write_descriptors(buffer);
}
