/* SPDX-License-Identifier: MIT */
#include "load/own_use.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/scan.h"
#include "base/units.h"

enum {
    STATM_SIZE = 128,
    US_PER_S = 1000000,
    OWN_ENTRIES = 3 /* ., .. and the folder */
};

static uint64_t micros(struct timeval time) {
    return (uint64_t)time.tv_sec * US_PER_S + (uint64_t)time.tv_usec;
}

uint64_t own_use_cpu_us(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
    return micros(usage.ru_utime) + micros(usage.ru_stime);
}

uint64_t own_use_rss_bytes(void) {
    char bytes[STATM_SIZE];
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t got = read(file, bytes, sizeof bytes);
    close(file);
    if (got <= 0) return 0;
    struct scan scan = scan_of((struct slice){bytes, (size_t)got});
    struct slice size, resident;
    uint64_t pages = 0;
    bool is_read = scan_word(&scan, &size) && scan_word(&scan, &resident) &&
                   slice_u64(resident, &pages);
    return is_read ? pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

uint64_t own_use_descriptors(void) {
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) return 0;
    uint64_t count = 0;
    while (readdir(folder)) count++; /* NOLINT(concurrency-mt-unsafe) */
    closedir(folder);
    return count > OWN_ENTRIES ? count - OWN_ENTRIES : 0;
}
