/* A streamed answer of the model, of either wire format: whole or byte by byte, the
 * same comes of it, and who listened heard what the answer says. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "agent/messages_stream.h"
#include "agent/openai.h"
#include "base/panic.h"
#include "fuzz/fuzz.h"

enum { WORDS_MAX = 2 * MODEL_TEXT_MAX };

struct heard {
    bool is_answer;
    bool was_cut;
    struct buffer words;
    struct model_answer answer;
};

static void hear(
    struct heard *heard, const struct stream_format *format, struct slice bytes,
    size_t piece) {
    struct model_stream stream;
    struct error err = {0};
    *heard = (struct heard){.words = {.limit = WORDS_MAX}};
    model_stream_init(&stream, format);
    bool is_good = true;
    for (size_t at = 0; is_good && at < bytes.length; at += piece) {
        size_t left = bytes.length - at;
        struct slice part = {bytes.data + at, left < piece ? left : piece};
        is_good = model_stream_take(&stream, part, &err);
        buffer_add(&heard->words, stream.words.data, stream.words.length);
        buffer_reset(&stream.words);
    }
    is_good = is_good && model_stream_rest(&stream, &err);
    buffer_add(&heard->words, stream.words.data, stream.words.length);
    heard->is_answer = is_good && model_stream_answer(&stream, &heard->answer, &err);
    heard->was_cut = stream.was_cut;
    ensure(heard->is_answer || err.message[0] != '\0');
    model_stream_clear(&stream);
}

static bool is_same(const struct buffer *a, const struct buffer *b) {
    return a->length == b->length &&
           (a->length == 0 || memcmp(a->data, b->data, a->length) == 0);
}

static void forget(struct heard *heard) {
    if (heard->is_answer) model_answer_clear(&heard->answer);
    buffer_clear(&heard->words);
}

static void compare_answers(struct heard *whole, struct heard *pieces) {
    ensure(whole->answer.stop == pieces->answer.stop);
    ensure(is_same(&whole->answer.text, &pieces->answer.text));
    ensure(whole->was_cut || is_same(&whole->answer.text, &whole->words));
}

static void try_format(const struct stream_format *format, struct slice bytes) {
    struct heard whole;
    struct heard pieces;
    hear(&whole, format, bytes, bytes.length + 1);
    hear(&pieces, format, bytes, 1);
    ensure(whole.is_answer == pieces.is_answer);
    ensure(is_same(&whole.words, &pieces.words));
    if (whole.is_answer) compare_answers(&whole, &pieces);
    forget(&whole);
    forget(&pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct slice bytes = {.data = (const char *)data, .length = size};
    try_format(&messages_stream, bytes);
    try_format(&openai_stream, bytes);
    return 0;
}
