/* SPDX-License-Identifier: MIT */
#include "agent/speech.h"

#include <string.h>

#include "agent/speech_events.h"
#include "base/utf8.h"

enum {
    BYTES_PER_TOKEN = 4, /* about, in English */
    TOKENS_PER_EVENT = 4,
};

static const char nonsense[] = "<html><body>upstream error</body></html>";

static const struct {
    size_t flawed_event; /* from 1: the first with words, what comes before is sound */
    const char *odd, *odd_event, *failed;
    void (*write)(const struct speech *speech, struct json_writer *json);
    void (*stream)(struct speech_events *events);
} formats[SPEECH_FORMAT_COUNT] = {
    [SPEECH_MESSAGES] =
        {.flawed_event = 4,
         .odd = "{\"type\":\"message\",\"content\":\"words\",\"usage\":[]}",
         .odd_event =
             "{\"type\":\"content_block_delta\",\"index\":\"0\",\"delta\":\"words\"}",
         .failed = "event: error\n"
                   "data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
                   "\"message\":\"Overloaded\"}}\n\n",
         .write = speech_write_messages,
         .stream = speech_stream_messages},
    [SPEECH_COMPLETIONS] =
        {.flawed_event = 2,
         .odd = "{\"object\":\"chat.completion\",\"choices\":{\"message\":\"words\"}}",
         .odd_event = "{\"object\":\"chat.completion.chunk\",\"choices\":\"words\"}",
         .failed = "data: {\"error\":{\"message\":\"Overloaded\",\"type\":\"server_"
                   "error\",\"param\":null,\"code\":\"overloaded\"}}\n\n",
         .write = speech_write_completions,
         .stream = speech_stream_completions},
};

uint64_t speech_tokens(size_t length) {
    return (length + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
}

/* To the end of a word where there is one: models seldom stop within. */
struct slice speech_take(struct slice *rest, struct random *random) {
    size_t wanted =
        BYTES_PER_TOKEN * (1 + (size_t)random_below(random, TOKENS_PER_EVENT));
    struct scan scan = scan_of(*rest);
    struct slice taken = {.data = rest->data, .length = 0};
    uint32_t rune = 0;
    while (!scan_done(&scan) && (taken.length < wanted || rune != ' ')) {
        utf8_next(&scan, &rune);
        taken.length = (size_t)(scan.at - rest->data);
        if (taken.length >= 2 * wanted) break;
    }
    rest->data += taken.length;
    rest->length -= taken.length;
    return taken;
}

void speech_event_begin(struct speech_events *events, const char *name) {
    if (name) buffer_addf(events->body, "event: %s\n", name);
    buffer_add_string(events->body, "data: ");
    events->data_start = events->body->length;
    events->json = json_writer_to(events->body);
}

static void spoil(struct speech_events *events) {
    struct buffer *body = events->body;
    size_t length = body->length - events->data_start;
    switch (events->speech->flaw) {
    case FLAW_NONE: break;
    case FLAW_NONSENSE:
        body->length = events->data_start;
        buffer_add_string(body, nonsense);
        break;
    case FLAW_HALF_JSON: body->length = events->data_start + length / 2; break;
    case FLAW_SCHEMA:
        body->length = events->data_start;
        buffer_add_string(body, events->odd);
        break;
    case FLAW_ERROR: break;
    }
}

void speech_event_end(struct speech_events *events, uint64_t tokens) {
    if (events->has_failed) {
        events->body->length = events->pieces->byte_count;
        return;
    }
    events->count++;
    bool is_flawed = events->count == events->flawed_event;
    if (is_flawed) spoil(events);
    buffer_add_string(events->body, "\n\n");
    if (is_flawed && events->speech->flaw == FLAW_ERROR) {
        buffer_add_string(events->body, events->failed);
        events->has_failed = true;
    }
    pieces_add(events->pieces, events->body->length, tokens);
}

void speech_write_arguments(const struct speech_call *call, struct json_writer *json) {
    json_object_begin(json);
    json_field_slice(json, call->argument_name, call->argument);
    json_object_end(json);
}

void speech_write(
    const struct speech *speech, enum speech_format format, struct buffer *body) {
    size_t start = body->length;
    struct json_writer json = json_writer_to(body);
    switch (speech->flaw) {
    case FLAW_NONSENSE: buffer_add_string(body, nonsense); return;
    case FLAW_SCHEMA: buffer_add_string(body, formats[format].odd); return;
    case FLAW_NONE:
    case FLAW_HALF_JSON:
    case FLAW_ERROR: break;
    }
    formats[format].write(speech, &json);
    if (speech->flaw != FLAW_HALF_JSON) return;
    body->length = start + (body->length - start) / 2;
}

void speech_stream(
    const struct speech *speech, enum speech_format format, struct buffer *body,
    struct pieces *pieces) {
    struct speech_events events = {
        .speech = speech,
        .body = body,
        .pieces = pieces,
        .flawed_event = formats[format].flawed_event,
        .odd = formats[format].odd_event,
        .failed = formats[format].failed};
    formats[format].stream(&events);
}
