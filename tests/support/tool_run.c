/* SPDX-License-Identifier: MIT */
#include "support/tool_run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/life.h"

enum { WORDS_MAX = 8, LINE_SIZE = 256, KIBIBYTES = 1024 };

static const double stolen_most = 0.08, foreign_most = 0.12;

void tool_start(
    struct test_process *process, const char *command, const char *const *words,
    const char *log) {
    const char *args[WORDS_MAX + 5] = {"sh", "-c", command, "sh"};
    for (unsigned i = 0; words[i]; i++) {
        ensure(i < WORDS_MAX);
        args[4 + i] = words[i];
    }
    test_process_start(process, args, log);
}

static double seconds_of(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

struct tool_use tool_wait(struct test_process *process, uint64_t limit_ns) {
    int status = 0;
    struct rusage usage = {0};
    if (!process_ends(process->pid, (int)(limit_ns / NS_PER_MS))) {
        kill(process->pid, SIGKILL);
    }
    pid_t ended = wait4(process->pid, &status, 0, &usage);
    ensure(ended == process->pid);
    process->pid = 0;
    return (struct tool_use){
        .code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
        .cpu_s = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
        .rss_mib = (double)usage.ru_maxrss / KIBIBYTES};
}

struct tool_use tool_run(
    const char *command, const char *const *words, const char *log, uint64_t limit_ns) {
    struct test_process process;
    tool_start(&process, command, words, log);
    return tool_wait(&process, limit_ns);
}

/* The columns of proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal.
 * The kernel's own work for devices is in nobody's account. */
static struct processor_time read_columns(const char *columns) {
    double values[8] = {0};
    char *end = NULL;
    for (unsigned i = 0; i < 8; i++) {
        values[i] = strtod(columns, &end) / (double)sysconf(_SC_CLK_TCK);
        columns = end;
    }
    return (struct processor_time){
        .own_s = values[0] + values[1] + values[2], .stolen_s = values[7]};
}

struct processor_time processor_time_of(const cpu_set_t *set) {
    struct processor_time time = {0};
    char line[LINE_SIZE];
    FILE *file = fopen("/proc/stat", "re");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, "cpu", 3) != 0 || line[3] == ' ') continue;
        char *columns = NULL;
        unsigned long number = strtoul(line + 3, &columns, 10);
        if (CPU_ISSET(number, set)) time = read_columns(columns);
    }
    if (file) fclose(file);
    return time;
}

bool processor_was_quiet(
    struct processor_time before, struct processor_time after, double measured_s,
    double took_s) {
    double stolen_s = after.stolen_s - before.stolen_s;
    double foreign_s = after.own_s - before.own_s - measured_s;
    return stolen_s < stolen_most * took_s && foreign_s < foreign_most * took_s;
}
