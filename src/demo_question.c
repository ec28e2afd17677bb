/* SPDX-License-Identifier: MIT */
#include "demo_question.h"

#include <inttypes.h>

#include "base/json_writer.h"
#include "base/panic.h"
#include "base/text.h"

static const char *const plain[] = {
    "Where is my order?",
    "How do I return a pair of shoes?",
    "Do you ship to Norway?",
    "Can I change my address after I have paid?",
    "Which warranty comes with the kettle?",
    "Thank you, that was all.",
    "When does the shop in Lyon open?",
    "My parcel is damaged, what now?",
    "Is the blue one back in stock?",
    "How long does a refund take?",
};

static enum demo_question_kind draw_kind(struct random *random) {
    static const unsigned per_mille[QUESTION_KINDS] = {
#define X(id, share) [id] = (share),
        DEMO_QUESTIONS(X)
#undef X
    };
    uint64_t left = random_below(random, 1000);
    for (unsigned kind = 0; kind < QUESTION_KINDS; kind++) {
        if (left < per_mille[kind]) return (enum demo_question_kind)kind;
        left -= per_mille[kind];
    }
    panic("the shares of the questions are no thousand");
}

static const char *draw_plain(struct random *random) {
    return plain[random_below(random, sizeof plain / sizeof *plain)];
}

/* The phrases that make the local model slow or fail stand in the question itself. */
static void write_message(
    struct text *message, enum demo_question_kind kind, struct random *random) {
    switch (kind) {
    case QUESTION_PLAIN:
    case QUESTION_LATER: text_add(message, draw_plain(random)); return;
    case QUESTION_TOOL:
        text_addf(
            message, "What is %" PRIu64 " * %" PRIu64 " + %" PRIu64 "?",
            2 + random_below(random, 98), 2 + random_below(random, 98),
            random_below(random, 1000));
        return;
    case QUESTION_SLOW:
        text_addf(message, "Please take your time: %s", draw_plain(random));
        return;
    case QUESTION_FAILING:
        text_addf(message, "Please break down: %s", draw_plain(random));
        return;
    case QUESTION_KINDS: break;
    }
}

void demo_question_draw(struct demo_question *question, struct random *random) {
    *question = (struct demo_question){.kind = draw_kind(random)};
    struct text user = TEXT_IN(question->user);
    uint64_t number = random_below(random, DEMO_USERS);
    text_addf(&user, "user-%04" PRIu64, number);
    question->names_user = number % 2 == 0;

    char words[DEMO_QUESTION_MAX];
    struct text message = TEXT_IN(words);
    write_message(&message, question->kind, random);
    buffer_init(&question->body, DEMO_QUESTION_MAX);
    struct json_writer json = json_writer_to(&question->body);
    json_object_begin(&json);
    json_field_string(&json, "user_id", question->user);
    json_field_string(&json, "message", words);
    json_object_end(&json);
    ensure(!question->body.overflow);
}

void demo_question_clear(struct demo_question *question) {
    buffer_clear(&question->body);
}
