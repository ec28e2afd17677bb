/* SPDX-License-Identifier: MIT */
#include "support/rollout_peer.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "core/event.h"
#include "core/frame.h"
#include "core/rollout_end.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/stream.h"
#include "support/test_process.h"

enum { PEERS_MAX = 4, BYTES_MAX = 8192, TICK_MS = 100 };

struct peer;

struct line {
    struct peer *peer;
    struct stream *stream; /* NULL: free */
};

struct peer {
    struct loop *loop;
    struct line lines[PEERS_MAX];
    struct rollout rollout;
    struct rollout_sight sight;
    enum rollout_peer_kind kind;
};

static void do_all(struct peer *peer, struct rollout_effect effect) {
    struct rollout *rollout = &peer->rollout;
    while (effect.op != ROLLOUT_DO_NOTHING && effect.op != ROLLOUT_DO_LEAVE) {
        uint64_t now_ns = loop_clock_ns();
        switch (effect.op) {
        case ROLLOUT_DO_CHECK:
            effect = rollout_on_checked(rollout, true, "", now_ns);
            break;
        case ROLLOUT_DO_DEPLOY:
            effect = rollout_on_deployed(rollout, true, "", now_ns);
            break;
        case ROLLOUT_DO_SMOKE:
            effect = rollout_on_smoked(rollout, VERDICT_PASS, "", now_ns);
            break;
        case ROLLOUT_DO_FINALIZE:
            effect = rollout_on_finalized(rollout, true, "", now_ns);
            break;
        case ROLLOUT_DO_RESTORE:
            effect = rollout_on_restored(rollout, true, "", now_ns);
            break;
        case ROLLOUT_DO_WEIGHT:
        case ROLLOUT_DO_BACK:
        case ROLLOUT_DO_RELEASE:
            effect = rollout_on_set(rollout, ROLLOUT_SET_DONE, "", now_ns);
            break;
        case ROLLOUT_DO_NOTHING:
        case ROLLOUT_DO_LEAVE:
        case ROLLOUT_OP_COUNT: panic("no such effect");
        }
    }
}

static void fill_evidence(const struct peer *peer, struct rollout_status *status) {
    bool safe = peer->kind == PEER_SAFE;
    status->seen = 0.05F;
    status->split_evidence = 0.3F;
    status->harm = 1.2F;
    status->harm_limit = 100;
    status->bound = safe ? 0.01F : 0.034F;
    status->bound_limit = 0.02F;
    status->data_age_ms = peer->kind == PEER_BLIND ? 47000 : 400;
    status->metric_count = 1;
    status->metrics[0] = (struct rollout_metric){"errors", 900,   4,      50,   1, 1.2F,
                                                 0.001F,   0.01F, 0.001F, 0.09F};
    for (unsigned track = 0; track < 2; track++) {
        for (unsigned i = 0; i < 3; i++) {
            status->latency[track][i] = (struct rollout_latency){400, 300, NAN};
        }
    }
}

static void fill(const struct peer *peer, struct rollout_status *status) {
    const struct rollout *rollout = &peer->rollout;
    const struct rollout_plan *plan = &rollout->plan;
    *status = (struct rollout_status){.known = true};
    text_copy(status->id, sizeof status->id, plan->id);
    text_copy(status->from, sizeof status->from, plan->from);
    text_copy(status->to, sizeof status->to, plan->to);
    text_copy_cut(status->holder, sizeof status->holder, plan->holder);
    text_copy_cut(status->host, sizeof status->host, plan->host);
    text_copy(status->reason, sizeof status->reason, rollout->reason);
    status->epoch = 7;
    status->version = rollout->version;
    status->phase = (uint8_t)rollout->phase;
    status->hold = (uint8_t)rollout->hold;
    status->ended = rollout->ended;
    status->undoable = rollout_is_undoable(rollout, loop_clock_ns());
    status->guarded = true;
    status->step = (uint16_t)(rollout->step + 1);
    status->steps = (uint16_t)plan->step_count;
    for (unsigned i = 0; i < plan->step_count; i++) {
        status->steps_bp[i] = (uint16_t)plan->steps[i].weight_bp;
    }
    status->wanted_bp = (uint16_t)rollout->wanted_bp;
    status->max_each_ms = 60000;
    fill_evidence(peer, status);
}

static void say(struct stream *stream, const struct event *event) {
    uint8_t bytes[BYTES_MAX];
    size_t length = event_encode(event, bytes, sizeof bytes);
    ensure(length > 0);
    stream_write(stream, (struct slice){(const char *)bytes, length});
}

static void publish(struct peer *peer) {
    struct event event;
    event_begin(&event, EVENT_ROLLOUT);
    fill(peer, &event.rollout);
    for (size_t i = 0; i < PEERS_MAX; i++) {
        if (peer->lines[i].stream) say(peer->lines[i].stream, &event);
    }
}

static void on_bytes(void *owner, struct slice bytes) {
    struct line *line = owner;
    struct peer *peer = line->peer;
    struct frame frame;
    struct error err;
    const uint8_t *data = (const uint8_t *)bytes.data;
    ensure(frame_find(data, bytes.length, &frame, &err) == FRAME_WHOLE);
    struct rollout_order order = {0};
    ensure(frame_read(&frame, &rollout_order_record, &order, &err));
    struct event event;
    event_begin(&event, EVENT_ANSWER);
    uint64_t now_ns = loop_clock_ns();
    do_all(peer, rollout_on_order(&peer->rollout, &order, now_ns, &event.answer));
    say(line->stream, &event);
    publish(peer);
}

static void on_end(void *owner, const struct error *why) {
    struct line *line = owner;
    (void)why;
    stream_free(line->stream);
    line->stream = NULL;
}

static void on_accept(void *owner, struct stream *stream) {
    static const struct stream_handlers handlers = {
        .on_bytes = on_bytes, .on_end = on_end};
    struct peer *peer = owner;
    struct line *line = peer->lines;
    while (line < peer->lines + PEERS_MAX - 1 && line->stream) line++;
    stream_free(line->stream);
    *line = (struct line){.peer = peer, .stream = stream};
    stream_attend(stream, &handlers, line);
    publish(peer);
}

static void on_tick(void *owner, uint64_t now_ns) {
    struct peer *peer = owner;
    do_all(peer, rollout_on_sight(&peer->rollout, &peer->sight, now_ns));
    publish(peer);
}

static _Noreturn void run(
    const char *path, enum rollout_peer_kind kind, const char *holder,
    const char *host) {
    static struct peer peer;
    struct rollout_plan plan = {
        .id = "01JZQW3T5V7X9ZB1D3F5H7K9M1",
        .from = "v1.5.0",
        .to = "v1.6.0",
        .step_count = 4,
        .steps = {{500}, {2500}, {5000}, {10000}},
        .max_each_ns = 600 * NS_PER_S,
        .keep_previous_ns = 600 * NS_PER_S,
        .blind_max_ns = 600 * NS_PER_S,
        .manual = true,
    };
    text_copy_cut(plan.holder, sizeof plan.holder, holder);
    text_copy_cut(plan.host, sizeof plan.host, host);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    peer.kind = kind;
    peer.sight = (struct rollout_sight){
        .fresh = kind != PEER_BLIND,
        .safe = kind == PEER_SAFE,
        .canary_ready = true,
        .words = "as the test wants it"};
    peer.loop = loop_new();
    do_all(&peer, rollout_begin(&peer.rollout, &plan, loop_clock_ns()));
    const struct listener_options options = {.path = path};
    struct error err;
    if (!listener_new(peer.loop, &options, on_accept, &peer, &err)) {
        panic("the peer: %s", err.message);
    }
    loop_every(peer.loop, TICK_MS * NS_PER_MS, on_tick, &peer);
    loop_run(peer.loop);
    _exit(0);
}

void rollout_peer_start(
    struct rollout_peer *peer, const char *path, enum rollout_peer_kind kind,
    const char *holder, const char *host) {
    peer->pid = fork();
    assert_true(peer->pid >= 0);
    if (peer->pid == 0) run(path, kind, holder, host);
    assert_true(test_wait_for_socket(path, NULL));
}

void rollout_peer_kill(struct rollout_peer *peer) {
    if (peer->pid == 0) return;
    kill(peer->pid, SIGKILL);
    waitpid(peer->pid, NULL, 0);
    peer->pid = 0;
}
