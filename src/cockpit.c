/* SPDX-License-Identifier: MIT */
#include "cockpit.h"

#include <stdio.h>

#include "base/text.h"
#include "claim.h"
#include "core/exit_code.h"
#include "io/folders.h"
#include "io/loop.h"
#include "operator.h"
#include "session.h"
#include "smoke_run.h"

struct cockpit {
    const struct cockpit_options *options; /* borrowed */
    struct loop *loop;
    struct session *session;
    struct smoke_run *smoke;
    struct loop_timer *disarm; /* while armed */
    struct claim claim;        /* while armed, or while something of ours runs */
    char user[STATE_NAME_SIZE];
    char recordings[FOLDER_PATH_SIZE];
};

static void publish_armed(struct cockpit *cockpit, bool armed) {
    struct event event = {.kind = EVENT_ARMED, .armed = {.armed = armed}};
    if (armed) event.armed.until_ns = loop_clock_ns() + cockpit->options->arm_for_ns;
    text_copy_cut(event.armed.who, sizeof event.armed.who, cockpit->user);
    session_publish(cockpit->session, &event);
}

/* What runs still acts: the target is given back when that has ended. */
static void end_arming(struct cockpit *cockpit, const char *words) {
    loop_timer_free(cockpit->disarm);
    cockpit->disarm = NULL;
    if (!smoke_run_is_active(cockpit->smoke)) claim_release(&cockpit->claim);
    publish_armed(cockpit, false);
    session_note(cockpit->session, NOTE_INFO, "arm", words);
}

static void on_disarm(void *owner, uint64_t now_ns) {
    struct cockpit *cockpit = owner;
    (void)now_ns;
    cockpit->disarm = NULL;
    end_arming(cockpit, "disarmed: the time is over");
}

static void refuse(struct cockpit *cockpit, const char *what, const struct error *err) {
    char words[ERROR_MESSAGE_SIZE + 32];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%s: %s", what, err->message);
    session_notify(cockpit->session, words);
    session_note(cockpit->session, NOTE_WARN, "arm", words);
}

/* Arms, or keeps armed: the time starts again. */
static void arm(struct cockpit *cockpit) {
    struct error err = {0};
    if (!claim_hold(&cockpit->claim, &err)) {
        refuse(cockpit, "not armed", &err);
        return;
    }
    if (!cockpit->disarm) {
        session_note(cockpit->session, NOTE_WARN, "arm", "armed");
    }
    loop_timer_free(cockpit->disarm);
    cockpit->disarm =
        loop_after(cockpit->loop, cockpit->options->arm_for_ns, on_disarm, cockpit);
    publish_armed(cockpit, true);
}

static void disarm(struct cockpit *cockpit) {
    if (cockpit->disarm) end_arming(cockpit, "disarmed");
}

static void start_smoke(struct cockpit *cockpit) {
    struct error err = {0};
    if (!cockpit->disarm) {
        session_notify(cockpit->session, "smoke acts: arm first, with A");
    } else if (!claim_hold(&cockpit->claim, &err)) {
        refuse(cockpit, "not started", &err);
        disarm(cockpit);
    } else if (!smoke_run_start(cockpit->smoke, &err)) {
        session_notify(cockpit->session, err.message);
    } else {
        arm(cockpit);
    }
}

static void on_request(void *owner, const struct ui_request *request) {
    struct cockpit *cockpit = owner;
    if (request->command == COMMAND_ARM) {
        if (request->on) {
            arm(cockpit);
        } else {
            disarm(cockpit);
        }
    } else if (request->command == COMMAND_SMOKE) {
        start_smoke(cockpit);
    } else if (request->command == COMMAND_STOP) {
        smoke_run_stop(cockpit->smoke);
    }
}

static const struct action_plan *plan_of_smoke(void *owner) {
    struct cockpit *cockpit = owner;
    return smoke_run_plan(cockpit->smoke);
}

static void on_smoke_event(void *owner, const struct event *event) {
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
    if (!cockpit->disarm) claim_release(&cockpit->claim);
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
        .on_request = on_request, .smoke = plan_of_smoke, .owner = cockpit};
    const struct smoke_run_options smoke = {
        .target = options->target,
        .redactor = options->redactor,
        .checks = options->checks,
        .user = cockpit->user,
        .on_event = on_smoke_event,
        .on_unrecorded = on_smoke_unrecorded,
        .on_done = on_smoke_done,
        .owner = cockpit,
    };
    cockpit->smoke = smoke_run_new(cockpit->loop, &smoke);
    cockpit->session = session_new(cockpit->loop, &session, &owner, err);
    return cockpit->session != NULL;
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
    loop_timer_free(cockpit.disarm);
    smoke_run_free(cockpit.smoke);
    claim_release(&cockpit.claim);
    session_free(cockpit.session);
    loop_free(cockpit.loop);
    if (!started) fprintf(stderr, "flightdeck: %s\n", err.message);
    return code;
}
