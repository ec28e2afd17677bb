/* SPDX-License-Identifier: MIT */
#include "support/family.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/scan.h"
#include "base/text.h"
#include "support/life.h"

enum { LEAVE_LIMIT_MS = 20000, LISTENING_MAX = 4096 };

/* Every process of the machine with its parent, as one look at /proc. */
struct kin {
    pid_t pid, parent;
};
enum { KIN_MAX = 8192 };

static bool read_kin(pid_t pid, struct kin *kin) {
    char path[64], words[512];
    struct text text = TEXT_IN(path);
    text_addf(&text, "/proc/%d/stat", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : read(file, words, sizeof words - 1);
    if (file >= 0) close(file);
    if (got <= 0) return false;
    words[got] = '\0';
    const char *after = strrchr(words, ')'); /* the name may hold anything */
    if (!after || strlen(after) < 5) return false;
    *kin = (struct kin){pid, (pid_t)strtol(after + 4, NULL, 10)};
    return true;
}

static size_t list_kin(struct kin *all) {
    size_t count = 0;
    DIR *folder = opendir("/proc");
    ensure(folder);
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL && count < KIN_MAX) {
        uint64_t pid = 0;
        if (!slice_u64(slice_of(entry->d_name), &pid)) continue;
        if (read_kin((pid_t)pid, &all[count])) count++;
    }
    closedir(folder);
    return count;
}

static bool is_member(const struct family *family, pid_t pid) {
    for (size_t i = 0; i < family->count; i++) {
        if (family->members[i].pid == pid) return true;
    }
    return false;
}

static bool adopt(struct family *family, pid_t pid) {
    int life = life_of(pid);
    if (life < 0) return false;
    ensure(family->count < FAMILY_MEMBERS_MAX);
    family->members[family->count].pid = pid;
    family->members[family->count++].life = life;
    return true;
}

/* The inode of a listening socket, 0 for a line of /proc/net/tcp that is none. */
static uint64_t listening_inode(struct slice line) {
    struct scan scan = scan_of(line);
    struct slice word;
    uint64_t inode = 0;
    for (unsigned i = 0; scan_word(&scan, &word); i++) {
        if (i == 3 && !slice_equals(word, "0A")) return 0;
        if (i == 9) return slice_u64(word, &inode) ? inode : 0;
    }
    return 0;
}

/* Everything that listens on TCP now. */
struct listening {
    size_t count;
    uint64_t inodes[LISTENING_MAX];
};

static void list_listening(struct listening *listening) {
    FILE *file = fopen("/proc/net/tcp", "re");
    char words[512];
    listening->count = 0;
    while (file && fgets(words, sizeof words, file)) {
        uint64_t inode = listening_inode(slice_of(words));
        if (inode == 0) continue;
        ensure(listening->count < LISTENING_MAX);
        listening->inodes[listening->count++] = inode;
    }
    if (file) fclose(file);
}

static bool listens(const struct listening *listening, uint64_t inode) {
    for (size_t i = 0; i < listening->count; i++) {
        if (listening->inodes[i] == inode) return true;
    }
    return false;
}

static uint64_t socket_behind(const char *path) {
    char link[64];
    ssize_t length = readlink(path, link, sizeof link - 1);
    uint64_t inode = 0;
    if (length <= 0) return 0;
    struct scan scan = scan_of((struct slice){link, (size_t)length});
    if (!scan_literal(&scan, "socket:[")) return 0;
    return slice_u64(scan_until(&scan, ']'), &inode) ? inode : 0;
}

static void look_at_sockets(
    struct family *family, pid_t pid, const struct listening *listening) {
    char path[64];
    struct text text = TEXT_IN(path);
    text_addf(&text, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    const struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL) {
        text_reset(&text);
        text_addf(&text, "/proc/%d/fd/%s", (int)pid, entry->d_name);
        uint64_t inode = socket_behind(path);
        if (inode == 0 || !listens(listening, inode)) continue;
        ensure(family->socket_count < FAMILY_SOCKETS_MAX);
        family->sockets[family->socket_count++] = inode;
    }
    if (folder) closedir(folder);
}

size_t family_look(struct family *family, pid_t head) {
    static const size_t rounds = 8; /* of parents and children */
    struct kin *all = memory_new_array(KIN_MAX, sizeof *all);
    struct listening *listening = memory_new(sizeof *listening);
    list_listening(listening);
    size_t count = list_kin(all);
    if (!is_member(family, head)) ensure(adopt(family, head));
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            bool known = is_member(family, all[i].pid);
            if (known || !is_member(family, all[i].parent)) continue;
            if (!adopt(family, all[i].pid)) continue;
            look_at_sockets(family, all[i].pid, listening);
        }
    }
    free(all);
    free(listening);
    return family->count;
}

static int64_t clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool family_ends(const struct family *family) {
    int64_t start_ms = clock_ms();
    for (size_t i = 0; i < family->count; i++) {
        int64_t left_ms = LEAVE_LIMIT_MS - (clock_ms() - start_ms);
        if (life_ends(family->members[i].life, left_ms > 0 ? (int)left_ms : 0)) {
            continue;
        }
        fprintf(stderr, "process %d stays\n", (int)family->members[i].pid);
        return false;
    }
    return true;
}

bool family_is_silent(const struct family *family) {
    struct listening *listening = memory_new(sizeof *listening);
    list_listening(listening);
    size_t open = 0;
    for (size_t i = 0; i < family->socket_count; i++) {
        open += listens(listening, family->sockets[i]);
    }
    free(listening);
    if (open > 0) fprintf(stderr, "%zu ports stay open\n", open);
    return open == 0;
}

void family_clear(struct family *family) {
    for (size_t i = 0; i < family->count; i++) close(family->members[i].life);
    *family = (struct family){0};
}
