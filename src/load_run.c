/* SPDX-License-Identifier: MIT */
#include "load_run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "core/load_aim.h"
#include "history/history.h"
#include "io/loop.h"
#include "load_record.h"
#include "load_source.h"

struct load_run {
    struct loop *loop; /* borrowed */
    struct load_run_options options;
    struct scenario *scenario; /* with the target and the run filled in */
    struct load_outcome result;
    struct load_course *course;
    char program[LOAD_PROGRAM_SIZE];
    struct history *history;
    struct run_record record;
    struct load_source *load; /* while generators run */
    struct loop_timer *limit; /* of the whole */
    bool recorded;            /* the intent is in the history */
    struct error refusal;     /* why it could not begin */
    unsigned wishes;          /* how often its end was wished for */
    unsigned reports;         /* of the running second */
    unsigned silent; /* reports in a row with nothing but failures to get through */
    bool answered;   /* the target has, at least once */
};

static void on_committed(void *owner, const struct error *err);
static void on_start(void *owner, const struct load_ready *notes);
static void on_report(void *owner, const struct load_report *report);
static void on_finish(void *owner, const struct load_finish *finish);
static void on_wait(void *owner, const char *words);
static void on_limit(void *owner, uint64_t now_ns);
static void on_recorded(void *owner, const struct error *err);

static void fill_plan(struct load_run *run) {
    struct load_plan *plan = &run->scenario->plan;
    text_copy(plan->run, sizeof plan->run, run->record.id_string);
    loop_random(&plan->seed, sizeof plan->seed);
    plan->report_ns = LOAD_RUN_REPORT_NS;
}

static void fill_result(struct load_run *run) {
    struct load_outcome *result = &run->result;
    const struct target *target = run->options.target;
    struct text url = TEXT_IN(result->url);
    redact_add_url(&url, target->url);
    text_copy(result->run, sizeof result->run, run->record.id_string);
    text_copy(result->target, sizeof result->target, target->name);
    result->class = target->class;
    result->workers = run->options.workers;
    result->course = run->course;
    scenario_hash(run->scenario, result->scenario_hash);
}

static bool prepare(struct load_run *run, struct error *err) {
    struct load_target *aim = &run->scenario->plan.target;
    bool here = !run->options.split;
    if ((here && !load_source_program(run->program, err)) ||
        !load_aim(run->options.target, aim, err)) {
        return false;
    }
    run->record = (struct run_record){
        .kind = RUN_LOAD,
        .acts = true,
        .type = "load",
        .target = run->options.target->name,
        .user = run->options.user,
        .scenario = run->scenario->name,
        .scenario_hash = run->result.scenario_hash,
    };
    run_record_name(&run->record);
    fill_plan(run);
    fill_result(run);
    return load_plan_check(&run->scenario->plan, err);
}

struct load_run *load_run_start(
    struct loop *loop, const struct load_run_options *options, struct error *err) {
    struct load_run *run = memory_new(sizeof *run);
    run->loop = loop;
    run->options = *options;
    run->scenario = memory_new(sizeof *run->scenario);
    *run->scenario = *options->scenario;
    run->course = load_course_new(run->scenario);
    if (!prepare(run, err)) {
        load_run_free(run);
        return NULL;
    }
    load_record_before(&run->result);
    run->history = history_new(loop, "");
    load_record_begin(&run->record, run->history, &run->result, on_committed, run);
    return run;
}

void load_run_free(struct load_run *run) {
    if (!run) return;
    loop_timer_free(run->limit);
    load_source_free(run->load);
    history_free(run->history);
    load_course_free(run->course);
    explicit_bzero(run->scenario, sizeof *run->scenario);
    free(run->scenario);
    free(run);
}

const struct load_course *load_run_course(const struct load_run *run) {
    return run->course;
}

const struct load_outcome *load_run_outcome(const struct load_run *run) {
    return &run->result;
}

void load_run_set_level(struct load_run *run, double level) {
    if (run->load) load_source_set_level(run->load, level);
}

static void stop(struct load_run *run, enum load_stop why, const char *detail) {
    if (run->result.stop == LOAD_STOP_NONE) {
        run->result.stop = why;
        safe_text_copy(run->result.detail, sizeof run->result.detail, slice_of(detail));
    }
    if (run->load) load_source_stop(run->load);
}

void load_run_stop(struct load_run *run) {
    run->wishes++;
    stop(run, LOAD_STOP_PERSON, "");
    if (run->wishes > 1 && run->load) load_source_cut(run->load);
}

static void give_up(struct load_run *run, const struct error *err) {
    run->options.on_done(run->options.owner, NULL, err);
}

static void on_refusal_recorded(void *owner, const struct error *err) {
    struct load_run *run = owner;
    (void)err; /* why it could not begin says more */
    give_up(run, &run->refusal);
}

/* It was meant, and it could not be: the history has that, too. */
static void refuse(struct load_run *run, const struct error *err) {
    struct load_judgement *judgement = &run->result.judgement;
    run->refusal = *err;
    run->result.ended_ms = loop_wall_ms();
    judgement->verdict = VERDICT_ERROR;
    text_copy_cut(judgement->reason, sizeof judgement->reason, err->message);
    if (run->recorded) {
        load_record_end(
            &run->record, run->history, &run->result, on_refusal_recorded, run);
    } else {
        give_up(run, &run->refusal);
    }
}

/* The intent is on disk; only now may anything be sent. */
static void on_committed(void *owner, const struct error *err) {
    struct load_run *run = owner;
    struct error failed;
    run->recorded = err->code == ERROR_NONE;
    if (!run->recorded) {
        if (run_record_is_needed(&run->record, run->options.target->class)) {
            give_up(run, err);
            return;
        }
        run->options.on_unrecorded(run->options.owner, err);
    }
    const struct load_options options = {
        .program = run->program,
        .plan = &run->scenario->plan,
        .workers = run->options.workers,
        .stderr_fd = run->options.quiet ? -1 : STDERR_FILENO,
        .on_start = on_start,
        .on_report = on_report,
        .on_finish = on_finish,
        .owner = run,
    };
    run->result.started_ms = loop_wall_ms();
    run->load =
        load_source_start(run->loop, &options, run->options.split, on_wait, &failed);
    if (!run->load) {
        refuse(run, &failed);
        return;
    }
    if (run->options.limit_ns > 0) {
        run->limit = loop_after(run->loop, run->options.limit_ns, on_limit, run);
    }
    if (run->wishes > 0) load_source_stop(run->load);
}

static void on_limit(void *owner, uint64_t now_ns) {
    struct load_run *run = owner;
    (void)now_ns;
    run->limit = NULL;
    stop(run, LOAD_STOP_TIME, "");
}

static void on_wait(void *owner, const char *words) {
    const struct load_run *run = owner;
    if (run->options.on_wait) run->options.on_wait(run->options.owner, words);
}

static void on_start(void *owner, const struct load_ready *notes) {
    struct load_run *run = owner;
    run->result.started_ms = loop_wall_ms();
    if (run->options.on_start) run->options.on_start(run->options.owner, notes);
}

/* Whether nobody is there: requests ended, and not one of them with an answer. */
static bool is_silent(const struct load_report *report, bool *refused) {
    uint64_t ended = 0;
    uint64_t answers = 0;
    for (uint32_t i = 0; i < report->row_count; i++) {
        const struct load_row *row = &report->rows[i];
        ended += row->done;
        for (unsigned class = 1; class <= 6; class ++) {
            answers += load_row_class(row, class);
        }
        if (row->failures[LOAD_FAILURE_CONNECT] > 0) *refused = true;
    }
    return ended > 0 && answers == 0;
}

/* Within two seconds: a connection that is refused
 * says it at once, others may have been unlucky. */
static void look_for_death(struct load_run *run, const struct load_report *report) {
    bool refused = false;
    uint64_t ended = 0;
    for (uint32_t i = 0; i < report->row_count; i++) ended += report->rows[i].done;
    /* What could not even be asked has not kept silent. */
    if (ended == 0 || report->health.starved > 0) return;
    if (!is_silent(report, &refused)) {
        run->answered = true;
        run->silent = 0;
        return;
    }
    run->silent++;
    if (!refused && run->silent < 2) return;
    stop(run, run->answered ? LOAD_STOP_DIED : LOAD_STOP_UNREACHED, "");
}

static void end_second(struct load_run *run) {
    run->reports = 0;
    if (run->options.around) {
        run->course->around = run->options.around(run->options.owner);
    }
    load_course_on_second(run->course);
    const struct gate_watch *abort = load_course_abort(run->course);
    if (abort) stop(run, LOAD_STOP_GATE, abort->gate.words);
    if (run->options.on_second) {
        run->options.on_second(run->options.owner, run->course);
    }
}

static void on_report(void *owner, const struct load_report *report) {
    struct load_run *run = owner;
    load_course_on_report(run->course, report);
    look_for_death(run, report);
    if (++run->reports == LOAD_RUN_REPORTS_PER_S) end_second(run);
}

static void take_finish(struct load_run *run, const struct load_finish *finish) {
    if (finish->missing) {
        run->result.stop = LOAD_STOP_NONE;
        stop(run, LOAD_STOP_MISSING, finish->words);
    } else if (finish->lost) {
        run->result.stop = LOAD_STOP_NONE; /* what was lost counts more */
        stop(run, LOAD_STOP_LOST, finish->words);
    } else if (finish->end == LOAD_ENDED_UNREACHED && !run->answered) {
        run->result.stop = LOAD_STOP_NONE;
        stop(run, LOAD_STOP_UNREACHED, finish->words);
    } else if (finish->end == LOAD_ENDED_REQUESTS) {
        stop(run, LOAD_STOP_REQUESTS, "");
    } else if (finish->end == LOAD_ENDED_SIGNAL) {
        stop(run, LOAD_STOP_PERSON, finish->words);
    }
}

static void on_finish(void *owner, const struct load_finish *finish) {
    struct load_run *run = owner;
    const struct load_finish how = *finish; /* it goes with the load */
    struct error refused;
    if (run->reports > 0) end_second(run);
    load_source_free(run->load);
    run->load = NULL;
    loop_timer_free(run->limit);
    run->limit = NULL;
    if (how.end == LOAD_ENDED_REFUSED) {
        error_set(&refused, ERROR_USAGE, "%s", how.words);
        refuse(run, &refused);
        return;
    }
    take_finish(run, &how);
    run->result.ended_ms = loop_wall_ms();
    load_judge(
        run->course, run->result.stop, run->result.detail, &run->result.judgement);
    if (run->recorded) {
        load_record_end(&run->record, run->history, &run->result, on_recorded, run);
    } else {
        static const struct error none = {0};
        on_recorded(run, &none);
    }
}

static void on_recorded(void *owner, const struct error *err) {
    struct load_run *run = owner;
    run->options.on_done(run->options.owner, &run->result, err);
}
