/* SPDX-License-Identifier: MIT */
#include "load/preflight.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/scan.h"
#include "base/text.h"
#include "core/load_level.h"

enum {
    OWN_DESCRIPTORS = 64, /* pipes, timers, files that are read */
    FILE_SIZE = 64,
    PORTS_DEFAULT = 28232, /* Linux: 32768 to 60999 */
    BACKLOG_DEFAULT = 4096,
};

static void note(struct load_ready *ready, const char *words, ...)
    __attribute__((format(printf, 2, 3)));

static void note(struct load_ready *ready, const char *words, ...) {
    if (ready->note_count == LOAD_NOTES_MAX) return;
    struct load_note *next = &ready->notes[ready->note_count++];
    va_list args;
    va_start(args, words);
    vsnprintf(next->words, sizeof next->words, words, args);
    va_end(args);
}

/* The numbers of a file in /proc; how many were read. */
static unsigned read_numbers(const char *path, uint64_t *numbers, unsigned count) {
    char bytes[FILE_SIZE];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t got = read(file, bytes, sizeof bytes);
    close(file);
    if (got <= 0) return 0;
    struct scan scan = scan_of((struct slice){bytes, (size_t)got});
    struct slice line, word;
    if (!scan_line(&scan, &line)) return 0;
    scan = scan_of(line);
    unsigned read_count = 0;
    while (read_count < count && scan_word(&scan, &word) &&
           slice_u64(word, &numbers[read_count])) {
        read_count++;
    }
    return read_count;
}

static uint64_t ports(void) {
    uint64_t range[2];
    if (read_numbers("/proc/sys/net/ipv4/ip_local_port_range", range, 2) != 2 ||
        range[1] < range[0]) {
        return PORTS_DEFAULT;
    }
    return range[1] - range[0] + 1;
}

static uint64_t backlog(void) {
    uint64_t most = BACKLOG_DEFAULT;
    read_numbers("/proc/sys/net/core/somaxconn", &most, 1);
    return most;
}

static uint64_t raise_descriptors(uint64_t needed) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return needed;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit.rlim_cur;
}

static bool refuse_or_note(
    const struct load_plan *plan, struct load_ready *ready, const char *words,
    struct error *err) {
    if (plan->model == LOAD_USERS) return error_set(err, ERROR_LIMIT, "%s", words);
    note(ready, "%s", words); /* a pool may well do with fewer */
    return true;
}

bool preflight(
    const struct load_plan *plan, struct load_ready *ready, struct error *err) {
    uint64_t needed = load_level_connections(plan), with_own = needed + OWN_DESCRIPTORS;
    ready->descriptors = raise_descriptors(with_own);
    char words[LOAD_NOTE_SIZE];
    struct text text = TEXT_IN(words);
    if (ready->descriptors < with_own) {
        text_addf(
            &text,
            "%llu connections need %llu descriptors, %llu are allowed (ulimit -Hn)",
            (unsigned long long)needed, (unsigned long long)with_own,
            (unsigned long long)ready->descriptors);
        if (!refuse_or_note(plan, ready, words, err)) return false;
    }
    if (needed > ports()) {
        text_reset(&text);
        text_addf(
            &text,
            "%llu connections to one address, but only %llu ports for them "
            "(net.ipv4.ip_local_port_range)",
            (unsigned long long)needed, (unsigned long long)ports());
        if (!refuse_or_note(plan, ready, words, err)) return false;
    }
    if (plan->model == LOAD_USERS && plan->spawn_per_s == 0 && needed > backlog()) {
        note(
            ready,
            "%llu users come at once; a backlog of %llu (net.core.somaxconn) "
            "makes some of them wait a second",
            (unsigned long long)needed, (unsigned long long)backlog());
    }
    return true;
}
