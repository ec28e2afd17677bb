/* SPDX-License-Identifier: MIT */
#include "agent/simulator.h"

#include "agent/http_status.h"
#include "agent/replies.h"
#include "agent/simulator_error.h"
#include "agent/simulator_request.h"
#include "base/units.h"
#include "base/utf8.h"
#include "core/document.h"
#include "io/json.h"

enum {
    BYTES_PER_TOKEN = 4, /* about, in English */
    SLOW_FACTOR = 5,
    RETRY_AFTER_S = 1,
    TRUNCATED_BYTES = 40,
    CALL_TOKENS = 30,
    WORDS_MAX = 64 * 1024,
    DRIP_BYTES = 8,
};

static const uint64_t drip_ns = NS_PER_S / 4;

/* What is known while an answer is made. */
struct thought {
    const struct simulator_request *request;
    uint64_t seed;
    enum fault fault;
    struct speech speech;
    struct buffer words;
    char expression[REPLY_EXPRESSION_SIZE];
};

void simulator_init(
    struct simulator *simulator, uint64_t seed, const struct latency *latency) {
    *simulator = (struct simulator){.seed = seed, .latency = *latency};
    random_seed(&simulator->random, seed);
}

void simulated_answer_clear(struct simulated_answer *answer) {
    buffer_clear(&answer->body);
    pieces_clear(&answer->pieces);
}

/* Which tool a question calls for, among those that are offered. */
static enum simulated_tool choose_tool(
    struct thought *thought, struct slice *argument) {
    const struct simulator_request *request = thought->request;
    bool has_expression = reply_find_expression(request->question, thought->expression);
    bool is_forced = thought->fault == FAULT_TOOL_LOOP;
    if (request->offered[SIMULATED_CALCULATE] &&
        (is_forced || (has_expression && !request->has_result &&
                       reply_wants_tool(request->question, thought->expression)))) {
        *argument = slice_of(has_expression ? thought->expression : "1 + 1");
        return SIMULATED_CALCULATE;
    }
    if (request->has_result) return SIMULATED_NO_TOOL;
    *argument = reply_find_order(request->question);
    if (request->offered[SIMULATED_LOOKUP] && argument->length > 0) {
        return SIMULATED_LOOKUP;
    }
    *argument = reply_find_search(request->question);
    if (request->offered[SIMULATED_SEARCH] && argument->length > 0) {
        return SIMULATED_SEARCH;
    }
    return SIMULATED_NO_TOOL;
}

/* What is said beside a call, and about what came back. */
static const struct {
    const char *before, *success, *failure;
} tool_words[] = {
    [SIMULATED_CALCULATE] =
        {"Let me calculate that.", "The result is ", "I could not work that out: "},
    [SIMULATED_SEARCH] =
        {"Let me search for that.",
         "This is what I found: ", "I could not search for that: "},
    [SIMULATED_LOOKUP] =
        {"Let me look that order up.",
         "This is what I know of your order: ", "I could not look that order up: "},
    [SIMULATED_NO_TOOL] = {"", "The result is ", "That did not work: "},
};

static void write_result(struct thought *thought) {
    const struct simulator_request *request = thought->request;
    enum simulated_tool tool = request->result_tool;
    buffer_add_string(
        &thought->words,
        request->result_failed ? tool_words[tool].failure : tool_words[tool].success);
    buffer_add(&thought->words, request->result.data, request->result.length);
    if (request->result.length == 0 ||
        request->result.data[request->result.length - 1] != '.') {
        buffer_add_char(&thought->words, '.');
    }
}

/* Not more than `limit` bytes, and no half of a character. */
static struct slice cut_words(struct slice words, size_t limit) {
    struct scan scan = scan_of(words);
    size_t kept = 0;
    uint32_t rune = 0;
    while (!scan_done(&scan)) {
        utf8_next(&scan, &rune);
        if ((size_t)(scan.at - words.data) > limit) break;
        kept = (size_t)(scan.at - words.data);
    }
    return (struct slice){.data = words.data, .length = kept};
}

static void say(struct thought *thought) {
    struct speech *speech = &thought->speech;
    const struct simulator_request *request = thought->request;
    speech->stop = STOP_END_TURN;
    if (thought->fault == FAULT_REFUSAL) {
        buffer_add_string(&thought->words, "I cannot help with that.");
        speech->stop = STOP_REFUSAL;
    } else if (request->has_result) {
        write_result(thought);
    } else {
        reply_write(request->question, request->name, thought->seed, &thought->words);
    }
    speech->words = buffer_slice(&thought->words);
    if (thought->fault == FAULT_TRUNCATED) {
        speech->words = cut_words(speech->words, TRUNCATED_BYTES);
        speech->stop = STOP_MAX_TOKENS;
    }
    uint64_t most = (uint64_t)request->tokens_max;
    speech->output_tokens = speech->words.length / BYTES_PER_TOKEN + 1;
    if (speech->output_tokens > most) {
        speech->words = cut_words(speech->words, (size_t)most * BYTES_PER_TOKEN);
        speech->output_tokens = most;
        speech->stop = STOP_MAX_TOKENS;
    }
}

static void decide(struct thought *thought) {
    const struct simulator_request *request = thought->request;
    struct speech *speech = &thought->speech;
    struct slice argument = {0};
    enum simulated_tool tool = choose_tool(thought, &argument);
    if (thought->fault == FAULT_EMPTY) {
        speech->has_no_blocks = true;
        speech->words = slice_of("");
    } else if (tool != SIMULATED_NO_TOOL) {
        speech->words = slice_of(tool_words[tool].before);
        speech->call = (struct speech_call){
            .tool = simulated_tool_name(tool),
            .argument_name = request->arguments[tool],
            .argument = argument};
        speech->stop = STOP_TOOL_USE;
        speech->output_tokens = CALL_TOKENS;
    } else {
        say(thought);
    }
}

static enum speech_flaw flaw_of(enum fault fault) {
    static const enum speech_flaw flaws[FAULT_COUNT + 1] = {
        [FAULT_MALFORMED] = FLAW_NONSENSE,
        [FAULT_HALF_JSON] = FLAW_HALF_JSON,
        [FAULT_WRONG_SCHEMA] = FLAW_SCHEMA,
        [FAULT_LATE_ERROR] = FLAW_ERROR};
    return flaws[fault];
}

static void refuse(
    struct simulated_answer *answer, enum speech_format format,
    enum simulator_error error, const char *message) {
    answer->status = simulator_error_status(error, format);
    answer->is_streamed = false;
    pieces_clear(&answer->pieces);
    buffer_reset(&answer->body);
    struct simulator_complaint complaint = {
        .error = error, .message = message, .number = answer->delay_ns};
    simulator_error_write(&complaint, format, &answer->body);
}

/* All at once would leave nothing to break off or to drip. */
static void divide(struct simulated_answer *answer) {
    if (pieces_count(&answer->pieces) > 0) return;
    pieces_drip(&answer->pieces, answer->body.length, answer->body.length / 2 + 1, 0);
}

static void apply_fault(
    struct simulated_answer *answer, enum speech_format format, enum fault fault,
    double factor) {
    switch (fault) {
    case FAULT_SLOW: answer->delay_ns *= SLOW_FACTOR; break;
    case FAULT_ERROR:
        refuse(answer, format, SIMULATOR_FAILED, "Internal server error");
        break;
    case FAULT_OVERLOADED:
        refuse(answer, format, SIMULATOR_OVERLOADED, "Overloaded");
        break;
    case FAULT_RATE_LIMITED: answer->retry_after_s = RETRY_AFTER_S; /* fall through */
    case FAULT_THROTTLED:
        refuse(
            answer, format, SIMULATOR_RATE_LIMITED,
            "Number of requests has exceeded the rate limit");
        break;
    case FAULT_LATE_ERROR:
        if (answer->is_streamed) break;
        refuse(answer, format, SIMULATOR_FAILED, "Internal server error");
        break;
    case FAULT_HANG: answer->hangs = true; break;
    case FAULT_DRIP:
        pieces_drip(
            &answer->pieces, answer->body.length, DRIP_BYTES,
            (uint64_t)((double)drip_ns * factor));
        break;
    case FAULT_CUT:
        divide(answer);
        answer->body.length = pieces_halve(&answer->pieces);
        answer->is_cut = true;
        break;
    case FAULT_MALFORMED:
    case FAULT_HALF_JSON:
    case FAULT_WRONG_SCHEMA:
    case FAULT_EMPTY:
    case FAULT_REFUSAL:
    case FAULT_TRUNCATED:
    case FAULT_TOOL_LOOP:
    case FAULT_COUNT: break;
    }
}

static void write(
    struct thought *thought, const struct simulator *simulator,
    const struct simulated_question *question, double factor,
    struct simulated_answer *answer) {
    const struct speech *speech = &thought->speech;
    answer->is_streamed = thought->request->is_streamed;
    if (!answer->is_streamed) {
        speech_write(speech, question->format, &answer->body);
        return;
    }
    speech_stream(speech, question->format, &answer->body, &answer->pieces);
    if (thought->fault == FAULT_SLOW) factor *= SLOW_FACTOR;
    /* Its own chance: the other answers stay the same whether this one is streamed. */
    struct random random;
    random_seed(&random, speech->hash);
    pieces_pace(
        &answer->pieces, (uint64_t)((double)simulator->latency.token_ns * factor),
        &random);
}

void simulator_answer(
    struct simulator *simulator, const struct simulated_question *question,
    struct simulated_answer *answer) {
    double factor = faults_latency_factor(&simulator->faults, question->version);
    uint64_t drawn_ns = latency_draw(&simulator->latency, &simulator->random);
    enum fault fault =
        faults_draw(&simulator->faults, question->version, &simulator->random);
    *answer = (struct simulated_answer){
        .status = STATUS_OK, .delay_ns = (uint64_t)((double)drawn_ns * factor)};
    buffer_init(&answer->body, SIMULATOR_ANSWER_MAX);
    pieces_init(&answer->pieces);

    struct error err = {0};
    struct simulator_request read;
    struct document *document = json_parse(question->body, &err);
    if (!document || !simulator_request_read(
                         &read, question->format, document_root(document), &err)) {
        refuse(answer, question->format, SIMULATOR_INVALID, err.message);
        document_free(document);
        return;
    }
    if (fault == FAULT_NONE) fault = faults_asked(read.question);
    struct thought thought = {
        .request = &read,
        .seed = simulator->seed,
        .fault = fault,
        .speech = {
            .model = read.model,
            .hash = reply_hash(simulator->seed, question->body),
            .flaw = flaw_of(fault),
            .tells_usage = read.wants_usage,
            .input_tokens = question->body.length / BYTES_PER_TOKEN + 1}};
    buffer_init(&thought.words, WORDS_MAX);
    decide(&thought);
    write(&thought, simulator, question, factor, answer);
    apply_fault(answer, question->format, fault, factor);
    buffer_clear(&thought.words);
    document_free(document);
}
