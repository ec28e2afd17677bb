/* SPDX-License-Identifier: MIT */
#include "control/predecessor.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NAME_SIZE = 32, PATH_SIZE = 32, END_MS = 3000 };

static bool read_name(const char *path, char name[NAME_SIZE]) {
    FILE *file = fopen(path, "re");
    if (!file) return false;
    bool is_read = fgets(name, NAME_SIZE, file) != NULL;
    fclose(file);
    return is_read;
}

static bool is_controller(pid_t pid) {
    char path[PATH_SIZE], its[NAME_SIZE], ours[NAME_SIZE];
    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    return read_name(path, its) && read_name("/proc/self/comm", ours) &&
           strcmp(its, ours) == 0;
}

void predecessor_end(pid_t pid) {
    if (pid <= 0 || pid == getpid()) return;
    /* From here on it cannot mean somebody else. pidfd_open(2) */
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    if (process < 0) return;
    struct pollfd end = {.fd = process, .events = POLLIN};
    if (is_controller(pid) &&
        syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0) == 0) {
        poll(&end, 1, END_MS);
    }
    close(process);
}
