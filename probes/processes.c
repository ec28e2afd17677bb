/* Local processes that the target names by their pid files. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "probes/poll.h"
#include "probes/probe.h"
#include "probes/proc_file.h"
#include "probes/subject.h"

struct watched {
    const struct target_process *process; /* borrowed */
    struct subject subject;
    pid_t pid; /* 0 until one was seen */
    struct proc_sight sight;
    uint64_t seen_ns;
    uint64_t counted_ns; /* when its descriptors were counted; 0 for never */
};

struct processes {
    struct probe_context *context; /* borrowed */
    struct poll poll;
    uint32_t count;
    struct watched watched[TARGET_PROCESSES_MAX];
};

static void on_due(void *owner);

static void *start(struct probe_context *context) {
    const struct target *target = context->target;
    if (target->process_count == 0) return NULL;
    struct processes *processes = memory_new(sizeof *processes);
    processes->context = context;
    processes->count = target->process_count;
    for (uint32_t i = 0; i < processes->count; i++) {
        const struct target_process *process = &target->processes[i];
        struct watched *watched = &processes->watched[i];
        watched->process = process;
        subject_init(
            &watched->subject, context, PART_PROCESS, process->track, process->name);
    }
    poll_start(&processes->poll, context, target->poll_health_ns, on_due, processes);
    return processes;
}

static void stop(void *probe) {
    struct processes *processes = probe;
    poll_stop(&processes->poll);
    free(processes);
}

const struct probe_type processes_probe = {"processes", start, stop};

/* "pid 4711, 41.0M, cpu 3.1%, 12 files" */
static void describe(
    const struct watched *watched, const struct proc_sight *now, struct text *words) {
    text_addf(words, "pid %d, ", (int)watched->pid);
    units_add_bytes(words, now->resident_bytes);
    bool same = watched->sight.start_ticks == now->start_ticks;
    double seconds = (double)(loop_clock_ns() - watched->seen_ns) / (double)NS_PER_S;
    if (same && watched->seen_ns > 0 && seconds > 0) {
        text_add(words, ", cpu ");
        units_add_percent(words, (now->cpu_s - watched->sight.cpu_s) / seconds);
        text_add(words, "%");
    }
    if (!isnan(now->descriptors)) text_addf(words, ", %.0f files", now->descriptors);
}

static void tell(struct watched *watched, const struct proc_sight *now) {
    struct subject *subject = &watched->subject;
    if (now->state == 'Z' || now->state == 'X') {
        subject_say(subject, PART_BAD, "pid %d has ended", (int)watched->pid);
        return;
    }
    if (now->state == 'T' || now->state == 't') {
        subject_say(subject, PART_BAD, "pid %d is stopped", (int)watched->pid);
        return;
    }
    char data[STATE_DETAIL_SIZE];
    struct text words = TEXT_IN(data);
    describe(watched, now, &words);
    subject_say(subject, PART_OK, "%s", data);
}

/* At most once a second: it is all that costs something. */
static void count_descriptors(struct watched *watched, struct proc_sight *now) {
    uint64_t now_ns = loop_clock_ns();
    now->descriptors = watched->sight.descriptors;
    if (watched->counted_ns > 0 && now_ns - watched->counted_ns < NS_PER_S) return;
    now->descriptors = proc_count_descriptors(watched->pid);
    watched->counted_ns = now_ns;
}

static void look(struct watched *watched) {
    struct subject *subject = &watched->subject;
    struct error err;
    struct proc_sight now;
    pid_t pid = 0;
    subject_ask(subject);
    if (!proc_read_pid(watched->process->pid_file, &pid, &err)) {
        subject_say(subject, PART_BAD, "its pid file: %s", err.message);
        return;
    }
    bool other = pid != watched->pid;
    watched->pid = pid;
    if (!proc_look(pid, &now, &err)) {
        bool gone = err.code == ERROR_NOT_FOUND;
        subject_say(
            subject, PART_BAD, "pid %d %s", (int)pid, gone ? "is gone" : err.message);
        return;
    }
    if (other || now.start_ticks != watched->sight.start_ticks) {
        if (watched->seen_ns > 0) {
            probe_note(
                subject->context, NOTE_WARN, "restart", "%s restarted as pid %d",
                subject->part.name, (int)pid);
        }
        watched->seen_ns = watched->counted_ns = 0;
    }
    count_descriptors(watched, &now);
    tell(watched, &now);
    watched->sight = now;
    watched->seen_ns = loop_clock_ns();
}

static void on_due(void *owner) {
    struct processes *processes = owner;
    for (uint32_t i = 0; i < processes->count; i++) look(&processes->watched[i]);
    poll_done(&processes->poll, true);
}
