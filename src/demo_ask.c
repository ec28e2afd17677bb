/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/safe_text.h"
#include "base/units.h"
#include "demo_control.h"
#include "demo_target.h"
#include "io/loop.h"
#include "io/stream.h"

/* One question to a running demo. */
struct question {
    struct loop *loop;
    struct stream *stream;
    struct loop_timer *deadline;
    const char *line;
    struct buffer *answer;
    struct error error;
};

static void on_open(void *owner) {
    struct question *question = owner;
    stream_write(question->stream, slice_of(question->line));
    stream_write(question->stream, slice_of("\n"));
}

static void on_bytes(void *owner, struct slice bytes) {
    struct question *question = owner;
    if (buffer_add(question->answer, bytes.data, bytes.length)) return;
    error_set(&question->error, ERROR_LIMIT, "the demo's answer is too long");
    loop_stop(question->loop);
}

static void on_end(void *owner, const struct error *why) {
    struct question *question = owner;
    if (question->answer->length == 0) question->error = *why;
    loop_stop(question->loop);
}

static void on_deadline(void *owner, uint64_t now_ns) {
    struct question *question = owner;
    (void)now_ns;
    question->deadline = NULL;
    error_set(
        &question->error, ERROR_TIMEOUT, "the demo did not answer within %d s",
        DEMO_CONTROL_TIMEOUT_S);
    loop_stop(question->loop);
}

/* The socket stands beside the target file. */
static bool find_socket(
    const char *name, char path[DEMO_PATH_SIZE], struct error *err) {
    char file[DEMO_FILE_SIZE];
    if (!demo_target_find(name, file)) {
        return error_set(err, ERROR_NOT_FOUND, "no demo \"%s\" is running", name);
    }
    char *slash = strrchr(file, '/');
    *slash = '\0';
    struct text text = text_in(path, DEMO_PATH_SIZE);
    text_addf(&text, "%s/control.sock", file);
    return true;
}

static bool read_answer(struct buffer *answer, struct error *err) {
    struct slice all = buffer_slice(answer);
    if (slice_starts_with(all, "ok\n")) {
        buffer_consume(answer, strlen("ok\n"));
        return true;
    }
    struct scan scan = scan_of(all);
    struct slice line = {.data = ""};
    char words[ERROR_MESSAGE_SIZE];
    scan_literal(&scan, "error ");
    scan_line(&scan, &line);
    safe_text_copy(words, sizeof words, line);
    return error_set(err, ERROR_REPLY, "%s", words);
}

bool demo_control_ask(
    const char *name, const char *line, struct buffer *answer, struct error *err) {
    static const struct stream_handlers handlers = {
        .on_open = on_open, .on_bytes = on_bytes, .on_end = on_end};
    char path[DEMO_PATH_SIZE];
    if (!find_socket(name, path, err)) return false;
    struct question question = {.loop = loop_new(), .line = line, .answer = answer};
    struct stream_options options = {.path = path, .timeout_ns = NS_PER_S};
    question.stream = stream_connect(question.loop, &options, &handlers, &question);
    question.deadline = loop_after(
        question.loop, DEMO_CONTROL_TIMEOUT_S * NS_PER_S, on_deadline, &question);
    loop_run(question.loop);

    stream_free(question.stream);
    loop_timer_free(question.deadline);
    loop_free(question.loop);
    if (question.error.code != ERROR_NONE) {
        *err = question.error;
        return false;
    }
    return read_answer(answer, err);
}
