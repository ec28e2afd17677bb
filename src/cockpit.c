/* SPDX-License-Identifier: MIT */
#include "cockpit.h"

#include <stdio.h>
#include <string.h>

#include "arming.h"
#include "base/text.h"
#include "base/units.h"
#include "core/exit_code.h"
#include "io/folders.h"
#include "io/loop.h"
#include "load_seat.h"
#include "operator.h"
#include "rollout_seat.h"
#include "session.h"
#include "smoke_seat.h"

/* What runs has so long to end when the operator leaves. */
#define LEAVE_NS (2 * NS_PER_S)

struct cockpit {
    const struct cockpit_options *options; /* borrowed */
    struct loop *loop;
    struct session *session;
    struct arming *arming;
    struct smoke_seat *smoke;
    struct load_seat *load;
    struct rollout_seat *rollout;
    struct loop_timer *leaving; /* until then, what runs may end */
    char user[STATE_NAME_SIZE];
    char recordings[FOLDER_PATH_SIZE];
};

static bool something_runs(void *owner) {
    const struct cockpit *cockpit = owner;
    return smoke_seat_is_active(cockpit->smoke) || load_seat_is_active(cockpit->load);
}

/* An order that is not answered yet may not even be sent. */
static bool is_busy(struct cockpit *cockpit) {
    return something_runs(cockpit) || rollout_seat_is_busy(cockpit->rollout);
}

/* A rollout is not among them: its controller is a program of its own. */
static void stop_all(void *owner) {
    struct cockpit *cockpit = owner;
    smoke_seat_stop(cockpit->smoke);
    load_seat_stop(cockpit->load);
}

static void on_arming_event(void *owner, struct event *event) {
    struct cockpit *cockpit = owner;
    session_publish(cockpit->session, event);
}

static void on_arming_note(void *owner, enum note_level level, const char *words) {
    struct cockpit *cockpit = owner;
    session_note(cockpit->session, level, "arm", words);
}

static void on_notice(void *owner, const char *words) {
    struct cockpit *cockpit = owner;
    session_notify(cockpit->session, words);
}

static void start_smoke(struct cockpit *cockpit, const char *aim) {
    struct error err = {0};
    bool canary = strcmp(aim, UI_SMOKES_CANARY) == 0;
    if (!arming_may_start(cockpit->arming)) return;
    if (!smoke_seat_start(cockpit->smoke, canary, &err)) {
        session_notify(cockpit->session, err.message);
    } else {
        arming_arm(cockpit->arming, 0);
    }
}

static void start_load(struct cockpit *cockpit, const char *scenario) {
    struct error err = {0};
    if (!arming_may_start(cockpit->arming)) return;
    if (!load_seat_start(cockpit->load, scenario, &err)) {
        session_notify(cockpit->session, err.message);
    } else {
        arming_arm(cockpit->arming, 0);
    }
}

/* Less goes back to safety: it needs no arming. */
static void change_load(struct cockpit *cockpit, const char *level, bool more) {
    char words[ERROR_MESSAGE_SIZE];
    struct text text = TEXT_IN(words);
    struct error err = {0};
    if (more && !arming_may_start(cockpit->arming)) return;
    if (!load_seat_set_level(cockpit->load, level, &err)) {
        session_notify(cockpit->session, err.message);
        return;
    }
    if (more) arming_arm(cockpit->arming, 0);
    text_addf(&text, "%s: %s from now on", more ? "more" : "fewer", level);
    session_note(cockpit->session, NOTE_INFO, "load", words);
}

static bool goes_forward(enum rollout_order_kind kind) {
    return kind == ROLLOUT_ORDER_PROMOTE || kind == ROLLOUT_ORDER_RESUME ||
           kind == ROLLOUT_ORDER_TAKEOVER;
}

/* Going back, and holding, is for anybody at any time. */
static void order_rollout(struct cockpit *cockpit, const struct rollout_wish *wish) {
    struct error err = {0};
    if (wish->kind == ROLLOUT_ORDER_COUNT) return;
    if (goes_forward(wish->kind) && !arming_may_start(cockpit->arming)) return;
    if (!rollout_seat_order(cockpit->rollout, wish, &err)) {
        session_notify(cockpit->session, err.message);
    }
}

static void start_rollout(struct cockpit *cockpit, const char *version) {
    struct error err = {0};
    if (!arming_may_start(cockpit->arming)) return;
    if (!rollout_seat_start(cockpit->rollout, version, &err)) {
        session_notify(cockpit->session, err.message);
    }
}

static bool is_order(enum command command) {
    return command == COMMAND_PROMOTE || command == COMMAND_HOLD ||
           command == COMMAND_RESUME || command == COMMAND_UNDO ||
           command == COMMAND_ABORT;
}

static void stop(struct cockpit *cockpit, const struct ui_request *request) {
    if (strcmp(request->argument, UI_STOPS_ROLLOUT) != 0) stop_all(cockpit);
    if (strcmp(request->argument, UI_STOPS_RUNS) == 0) return;
    order_rollout(cockpit, &request->rollout);
}

static void on_request(void *owner, const struct ui_request *request) {
    struct cockpit *cockpit = owner;
    if (request->command == COMMAND_ARM) {
        if (request->on) {
            arming_arm(cockpit->arming, request->epoch);
        } else {
            arming_disarm(cockpit->arming);
        }
    } else if (request->command == COMMAND_SMOKE) {
        start_smoke(cockpit, request->argument);
    } else if (request->command == COMMAND_STOP) {
        stop(cockpit, request);
    } else if (request->command == COMMAND_LOAD) {
        start_load(cockpit, request->argument);
    } else if (request->command == COMMAND_LOAD_MORE) {
        change_load(cockpit, request->argument, true);
    } else if (request->command == COMMAND_LOAD_LESS) {
        change_load(cockpit, request->argument, false);
    } else if (request->command == COMMAND_START) {
        start_rollout(cockpit, request->argument);
    } else if (is_order(request->command)) {
        order_rollout(cockpit, &request->rollout);
    }
}

static const struct load_menu *menu_of_load(void *owner) {
    struct cockpit *cockpit = owner;
    return load_seat_menu(cockpit->load);
}

static const struct action_plan *plan_of_smoke(void *owner, bool canary) {
    struct cockpit *cockpit = owner;
    return smoke_seat_plan(cockpit->smoke, canary);
}

static const struct rollout_means *means_of_rollout(void *owner) {
    const struct cockpit *cockpit = owner;
    return rollout_seat_means(cockpit->rollout);
}

static bool find_holder(void *owner, struct target_holder *holder) {
    const struct cockpit *cockpit = owner;
    return arming_find_holder(cockpit->arming, holder);
}

static bool may_act(void *owner) {
    const struct cockpit *cockpit = owner;
    return arming_may_act(cockpit->arming);
}

static void after_run(void *owner) {
    struct cockpit *cockpit = owner;
    if (cockpit->leaving && !is_busy(cockpit)) loop_stop(cockpit->loop);
    arming_after_run(cockpit->arming);
}

static void on_run_event(void *owner, const struct event *event) {
    struct cockpit *cockpit = owner;
    struct event copy = *event;
    session_publish(cockpit->session, &copy);
}

static void on_smoke_word(void *owner, const struct smoke_word *word) {
    struct cockpit *cockpit = owner;
    session_note(cockpit->session, word->level, "smoke", word->words);
    if (word->notify) session_notify(cockpit->session, word->words);
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

static void on_rollout_word(void *owner, enum note_level level, const char *words) {
    struct cockpit *cockpit = owner;
    session_note(cockpit->session, level, "rollout", words);
    session_notify(cockpit->session, words);
    if (cockpit->leaving && !is_busy(cockpit)) loop_stop(cockpit->loop);
}

/* Each act renews the arming, as all of them do. */
static void on_rollout_forward(void *owner) {
    const struct cockpit *cockpit = owner;
    if (arming_may_act(cockpit->arming)) arming_arm(cockpit->arming, 0);
}

static const char *recordings_folder(struct cockpit *cockpit) {
    struct error err;
    char state[FOLDER_PATH_SIZE];
    if (!folder_state(state, &err)) return NULL;
    struct text text = TEXT_IN(cockpit->recordings);
    text_addf(&text, "%s/recordings", state);
    return folder_make(cockpit->recordings, &err) ? cockpit->recordings : NULL;
}

/* What runs on the target, each from its seat. */
static void take_seats(struct cockpit *cockpit) {
    const struct cockpit_options *options = cockpit->options;
    const struct smoke_seat_options smoke = {
        .target = options->target,
        .redactor = options->redactor,
        .checks = options->checks,
        .user = cockpit->user,
        .may_act = may_act,
        .on_event = on_run_event,
        .on_word = on_smoke_word,
        .on_done = after_run,
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
    const struct rollout_seat_options rollout = {
        .config = options->config,
        .target = options->target,
        .user = cockpit->user,
        .on_word = on_rollout_word,
        .on_forward = on_rollout_forward,
        .owner = cockpit,
    };
    cockpit->smoke = smoke_seat_new(cockpit->loop, &smoke);
    cockpit->load = load_seat_new(cockpit->loop, &load);
    cockpit->rollout = rollout_seat_new(cockpit->loop, &rollout);
}

static bool start(struct cockpit *cockpit, struct restore *restore, struct error *err) {
    const struct cockpit_options *options = cockpit->options;
    const struct arming_options arming = {
        .target = options->target->name,
        .user = cockpit->user,
        .for_ns = options->arm_for_ns,
        .runs = something_runs,
        .on_lost = stop_all,
        .on_event = on_arming_event,
        .on_note = on_arming_note,
        .on_notice = on_notice,
        .owner = cockpit,
    };
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
        .rollout = means_of_rollout,
        .holder = find_holder,
        .owner = cockpit,
    };
    cockpit->arming = arming_new(cockpit->loop, &arming);
    take_seats(cockpit);
    cockpit->session = session_new(cockpit->loop, &session, &owner, err);
    return cockpit->session != NULL;
}

static void on_late(void *owner, uint64_t now_ns) {
    struct cockpit *cockpit = owner;
    (void)now_ns;
    cockpit->leaving = NULL;
    loop_stop(cockpit->loop);
}

/* What was meant has its end in the history before nobody is left to write it. Answers
 * are not waited for, and whoever wants to leave once more does. */
static void end_runs(struct cockpit *cockpit) {
    if (!is_busy(cockpit)) return;
    for (unsigned i = 0; i < 2; i++) stop_all(cockpit);
    cockpit->leaving = loop_after(cockpit->loop, LEAVE_NS, on_late, cockpit);
    session_run(cockpit->session);
    loop_timer_free(cockpit->leaving);
}

int cockpit_run(const struct cockpit_options *options, struct restore *restore) {
    struct cockpit cockpit = {.options = options, .loop = loop_new()};
    struct error err = {0};
    operator_name(cockpit.user);
    int code = EXIT_CODE_USAGE;
    bool started = start(&cockpit, restore, &err);
    if (started) code = session_run(cockpit.session);
    if (started) end_runs(&cockpit);
    smoke_seat_free(cockpit.smoke);
    load_seat_free(cockpit.load);
    rollout_seat_free(cockpit.rollout);
    arming_free(cockpit.arming);
    session_free(cockpit.session);
    loop_free(cockpit.loop);
    if (!started) fprintf(stderr, "flightdeck: %s\n", err.message);
    return code;
}
