/* Local processes that the target names by their pid files. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "probes/poll.h"
#include "probes/probe.h"
#include "probes/proc_file.h"
#include "probes/subject.h"

#define TOLD_AGAIN_NS (NS_PER_S / 2)
#define SOUGHT_NS     (NS_PER_S * 7 / 10) /* one that is not there */
#define NAMED_ANEW_NS NS_PER_S
#define READ_ANEW_NS  (10 * NS_PER_S) /* also when nobody seems to have written it */

struct watched {
    const struct target_process *process; /* borrowed */
    struct subject subject;
    bool shown; /* it is one of the parts: an optional one only while it is there */
    pid_t pid;  /* 0 until one was seen */
    int file;   /* of the process, for looking; -1 while there is none */
    int life;   /* tells when it ends; -1 for none */
    uint64_t sought_ns;        /* when one that is not there was looked for */
    uint64_t named_ns;         /* when the pid file was found to name it; 0 for never */
    uint64_t read_ns;          /* when it was read */
    struct proc_mark pid_file; /* as it was then */
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

static void forget(struct watched *watched) {
    if (watched->file >= 0) close(watched->file);
    if (watched->life >= 0) close(watched->life);
    watched->file = watched->life = -1;
}

static void show(struct watched *watched, struct probe_context *context) {
    if (watched->shown) return;
    const struct target_process *process = watched->process;
    watched->shown = true;
    subject_init(
        &watched->subject, context, PART_PROCESS, process->track, process->name);
}

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
        watched->file = watched->life = -1;
        if (!process->optional) show(watched, context);
    }
    poll_start(&processes->poll, context, target->poll_health_ns, on_due, processes);
    return processes;
}

static void stop(void *probe) {
    struct processes *processes = probe;
    poll_stop(&processes->poll);
    for (uint32_t i = 0; i < processes->count; i++) forget(&processes->watched[i]);
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

static bool has_ended(const struct proc_sight *now) {
    return now->state == 'Z' || now->state == 'X';
}

static bool is_stopped(const struct proc_sight *now) {
    return now->state == 'T' || now->state == 't';
}

static void tell(struct watched *watched, const struct proc_sight *now) {
    struct subject *subject = &watched->subject;
    if (has_ended(now)) {
        subject_say(subject, PART_BAD, "pid %d has ended", (int)watched->pid);
        return;
    }
    if (is_stopped(now)) {
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

/* The process that the pid file names now. */
static bool look_anew(
    struct watched *watched, struct proc_sight *now, struct error *err) {
    forget(watched);
    watched->named_ns = watched->read_ns = loop_clock_ns();
    watched->pid_file = proc_mark_of(watched->process->pid_file);
    if (!proc_read_pid(watched->process->pid_file, &watched->pid, err)) {
        if (err->code == ERROR_NOT_FOUND) {
            return error_set(err, ERROR_NOT_FOUND, "it does not run: no pid file");
        }
        return error_wrap(err, "its pid file");
    }
    if (proc_open(watched->pid, &watched->file, err) &&
        proc_look(watched->file, now, err)) {
        watched->life = proc_open_life(watched->pid);
        return true;
    }
    if (err->code != ERROR_NOT_FOUND) {
        return error_wrap(err, "pid %d", (int)watched->pid);
    }
    return error_set(err, ERROR_NOT_FOUND, "pid %d is gone", (int)watched->pid);
}

/* Whether the pid file is the one that was read. */
static bool is_still_named(struct watched *watched) {
    uint64_t now_ns = loop_clock_ns();
    if (now_ns - watched->named_ns < NAMED_ANEW_NS) return true;
    if (now_ns - watched->read_ns >= READ_ANEW_NS) return false;
    struct proc_mark mark = proc_mark_of(watched->process->pid_file);
    if (!proc_marks_equal(&mark, &watched->pid_file)) return false;
    watched->named_ns = now_ns;
    return true;
}

/* Who has ended is known at once; who was
 * replaced while still there, within a second. */
static bool look_again(struct watched *watched, struct proc_sight *now) {
    struct error err;
    if (watched->file < 0 || !is_still_named(watched)) return false;
    return proc_look(watched->file, now, &err) && !has_ended(now);
}

/* That all is well as before is told less often than it is looked at. */
static bool is_worth_telling(
    const struct watched *watched, const struct proc_sight *now) {
    return watched->subject.part.status != PART_OK || has_ended(now) ||
           is_stopped(now) || loop_clock_ns() - watched->seen_ns >= TOLD_AGAIN_NS;
}

/* Who ends in order takes its pid file along. */
static bool is_absent(const struct watched *watched) {
    return watched->process->optional &&
           access(watched->process->pid_file, F_OK) != 0 && errno == ENOENT;
}

/* Whether there is nothing to look for: it lives, and was told of a moment ago. */
static bool rests(const struct watched *watched, uint64_t now_ns) {
    if (!watched->shown) return now_ns - watched->sought_ns < SOUGHT_NS;
    return watched->subject.part.status == PART_OK &&
           now_ns - watched->seen_ns < TOLD_AGAIN_NS && !proc_has_ended(watched->life);
}

static void hide(struct watched *watched) {
    if (!watched->shown) return;
    struct subject *subject = &watched->subject;
    probe_note(
        subject->context, NOTE_INFO, "processes", "%s was stopped", subject->part.name);
    subject_gone(subject);
    forget(watched);
    watched->shown = false;
    watched->pid = 0;
    watched->seen_ns = watched->counted_ns = watched->named_ns = 0;
}

static void look(struct watched *watched) {
    struct subject *subject = &watched->subject;
    struct error err;
    struct proc_sight now = {0};
    pid_t before = watched->pid;
    subject_ask(subject);
    if (!look_again(watched, &now) && !look_anew(watched, &now, &err)) {
        subject_say(subject, PART_BAD, "%s", err.message);
        return;
    }
    bool other =
        watched->pid != before || now.start_ticks != watched->sight.start_ticks;
    if (!other && !is_worth_telling(watched, &now)) return;
    if (other) {
        if (watched->seen_ns > 0) {
            probe_note(
                subject->context, NOTE_WARN, "restart", "%s restarted as pid %d",
                subject->part.name, (int)watched->pid);
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
    uint64_t now_ns = loop_clock_ns();
    for (uint32_t i = 0; i < processes->count; i++) {
        struct watched *watched = &processes->watched[i];
        if (rests(watched, now_ns)) continue;
        watched->sought_ns = now_ns;
        if (is_absent(watched)) {
            hide(watched);
            continue;
        }
        show(watched, processes->context);
        look(watched);
    }
    poll_done(&processes->poll, true);
}
