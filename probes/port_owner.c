/* SPDX-License-Identifier: MIT */
#include "probes/port_owner.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/safe_text.h"
#include "base/scan.h"

enum {
    SOCKETS_MAX = 64,
    LINKS_MAX = 200000, /* descriptors that are looked at, of all processes */
    LINE_SIZE = 512,
    PATH_SIZE = 300,
    LISTENS = 0x0A, /* TCP_LISTEN, in /proc/net/tcp */
};

struct search {
    uint64_t sockets[SOCKETS_MAX]; /* inodes of those that listen on the port */
    unsigned socket_count, links_left;
};

/* "0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 47" */
static void read_line(struct search *search, const char *line, uint16_t port) {
    unsigned local = 0, state = 0;
    uint64_t inode = 0;
    int fields =
        sscanf(/* NOLINT(cert-err34-c): a number that is too large is no port */
               line,
               " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*u %*u "
               "%" SCNu64,
               &local, &state, &inode);
    if (fields != 3 || local != port || state != LISTENS || inode == 0) return;
    if (search->socket_count == SOCKETS_MAX) return;
    search->sockets[search->socket_count++] = inode;
}

static void find_sockets(struct search *search, const char *path, uint16_t port) {
    char line[LINE_SIZE];
    FILE *file = fopen(path, "re");
    if (!file) return;
    while (fgets(line, sizeof line, file)) read_line(search, line, port);
    fclose(file);
}

static bool is_one_of(const struct search *search, const char *link) {
    char *end = NULL;
    if (strncmp(link, "socket:[", strlen("socket:[")) != 0) return false;
    uint64_t inode = strtoull(link + strlen("socket:["), &end, 10);
    for (unsigned i = 0; i < search->socket_count; i++) {
        if (search->sockets[i] == inode) return true;
    }
    return false;
}

static bool listens(struct search *search, const char *pid) {
    char path[PATH_SIZE], link[PATH_SIZE];
    bool found = false;
    snprintf(path, sizeof path, "/proc/%s/fd", pid);
    DIR *folder = opendir(path);
    if (!folder) return false; /* another user's */
    const struct dirent *entry;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    while (!found && search->links_left > 0 && (entry = readdir(folder)) != NULL) {
        ssize_t length =
            readlinkat(dirfd(folder), entry->d_name, link, sizeof link - 1);
        search->links_left--;
        if (length <= 0) continue;
        link[length] = '\0';
        found = is_one_of(search, link);
    }
    closedir(folder);
    return found;
}

/* The soft limit of "Max open files   1024   4096   files"; 0 when it is not known. */
static uint64_t descriptors_of(const char *pid) {
    char path[PATH_SIZE], line[LINE_SIZE];
    uint64_t limit = 0;
    snprintf(path, sizeof path, "/proc/%s/limits", pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        struct scan scan = scan_of(slice_of(line));
        struct slice word;
        bool found = scan_literal(&scan, "Max open files") && scan_word(&scan, &word);
        if (!found) continue;
        if (!slice_u64(word, &limit)) limit = UINT32_MAX; /* "unlimited" */
    }
    if (file) fclose(file);
    return limit;
}

static void name_it(const char *pid, struct port_owner *owner) {
    char path[PATH_SIZE], name[LINE_SIZE] = "";
    snprintf(path, sizeof path, "/proc/%s/comm", pid);
    FILE *file = fopen(path, "re");
    if (!file || !fgets(name, sizeof name, file)) name[0] = '\0';
    if (file) fclose(file);
    name[strcspn(name, "\n")] = '\0';
    safe_text_copy(owner->name, sizeof owner->name, slice_of(name));
}

static void count(struct port_owner *owner, const char *pid) {
    if (owner->processes++ == 0) {
        owner->pid = (pid_t)strtol(pid, NULL, 10);
        name_it(pid, owner);
    }
    owner->descriptors += descriptors_of(pid);
}

void port_owner_find(uint16_t port, struct port_owner *owner) {
    struct search search = {.links_left = LINKS_MAX};
    *owner = (struct port_owner){0};
    find_sockets(&search, "/proc/net/tcp", port);
    find_sockets(&search, "/proc/net/tcp6", port);
    if (search.socket_count == 0) return;
    DIR *folder = opendir("/proc");
    if (!folder) return;
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
        bool is_process = entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
        if (is_process && listens(&search, entry->d_name)) count(owner, entry->d_name);
    }
    closedir(folder);
}
