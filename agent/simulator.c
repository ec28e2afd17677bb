/* SPDX-License-Identifier: MIT */
#include "agent/simulator.h"

#include <inttypes.h>
#include <stdio.h>

#include "agent/messages.h"
#include "agent/replies.h"
#include "agent/simulator_request.h"
#include "base/json_writer.h"
#include "base/units.h"
#include "core/document.h"
#include "io/json.h"

enum {
    STATUS_OK = 200,
    STATUS_BAD_REQUEST = 400,
    STATUS_TOO_MANY = 429,
    STATUS_ERROR = 500,
    STATUS_OVERLOADED = 529,
    BYTES_PER_TOKEN = 4, /* about, in English */
    SLOW_FACTOR = 5,
    RETRY_AFTER_S = 1,
    TRUNCATED_BYTES = 40,
};

/* What is known while an answer is made. */
struct thought {
    const struct simulator_request *request;
    uint64_t hash; /* of the whole request and the seed */
    enum fault fault;
    uint64_t input_tokens;
};

void simulator_init(
    struct simulator *simulator, uint64_t seed, const struct latency *latency) {
    *simulator = (struct simulator){.seed = seed, .latency = *latency};
    random_seed(&simulator->random, seed);
}

void simulator_write_error(
    struct buffer *body, const char *type, const char *message, uint64_t number) {
    char id[40];
    snprintf(id, sizeof id, "req_local_%016" PRIx64, number);
    struct json_writer json = json_writer_to(body);
    json_object_begin(&json);
    json_field_string(&json, "type", "error");
    json_key(&json, "error");
    json_object_begin(&json);
    json_field_string(&json, "type", type);
    json_field_string(&json, "message", message);
    json_object_end(&json);
    json_field_string(&json, "request_id", id);
    json_object_end(&json);
}

static void write_head(struct json_writer *json, const struct thought *thought) {
    char id[40];
    snprintf(id, sizeof id, "msg_local_%016" PRIx64, thought->hash);
    json_object_begin(json);
    json_field_string(json, "id", id);
    json_field_string(json, "type", "message");
    json_field_string(json, "role", "assistant");
    json_field_string(json, "model", thought->request->model);
    json_key(json, "content");
    json_array_begin(json);
}

static void write_tail(
    struct json_writer *json, const struct thought *thought, enum model_stop stop,
    uint64_t output_tokens) {
    json_array_end(json);
    json_field_string(json, "stop_reason", model_stop_name(stop));
    json_field_null(json, "stop_sequence");
    json_key(json, "usage");
    json_object_begin(json);
    json_field_uint(json, "input_tokens", thought->input_tokens);
    json_field_uint(json, "cache_creation_input_tokens", 0);
    json_field_uint(json, "cache_read_input_tokens", 0);
    json_field_uint(json, "output_tokens", output_tokens);
    json_object_end(json);
    json_object_end(json);
}

static void write_text_block(struct json_writer *json, struct slice words) {
    json_object_begin(json);
    json_field_string(json, "type", "text");
    json_field_slice(json, "text", words);
    json_object_end(json);
}

static void write_words(
    const struct thought *thought, struct slice words, enum model_stop stop,
    struct buffer *body) {
    uint64_t tokens = words.length / BYTES_PER_TOKEN + 1;
    uint64_t most = (uint64_t)thought->request->tokens_max;
    if (tokens > most) {
        words.length = (size_t)most * BYTES_PER_TOKEN;
        tokens = most;
        stop = STOP_MAX_TOKENS;
    }
    struct json_writer json = json_writer_to(body);
    write_head(&json, thought);
    write_text_block(&json, words);
    write_tail(&json, thought, stop, tokens);
}

static void write_call(
    const struct thought *thought, const char *expression, struct buffer *body) {
    char id[40];
    snprintf(id, sizeof id, "toolu_local_%016" PRIx64, thought->hash);
    struct json_writer json = json_writer_to(body);
    write_head(&json, thought);
    write_text_block(&json, slice_of("Let me calculate that."));
    json_object_begin(&json);
    json_field_string(&json, "type", "tool_use");
    json_field_string(&json, "id", id);
    json_field_string(&json, "name", "calculate");
    json_key(&json, "input");
    json_object_begin(&json);
    json_field_string(&json, "expression", expression);
    json_object_end(&json);
    json_object_end(&json);
    write_tail(&json, thought, STOP_TOOL_USE, 30);
}

/* "The result is 35.", or what the tool complained about. */
static void write_tool_words(const struct thought *thought, struct buffer *words) {
    const struct node *block = thought->request->tool_results->first;
    const struct node *content = node_get(block, "content");
    bool is_error = false;
    node_bool(block, "is_error", &is_error);
    buffer_add_string(
        words, is_error ? "I could not work that out: " : "The result is ");
    if (content && content->kind == NODE_STRING) {
        buffer_add(words, content->string.data, content->string.length);
    }
    buffer_add_char(words, '.');
}

static void write_answer(
    const struct thought *thought, uint64_t seed, struct buffer *body) {
    const struct simulator_request *request = thought->request;
    char expression[REPLY_EXPRESSION_SIZE] = "1 + 1";
    bool has_expression = reply_find_expression(request->question, expression);
    bool wants_tool = has_expression && !request->tool_results &&
                      reply_wants_tool(request->question, expression);
    if (request->has_calculate && (wants_tool || thought->fault == FAULT_TOOL_LOOP)) {
        write_call(thought, expression, body);
        return;
    }
    struct buffer words;
    buffer_init(&words, SIMULATOR_ANSWER_MAX / 4);
    enum model_stop stop = STOP_END_TURN;
    if (thought->fault == FAULT_REFUSAL) {
        buffer_add_string(&words, "I cannot help with that.");
        stop = STOP_REFUSAL;
    } else if (request->tool_results) {
        write_tool_words(thought, &words);
    } else {
        reply_write(request->question, request->name, seed, &words);
    }
    struct slice said = buffer_slice(&words);
    if (thought->fault == FAULT_TRUNCATED) {
        if (said.length > TRUNCATED_BYTES) said.length = TRUNCATED_BYTES;
        stop = STOP_MAX_TOKENS;
    }
    write_words(thought, said, stop, body);
    buffer_clear(&words);
}

static void refuse(
    struct simulated_answer *answer, unsigned status, const char *type,
    const char *message) {
    answer->status = status;
    buffer_reset(&answer->body);
    simulator_write_error(&answer->body, type, message, answer->delay_ns);
}

static void apply_fault(struct simulated_answer *answer, enum fault fault) {
    switch (fault) {
    case FAULT_SLOW: answer->delay_ns *= SLOW_FACTOR; break;
    case FAULT_ERROR:
        refuse(answer, STATUS_ERROR, "api_error", "Internal server error");
        break;
    case FAULT_OVERLOADED:
        refuse(answer, STATUS_OVERLOADED, "overloaded_error", "Overloaded");
        break;
    case FAULT_RATE_LIMITED:
        refuse(
            answer, STATUS_TOO_MANY, "rate_limit_error",
            "Number of requests has exceeded the rate limit");
        answer->retry_after_s = RETRY_AFTER_S;
        break;
    case FAULT_HANG: answer->hangs = true; break;
    case FAULT_MALFORMED: answer->body.length /= 2; break;
    case FAULT_REFUSAL:
    case FAULT_TRUNCATED:
    case FAULT_TOOL_LOOP:
    case FAULT_COUNT: break;
    }
}

void simulator_answer(
    struct simulator *simulator, struct slice request, const char *version,
    struct simulated_answer *answer) {
    double factor = faults_latency_factor(&simulator->faults, version);
    uint64_t drawn_ns = latency_draw(&simulator->latency, &simulator->random);
    enum fault fault = faults_draw(&simulator->faults, version, &simulator->random);
    *answer = (struct simulated_answer){
        .status = STATUS_OK, .delay_ns = (uint64_t)((double)drawn_ns * factor)};
    buffer_init(&answer->body, SIMULATOR_ANSWER_MAX);

    struct error err = {0};
    struct simulator_request read;
    struct document *document = json_parse(request, &err);
    if (!document || !simulator_request_read(&read, document_root(document), &err)) {
        refuse(answer, STATUS_BAD_REQUEST, "invalid_request_error", err.message);
        document_free(document);
        return;
    }
    if (fault == FAULT_NONE) fault = faults_asked(read.question);
    struct thought thought = {
        .request = &read,
        .hash = reply_hash(simulator->seed, request),
        .fault = fault,
        .input_tokens = request.length / BYTES_PER_TOKEN + 1};
    write_answer(&thought, simulator->seed, &answer->body);
    apply_fault(answer, fault);
    document_free(document);
}
