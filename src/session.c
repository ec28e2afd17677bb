/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <signal.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "core/exit_code.h"
#include "core/ulid.h"
#include "engine.h"
#include "history/recording.h"
#include "io/folders.h"
#include "io/loop.h"

struct session {
    struct loop *loop; /* borrowed */
    struct session_owner owner;
    struct model *model;
    struct engine *engine;
    struct stage *stage;
    struct recording *recording; /* NULL until the first frame is out */
    char recordings[FOLDER_PATH_SIZE];
    struct loop_timer *starter;
    int code;
};

static void on_event(void *owner, const struct event *event) {
    struct session *session = owner;
    model_apply(session->model, event);
    if (session->recording) {
        recording_add(session->recording, event, &session->model->state);
    }
    stage_on_change(session->stage);
}

static void start_recording(struct session *session) {
    uint8_t random[ULID_RANDOM_SIZE], run[ULID_SIZE];
    loop_random(random, sizeof random);
    ulid_make(run, loop_wall_ms(), random);
    const char *folder = session->recordings[0] ? session->recordings : NULL;
    session->recording = recording_new(folder, run);
}

/* The first frame stands; now the network, TLS and files may be touched. */
static void on_start(void *owner, uint64_t now_ns) {
    struct session *session = owner;
    (void)now_ns;
    session->starter = NULL;
    start_recording(session);
    engine_start(session->engine);
    struct error why;
    if (session->recordings[0] && !recording_is_kept(session->recording, &why)) {
        session_note(session, NOTE_WARN, "recording", why.message);
    }
}

static void on_request(void *owner, const struct ui_request *request) {
    struct session *session = owner;
    if (request->command == COMMAND_QUIT) {
        session_leave(session, EXIT_CODE_OK);
    } else if (request->command == COMMAND_MARK) {
        session_note(session, NOTE_INFO, "mark", request->argument);
        session_notify(session, "the note stands in the timeline: gt");
    } else if (session->owner.on_request) {
        session->owner.on_request(session->owner.owner, request);
    }
}

static void on_end(void *owner, int number) {
    session_leave(owner, 128 + number);
}

static bool state_at(void *owner, uint64_t at_ns, struct state *state) {
    struct session *session = owner;
    if (!session->recording) return false;
    return recording_state_at(session->recording, at_ns, state);
}

static const struct action_plan *smoke(void *owner, bool canary) {
    struct session *session = owner;
    const struct session_owner *them = &session->owner;
    return them->smoke ? them->smoke(them->owner, canary) : NULL;
}

static const struct load_menu *load(void *owner) {
    struct session *session = owner;
    return session->owner.load ? session->owner.load(session->owner.owner) : NULL;
}

static const struct rollout_means *rollout(void *owner) {
    struct session *session = owner;
    const struct session_owner *them = &session->owner;
    return them->rollout ? them->rollout(them->owner) : NULL;
}

static bool holder(void *owner, struct target_holder *who) {
    struct session *session = owner;
    return session->owner.holder && session->owner.holder(session->owner.owner, who);
}

/* What the first frame shows: the engine says it again when it starts. */
static void introduce(struct session *session, const struct session_options *options) {
    struct event event = {
        .kind = EVENT_SESSION, .at_ns = loop_clock_ns(), .wall_ms = loop_wall_ms()};
    struct session_event *words = &event.session;
    text_copy_cut(words->target, sizeof words->target, options->target->name);
    text_copy_cut(words->user, sizeof words->user, options->user);
    words->target_class = (uint8_t)options->target->class;
    words->read_only = options->read_only;
    words->slo_p95_ms = (float)options->target->slo_p95_ms;
    words->slo_error_ratio = (float)(1 - options->target->slo_availability);
    model_apply(session->model, &event);
}

struct session *session_new(
    struct loop *loop, const struct session_options *options,
    const struct session_owner *owner, struct error *err) {
    struct session *session = memory_new(sizeof *session);
    session->loop = loop;
    session->owner = *owner;
    session->model = model_new();
    if (options->recordings) {
        text_copy(session->recordings, FOLDER_PATH_SIZE, options->recordings);
    }
    introduce(session, options);
    const struct stage_owner stage_owner = {
        .on_request = on_request,
        .on_end = on_end,
        .state_at = state_at,
        .smoke = smoke,
        .load = load,
        .rollout = rollout,
        .holder = holder,
        .owner = session,
    };
    session->stage =
        stage_new(loop, session->model, &options->stage, &stage_owner, err);
    if (!session->stage) {
        session_free(session);
        return NULL;
    }
    stage_draw(session->stage);
    const struct engine_options engine = {
        .target = options->target,
        .user = options->user,
        .read_only = options->read_only,
        .on_event = on_event,
        .owner = session,
    };
    session->engine = engine_new(loop, &engine);
    session->starter = loop_after(loop, 0, on_start, session);
    return session;
}

void session_free(struct session *session) {
    if (!session) return;
    loop_timer_free(session->starter);
    stage_free(session->stage);
    engine_free(session->engine);
    recording_free(session->recording);
    model_free(session->model);
    free(session);
}

int session_run(struct session *session) {
    loop_run(session->loop);
    return session->code;
}

void session_leave(struct session *session, int code) {
    session->code = code;
    loop_stop(session->loop);
}

void session_publish(struct session *session, struct event *event) {
    engine_publish(session->engine, event);
}

void session_recall(struct session *session, const struct event *event) {
    model_apply(session->model, event);
}

void session_note(
    struct session *session, enum note_level level, const char *source,
    const char *words) {
    struct event event = {.kind = EVENT_NOTE, .note = {.level = (uint8_t)level}};
    text_copy_cut(event.note.source, sizeof event.note.source, source);
    text_copy_cut(event.note.words, sizeof event.note.words, words);
    session_publish(session, &event);
}

void session_notify(struct session *session, const char *words) {
    stage_notify(session->stage, words);
}

const struct model *session_model(const struct session *session) {
    return session->model;
}
