/* SPDX-License-Identifier: MIT */
#include "support/meter.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/scan.h"
#include "base/text.h"

enum { FAMILY_MAX = 64, FILE_BYTES_MAX = 8192, PATH_SIZE = 96 };

struct family {
    unsigned count;
    pid_t pids[FAMILY_MAX];
};

/* A small file of /proc; empty when it is gone. */
static struct slice read_file(const char *path, char bytes[FILE_BYTES_MAX]) {
    FILE *file = fopen(path, "re");
    size_t length = file ? fread(bytes, 1, FILE_BYTES_MAX, file) : 0;
    if (file) fclose(file);
    return (struct slice){bytes, length};
}

static void add_children(struct family *family, pid_t pid, const char *task) {
    char path[PATH_SIZE], bytes[FILE_BYTES_MAX];
    struct text text = TEXT_IN(path);
    text_addf(&text, "/proc/%d/task/%.16s/children", (int)pid, task);
    struct scan scan = scan_of(read_file(path, bytes));
    struct slice word;
    uint64_t child;
    while (scan_word(&scan, &word) && slice_u64(word, &child)) {
        if (family->count < FAMILY_MAX) family->pids[family->count++] = (pid_t)child;
    }
}

static uint64_t time_of(pid_t pid, const char *task) {
    char path[PATH_SIZE], bytes[FILE_BYTES_MAX];
    struct text text = TEXT_IN(path);
    text_addf(&text, "/proc/%d/task/%.16s/schedstat", (int)pid, task);
    struct scan scan = scan_of(read_file(path, bytes));
    struct slice word = {0};
    uint64_t time_ns = 0;
    scan_word(&scan, &word);
    slice_u64(word, &time_ns);
    return time_ns;
}

static void read_tasks(struct family *family, pid_t pid, struct meter *meter) {
    char path[PATH_SIZE];
    struct text text = TEXT_IN(path);
    text_addf(&text, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (!tasks) return;
    const struct dirent *task;
    while ((task = readdir(tasks))) {
        if (task->d_name[0] == '.') continue;
        meter->cpu_ns += time_of(pid, task->d_name);
        add_children(family, pid, task->d_name);
    }
    closedir(tasks);
}

static uint64_t kilobytes_behind(struct slice status, const char *name) {
    struct scan scan = scan_of(status);
    struct slice line, word;
    uint64_t kilobytes = 0;
    while (scan_line(&scan, &line)) {
        if (!slice_starts_with(line, name)) continue;
        line.data += strlen(name);
        line.length -= strlen(name);
        struct scan rest = scan_of(line);
        if (scan_word(&rest, &word)) slice_u64(word, &kilobytes);
    }
    return kilobytes;
}

static void read_memory(pid_t pid, struct meter *meter) {
    char path[PATH_SIZE], bytes[FILE_BYTES_MAX];
    struct text text = TEXT_IN(path);
    text_addf(&text, "/proc/%d/status", (int)pid);
    struct slice status = read_file(path, bytes);
    uint64_t rss_bytes = kilobytes_behind(status, "VmRSS:") * 1024;
    uint64_t anon_bytes = kilobytes_behind(status, "RssAnon:") * 1024;
    if (rss_bytes > meter->rss_bytes) meter->rss_bytes = rss_bytes;
    if (anon_bytes > meter->rss_anon_bytes) meter->rss_anon_bytes = anon_bytes;
    if (status.length > 0) meter->processes++;
    text_reset(&text);
    text_addf(&text, "/proc/%d/smaps_rollup", (int)pid);
    struct slice rollup = read_file(path, bytes);
    meter->pss_anon_bytes += kilobytes_behind(rollup, "Pss_Anon:") * 1024;
}

struct meter meter_read(pid_t pid) {
    struct meter meter = {0};
    struct family family = {.count = 1, .pids = {pid}};
    for (unsigned i = 0; i < family.count; i++) {
        read_tasks(&family, family.pids[i], &meter);
        read_memory(family.pids[i], &meter);
    }
    return meter;
}
