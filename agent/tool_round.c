/* SPDX-License-Identifier: MIT */
#include "agent/tool_round.h"

#include <stdlib.h>
#include <string.h>

#include "agent/tool_call.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/panic.h"
#include "core/document.h"
#include "core/node_json.h"
#include "io/json.h"

/* One call of the round: waits, works, has ended. */
struct round_call {
    struct tool_round *round;
    char id[MODEL_CALL_ID_SIZE];
    char name[TOOL_NAME_SIZE];
    struct document *input; /* owned */
    struct tool_call *work; /* while it works */
    enum tool_status status;
    char *output; /* owned, NUL-terminated; NULL until it has ended */
};

struct tool_round {
    struct agent *agent; /* borrowed */
    uint64_t deadline_ns;
    struct buffer *record; /* borrowed */
    uint32_t *failed;      /* borrowed */
    size_t count, started, ended;
    struct round_call calls[MODEL_CALLS_MAX];
    tool_round_fn on_done;
    void *owner;
};

static void on_call_done(void *owner, enum tool_status status, struct slice output);

/* The answer is gone when its calls have ended. */
static struct document *copy_input(const struct node *input) {
    struct buffer text;
    buffer_init(&text, JSON_BYTES_MAX);
    struct json_writer json = json_writer_to(&text);
    struct error err = {0};
    node_write_json(input, &json);
    struct document *copy = json_parse(buffer_slice(&text), &err);
    buffer_clear(&text);
    return copy;
}

static void start_next(struct tool_round *round) {
    struct round_call *call = &round->calls[round->started++];
    struct tool_question question = {
        .name = call->name,
        .input = call->input ? document_root(call->input) : NULL,
        .deadline_ns = round->deadline_ns};
    call->work = tool_call_start(round->agent, &question, on_call_done, call);
}

struct tool_round *tool_round_start(
    struct agent *agent, const struct tool_round_question *question,
    tool_round_fn on_done, void *owner) {
    const struct model_answer *answer = question->answer;
    struct tool_round *round = memory_new(sizeof *round);
    ensure(answer->call_count > 0);
    round->agent = agent;
    round->deadline_ns = question->deadline_ns;
    round->record = question->record;
    round->failed = question->failed;
    round->count = answer->call_count;
    round->on_done = on_done;
    round->owner = owner;
    for (size_t i = 0; i < round->count; i++) {
        struct round_call *call = &round->calls[i];
        call->round = round;
        memcpy(call->id, answer->calls[i].id, sizeof call->id);
        memcpy(call->name, answer->calls[i].name, sizeof call->name);
        call->input = copy_input(answer->calls[i].input);
    }
    while (round->started < round->count && round->started < TOOL_ROUND_AT_ONCE) {
        start_next(round);
    }
    return round;
}

void tool_round_free(struct tool_round *round) {
    if (!round) return;
    for (size_t i = 0; i < round->count; i++) {
        tool_call_free(round->calls[i].work);
        document_free(round->calls[i].input);
        free(round->calls[i].output);
    }
    free(round);
}

static void write_result(const struct round_call *call, struct json_writer *json) {
    json_object_begin(json);
    json_field_string(json, "type", "tool_result");
    json_field_string(json, "tool_use_id", call->id);
    json_field_string(json, "content", call->output);
    if (call->status != TOOL_OK) json_field_bool(json, "is_error", true);
    json_object_end(json);
}

static void record_call(const struct round_call *call, struct buffer *record) {
    struct buffer line;
    buffer_init(&line, record->limit);
    struct json_writer json = json_writer_to(&line);
    if (record->length > 0) buffer_add_char(&line, ',');
    json_object_begin(&json);
    json_field_string(&json, "name", call->name);
    if (call->input) {
        json_key(&json, "input");
        node_write_json(document_root(call->input), &json);
    }
    json_field_string(&json, "output", call->output);
    json_field_string(&json, "status", tool_status_name(call->status));
    json_object_end(&json);
    if (!line.overflow && line.length <= record->limit - record->length) {
        buffer_add(record, line.data, line.length);
    }
    buffer_clear(&line);
}

static void finish(struct tool_round *round) {
    struct buffer results;
    buffer_init(&results, TOOL_ROUND_RESULTS_MAX);
    struct json_writer json = json_writer_to(&results);
    json_array_begin(&json);
    for (size_t i = 0; i < round->count; i++) {
        write_result(&round->calls[i], &json);
        record_call(&round->calls[i], round->record);
    }
    json_array_end(&json);
    ensure(!results.overflow);
    round->on_done(round->owner, buffer_slice(&results));
    buffer_clear(&results);
    tool_round_free(round);
}

static void on_call_done(void *owner, enum tool_status status, struct slice output) {
    struct round_call *call = owner;
    struct tool_round *round = call->round;
    call->work = NULL;
    call->status = status;
    call->output = memory_copy_bytes(output.data, output.length);
    if (status != TOOL_OK) (*round->failed)++;
    round->ended++;
    if (round->started < round->count) start_next(round);
    if (round->ended == round->count) finish(round);
}
