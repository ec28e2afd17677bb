/* SPDX-License-Identifier: MIT */
#include "cockpit.h"

#include <stdio.h>

#include "base/text.h"
#include "base/units.h"
#include "claim.h"
#include "core/exit_code.h"
#include "io/folders.h"
#include "io/loop.h"
#include "load_seat.h"
#include "operator.h"
#include "session.h"
#include "smoke_run.h"

/* How often it is looked whether the target still is ours. */
#define LOOK_EVERY_NS NS_PER_S
/* What runs has so long to end when the operator leaves. */
#define LEAVE_NS (2 * NS_PER_S)

enum { WORDS_SIZE = ERROR_MESSAGE_SIZE + 32 };

struct cockpit {
    const struct cockpit_options *options; /* borrowed */
    struct loop *loop;
    struct session *session;
    struct smoke_run *smoke;
    struct load_seat *load;
    struct loop_timer *disarm;  /* while armed */
    struct loop_timer *look;    /* while the target is ours */
    struct loop_timer *leaving; /* until then, what runs may end */
    struct claim claim;         /* while armed, or while something of ours runs */
    char user[STATE_NAME_SIZE];
    char recordings[FOLDER_PATH_SIZE];
};

static void publish_armed(struct cockpit *cockpit, bool armed) {
    struct event event = {.kind = EVENT_ARMED, .armed = {.armed = armed}};
    if (armed) event.armed.until_ns = loop_clock_ns() + cockpit->options->arm_for_ns;
    text_copy_cut(event.armed.who, sizeof event.armed.who, cockpit->user);
    session_publish(cockpit->session, &event);
}

static void release(struct cockpit *cockpit) {
    loop_timer_free(cockpit->look);
    cockpit->look = NULL;
    claim_release(&cockpit->claim);
}

static bool something_runs(const struct cockpit *cockpit) {
    return smoke_run_is_active(cockpit->smoke) || load_seat_is_active(cockpit->load);
}

static void stop_all(struct cockpit *cockpit) {
    smoke_run_stop(cockpit->smoke);
    load_seat_stop(cockpit->load);
}

/* What runs still acts: the target is given back when that has ended. */
static void end_arming(
    struct cockpit *cockpit, enum note_level level, const char *words) {
    loop_timer_free(cockpit->disarm);
    cockpit->disarm = NULL;
    if (!something_runs(cockpit)) release(cockpit);
    publish_armed(cockpit, false);
    session_note(cockpit->session, level, "arm", words);
}

static void on_disarm(void *owner, uint64_t now_ns) {
    struct cockpit *cockpit = owner;
    (void)now_ns;
    cockpit->disarm = NULL;
    end_arming(cockpit, NOTE_INFO, "disarmed: the time is over");
}

static void add_name(struct text *text, const struct lock_holder *who) {
    const char *name = who->holder[0] ? who->holder : "somebody";
    text_addf(text, "%s on %s (pid %d)", name, who->host, (int)who->pid);
}

/* Somebody has taken the target over: nothing of ours goes out any more. */
static void lose(struct cockpit *cockpit, const struct lock_holder *who) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    bool runs = something_runs(cockpit);
    text_add(&text, cockpit->disarm ? "disarmed: " : "");
    add_name(&text, who);
    text_addf(&text, " took the target over%s", runs ? "; the run is stopped" : "");
    release(cockpit);
    stop_all(cockpit);
    if (cockpit->disarm) {
        end_arming(cockpit, NOTE_BAD, words);
    } else {
        session_note(cockpit->session, NOTE_BAD, "arm", words);
    }
    session_notify(cockpit->session, words);
}

/* Whether the target still is ours; if not, that is dealt with. */
static bool look(struct cockpit *cockpit) {
    struct lock_holder who;
    if (!claim_is_lost(&cockpit->claim, &who)) return true;
    lose(cockpit, &who);
    return false;
}

static void on_look(void *owner, uint64_t now_ns) {
    (void)now_ns;
    look(owner);
}

static void refuse(struct cockpit *cockpit, const char *what, const struct error *err) {
    char words[ERROR_MESSAGE_SIZE + 32];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%s: %s", what, err->message);
    session_notify(cockpit->session, words);
    session_note(cockpit->session, NOTE_WARN, "arm", words);
}

static void note_armed(struct cockpit *cockpit, const struct lock_holder *from) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, "armed");
    if (from->pid != 0) {
        text_add(&text, ": taken over from ");
        add_name(&text, from);
    }
    session_note(cockpit->session, NOTE_WARN, "arm", words);
}

/* Arms, or keeps armed: the time starts again. `epoch` as in ui_request. */
static void arm(struct cockpit *cockpit, uint64_t epoch) {
    struct error err = {0};
    struct claim *claim = &cockpit->claim;
    struct lock_holder from = {0};
    bool held =
        epoch ? claim_take_over(claim, epoch, &from, &err) : claim_hold(claim, &err);
    if (!held) {
        release(cockpit);
        refuse(cockpit, "not armed", &err);
        return;
    }
    if (!cockpit->disarm) note_armed(cockpit, &from);
    if (!cockpit->look) {
        cockpit->look = loop_every(cockpit->loop, LOOK_EVERY_NS, on_look, cockpit);
    }
    loop_timer_free(cockpit->disarm);
    cockpit->disarm =
        loop_after(cockpit->loop, cockpit->options->arm_for_ns, on_disarm, cockpit);
    publish_armed(cockpit, true);
}

static void disarm(struct cockpit *cockpit) {
    if (cockpit->disarm) end_arming(cockpit, NOTE_INFO, "disarmed");
}

/* Whether something may start now: armed, and the target still is ours. */
static bool may_start(struct cockpit *cockpit) {
    struct error err = {0};
    if (!cockpit->disarm) {
        session_notify(cockpit->session, "this acts: arm first, with A");
        return false;
    }
    if (!look(cockpit)) return false;
    if (claim_hold(&cockpit->claim, &err)) return true;
    refuse(cockpit, "not started", &err);
    disarm(cockpit);
    return false;
}

static void start_smoke(struct cockpit *cockpit) {
    struct error err = {0};
    if (!may_start(cockpit)) return;
    if (!smoke_run_start(cockpit->smoke, &err)) {
        session_notify(cockpit->session, err.message);
    } else {
        arm(cockpit, 0);
    }
}

static void start_load(struct cockpit *cockpit, const char *scenario) {
    struct error err = {0};
    if (!may_start(cockpit)) return;
    if (!load_seat_start(cockpit->load, scenario, &err)) {
        session_notify(cockpit->session, err.message);
    } else {
        arm(cockpit, 0);
    }
}

/* Less goes back to safety: it needs no arming. */
static void change_load(struct cockpit *cockpit, const char *level, bool more) {
    char words[ERROR_MESSAGE_SIZE];
    struct text text = TEXT_IN(words);
    struct error err = {0};
    if (more && !may_start(cockpit)) return;
    if (!load_seat_set_level(cockpit->load, level, &err)) {
        session_notify(cockpit->session, err.message);
        return;
    }
    if (more) arm(cockpit, 0);
    text_addf(&text, "%s: %s from now on", more ? "more" : "fewer", level);
    session_note(cockpit->session, NOTE_INFO, "load", words);
}

static void on_request(void *owner, const struct ui_request *request) {
    struct cockpit *cockpit = owner;
    if (request->command == COMMAND_ARM) {
        if (request->on) {
            arm(cockpit, request->epoch);
        } else {
            disarm(cockpit);
        }
    } else if (request->command == COMMAND_SMOKE) {
        start_smoke(cockpit);
    } else if (request->command == COMMAND_STOP) {
        stop_all(cockpit);
    } else if (request->command == COMMAND_LOAD) {
        start_load(cockpit, request->argument);
    } else if (request->command == COMMAND_LOAD_MORE) {
        change_load(cockpit, request->argument, true);
    } else if (request->command == COMMAND_LOAD_LESS) {
        change_load(cockpit, request->argument, false);
    }
}

static const struct load_menu *menu_of_load(void *owner) {
    struct cockpit *cockpit = owner;
    return load_seat_menu(cockpit->load);
}

static const struct action_plan *plan_of_smoke(void *owner) {
    struct cockpit *cockpit = owner;
    return smoke_run_plan(cockpit->smoke);
}

static bool find_holder(void *owner, struct target_holder *holder) {
    const struct cockpit *cockpit = owner;
    struct lock_holder who;
    if (!claim_is_elsewhere(&cockpit->claim, &who)) return false;
    *holder = (struct target_holder){
        .pid = who.pid, .since_ms = who.since_ms, .epoch = who.epoch};
    text_copy_cut(holder->name, sizeof holder->name, who.holder);
    text_copy_cut(holder->host, sizeof holder->host, who.host);
    text_copy_cut(holder->purpose, sizeof holder->purpose, who.purpose);
    return true;
}

/* Asked right before each request that acts: a look every second is not enough. */
static bool may_act(void *owner) {
    const struct cockpit *cockpit = owner;
    struct lock_holder who;
    return cockpit->claim.lock && !claim_is_lost(&cockpit->claim, &who);
}

/* The target is given back once nothing of ours acts on it any more. */
static void after_run(void *owner) {
    struct cockpit *cockpit = owner;
    bool ours = look(cockpit);
    if (cockpit->leaving && !something_runs(cockpit)) loop_stop(cockpit->loop);
    if (ours && !cockpit->disarm && !something_runs(cockpit)) release(cockpit);
}

static void on_run_event(void *owner, const struct event *event) {
    struct cockpit *cockpit = owner;
    struct event copy = *event;
    session_publish(cockpit->session, &copy);
}

static void on_smoke_unrecorded(void *owner, const struct error *err) {
    struct cockpit *cockpit = owner;
    char words[ERROR_MESSAGE_SIZE + 32];
    struct text text = TEXT_IN(words);
    text_addf(&text, "not in the history: %s", err->message);
    session_note(cockpit->session, NOTE_BAD, "smoke", words);
}

static void on_smoke_done(
    void *owner, const struct smoke_result *result, const struct error *err) {
    struct cockpit *cockpit = owner;
    char words[ERROR_MESSAGE_SIZE];
    struct text text = TEXT_IN(words);
    after_run(cockpit);
    if (!result) {
        text_addf(&text, "not started: %s", err->message);
        session_note(cockpit->session, NOTE_BAD, "smoke", words);
        session_notify(cockpit->session, words);
        return;
    }
    text_addf(
        &text, "%s: %u passed, %u failed", verdict_name(result->verdict),
        result->passed, result->failed + result->errors);
    bool passed = result->verdict == VERDICT_PASS;
    session_note(cockpit->session, passed ? NOTE_OK : NOTE_BAD, "smoke", words);
    if (err->code == ERROR_NONE) return;
    text_reset(&text);
    text_addf(&text, "its end is not in the history: %s", err->message);
    session_note(cockpit->session, NOTE_BAD, "smoke", words);
}

static const struct model *model_of(void *owner) {
    const struct cockpit *cockpit = owner;
    return session_model(cockpit->session);
}

static void on_load_word(void *owner, enum note_level level, const char *words) {
    struct cockpit *cockpit = owner;
    session_note(cockpit->session, level, "load", words);
    if (level == NOTE_BAD) session_notify(cockpit->session, words);
}

static const char *recordings_folder(struct cockpit *cockpit) {
    struct error err;
    char state[FOLDER_PATH_SIZE];
    if (!folder_state(state, &err)) return NULL;
    struct text text = TEXT_IN(cockpit->recordings);
    text_addf(&text, "%s/recordings", state);
    return folder_make(cockpit->recordings, &err) ? cockpit->recordings : NULL;
}

static bool start(struct cockpit *cockpit, struct restore *restore, struct error *err) {
    const struct cockpit_options *options = cockpit->options;
    const struct session_options session = {
        .target = options->target,
        .user = cockpit->user,
        .recordings = recordings_folder(cockpit),
        .stage = {.theme = options->theme, .color = options->color, .restore = restore},
    };
    const struct session_owner owner = {
        .on_request = on_request,
        .smoke = plan_of_smoke,
        .load = menu_of_load,
        .holder = find_holder,
        .owner = cockpit,
    };
    const struct smoke_run_options smoke = {
        .target = options->target,
        .redactor = options->redactor,
        .checks = options->checks,
        .user = cockpit->user,
        .may_act = may_act,
        .on_event = on_run_event,
        .on_unrecorded = on_smoke_unrecorded,
        .on_done = on_smoke_done,
        .owner = cockpit,
    };
    const struct load_seat_options load = {
        .target = options->target,
        .redactor = options->redactor,
        .folders = &options->scenarios,
        .user = cockpit->user,
        .model = model_of,
        .on_event = on_run_event,
        .on_word = on_load_word,
        .on_done = after_run,
        .owner = cockpit,
    };
    cockpit->smoke = smoke_run_new(cockpit->loop, &smoke);
    cockpit->load = load_seat_new(cockpit->loop, &load);
    cockpit->session = session_new(cockpit->loop, &session, &owner, err);
    return cockpit->session != NULL;
}

static void on_late(void *owner, uint64_t now_ns) {
    struct cockpit *cockpit = owner;
    (void)now_ns;
    cockpit->leaving = NULL;
    loop_stop(cockpit->loop);
}

/* What was meant has its end in the history before nobody is left to write it. Answers are
 * not waited for, and whoever wants to leave once more does. */
static void end_runs(struct cockpit *cockpit) {
    if (!something_runs(cockpit)) return;
    for (unsigned i = 0; i < 2; i++) stop_all(cockpit);
    cockpit->leaving = loop_after(cockpit->loop, LEAVE_NS, on_late, cockpit);
    session_run(cockpit->session);
    loop_timer_free(cockpit->leaving);
}

int cockpit_run(const struct cockpit_options *options, struct restore *restore) {
    struct cockpit cockpit = {.options = options, .loop = loop_new()};
    struct error err = {0};
    operator_name(cockpit.user);
    cockpit.claim =
        (struct claim){.target = options->target->name, .user = cockpit.user};
    int code = EXIT_CODE_USAGE;
    bool started = start(&cockpit, restore, &err);
    if (started) code = session_run(cockpit.session);
    if (started) end_runs(&cockpit);
    loop_timer_free(cockpit.disarm);
    smoke_run_free(cockpit.smoke);
    load_seat_free(cockpit.load);
    release(&cockpit);
    session_free(cockpit.session);
    loop_free(cockpit.loop);
    if (!started) fprintf(stderr, "flightdeck: %s\n", err.message);
    return code;
}
