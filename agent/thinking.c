/* SPDX-License-Identifier: MIT */
#include "agent/thinking.h"

#include <stdio.h>
#include <stdlib.h>

#include "agent/answer.h"
#include "base/memory.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/server.h"
#include "io/server_stream.h"

/*   thinking ── delay ──► answered at once
 *       └─────── delay ──► sending ── piece after piece ──► ended, or cut */
struct thinking {
    struct loop *loop; /* borrowed */
    struct server_request *request;
    struct loop_timer *timer; /* NULL when it hangs */
    struct simulated_answer answer;
    size_t piece;      /* the next one */
    size_t piece_sent; /* bytes of it that are out */
    size_t sent;       /* bytes in all */
};

/* A client that is slow to read is waited for, as a real server's buffers would. */
static const uint64_t full_ns = 5 * NS_PER_MS;

static void on_thought(void *owner, uint64_t now_ns);
static void on_piece(void *owner, uint64_t now_ns);

void thinking_free(struct thinking *thinking) {
    if (!thinking) return;
    loop_timer_free(thinking->timer);
    simulated_answer_clear(&thinking->answer);
    free(thinking);
}

void thinking_start(
    struct loop *loop, struct simulator *simulator, struct server_request *request,
    enum speech_format format) {
    const char *version = server_request_header(request, "x-agent-version");
    struct simulated_question question = {
        .format = format,
        .body = server_request_body(request),
        .version = version ? version : ""};
    struct thinking *thinking = memory_new(sizeof *thinking);
    thinking->loop = loop;
    thinking->request = request;
    simulator_answer(simulator, &question, &thinking->answer);
    server_request_set_data(request, thinking);
    if (thinking->answer.hangs) return;
    uint64_t delay_ns = thinking->answer.delay_ns;
    thinking->timer = delay_ns > 0 ? loop_after(loop, delay_ns, on_thought, thinking)
                                   : loop_soon(loop, on_thought, thinking);
}

/* Until the next piece has to wait for something. */
static void send_pieces(struct thinking *thinking) {
    const struct simulated_answer *answer = &thinking->answer;
    while (thinking->piece < pieces_count(&answer->pieces)) {
        struct piece piece = pieces_at(&answer->pieces, thinking->piece);
        size_t room = server_stream_room(thinking->request);
        size_t length = piece.length - thinking->piece_sent;
        if (length > room) length = room;
        struct slice bytes = {
            .data = answer->body.data + thinking->sent, .length = length};
        /* If not, the client is gone, which is told soon. */
        if (!server_stream_send(thinking->request, bytes)) return;
        thinking->sent += length;
        thinking->piece_sent += length;
        if (thinking->piece_sent < piece.length) {
            thinking->timer = loop_after(thinking->loop, full_ns, on_piece, thinking);
            return;
        }
        thinking->piece_sent = 0;
        thinking->piece++;
        if (thinking->piece == pieces_count(&answer->pieces)) break;
        uint64_t pause_ns = pieces_at(&answer->pieces, thinking->piece).pause_ns;
        if (pause_ns > 0) {
            thinking->timer = loop_after(thinking->loop, pause_ns, on_piece, thinking);
            return;
        }
    }
    if (answer->is_cut) {
        server_stream_cut(thinking->request);
    } else {
        server_stream_end(thinking->request);
    }
    server_request_set_data(thinking->request, NULL);
    thinking_free(thinking);
}

static void on_thought(void *owner, uint64_t now_ns) {
    struct thinking *thinking = owner;
    struct server_request *request = thinking->request;
    const struct simulated_answer *answer = &thinking->answer;
    (void)now_ns;
    thinking->timer = NULL;
    if (answer->retry_after_s > 0) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%u", answer->retry_after_s);
        server_add_header(request, "retry-after", seconds);
    }
    if (pieces_count(&answer->pieces) > 0) {
        const char *type = answer->is_streamed ? ANSWER_EVENTS : ANSWER_JSON;
        server_stream_start(request, answer->status, type);
        send_pieces(thinking);
        return;
    }
    server_request_set_data(request, NULL);
    answer_json(request, answer->status, &answer->body);
    thinking_free(thinking);
}

static void on_piece(void *owner, uint64_t now_ns) {
    struct thinking *thinking = owner;
    (void)now_ns;
    thinking->timer = NULL;
    send_pieces(thinking);
}
