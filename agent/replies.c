/* SPDX-License-Identifier: MIT */
#include "agent/replies.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "agent/calculator.h"
#include "base/text.h"
#include "core/random.h"

enum {
    SMALL_EXPRESSION = 8, /* characters that a head can do */
    ANSWER_SIZE = 400,
    NAME_MAX_BYTES = 64,
    SEARCH_MAX_BYTES = 200,
    SENTENCES_MIN = 1,
    SENTENCES_MAX = 4,
};

static const char *const openings[] = {
    "Thanks for asking.", "Happy to help with that.", "Good question.",
    "I looked into it.",  "Let me explain.",          "Of course.",
};

static const char *const sentences[] = {
    "Your order is on its way and should arrive within two working days.",
    "You can change the delivery address until the parcel leaves the warehouse.",
    "Returns are free within thirty days as long as the item is unused.",
    "The refund goes back to the card that was used for the payment.",
    "I have noted your request, and a colleague will confirm it by mail.",
    "The product is in stock in two of our warehouses.",
    "A replacement can be sent at once, without waiting for the return.",
    "The warranty covers defects for two years from the date of purchase.",
    "You will find the invoice in your account under past orders.",
    "Standard delivery is free for orders above fifty euros.",
    "The update fixes the problem that you describe.",
    "Restarting the device once after the update is enough.",
};

uint64_t reply_hash(uint64_t seed, struct slice bytes) {
    uint64_t sum = seed ^ UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < bytes.length; i++) {
        sum ^= (unsigned char)bytes.data[i];
        sum *= UINT64_C(0x100000001b3);
    }
    return sum;
}

static bool is_arithmetic(char c) {
    return c != '\0' && strchr("0123456789.+-*/%^() ", c) != NULL;
}

/* Cut at both ends to what an expression can begin and end with. */
static struct slice trim_run(struct slice run) {
    while (run.length > 0 && !isdigit((unsigned char)run.data[0]) &&
           run.data[0] != '(' && run.data[0] != '-') {
        run.data++;
        run.length--;
    }
    while (run.length > 0 && !isdigit((unsigned char)run.data[run.length - 1]) &&
           run.data[run.length - 1] != ')') {
        run.length--;
    }
    return run;
}

/* A lone number is no arithmetic: some operator
 * has to stand behind the first character. */
static bool has_value(struct slice run) {
    if (run.length < 3 || run.length >= REPLY_EXPRESSION_SIZE) return false;
    bool has_operator = false;
    for (size_t i = 1; i < run.length; i++) {
        has_operator = has_operator || strchr("+-*/%^", run.data[i]);
    }
    struct error err = {0};
    double value = 0;
    return has_operator && calculator_evaluate(run, &value, &err);
}

bool reply_find_expression(struct slice text, char expression[REPLY_EXPRESSION_SIZE]) {
    struct slice best = {0};
    size_t at = 0;
    while (at < text.length) {
        if (!is_arithmetic(text.data[at])) {
            at++;
            continue;
        }
        size_t end = at;
        while (end < text.length && is_arithmetic(text.data[end])) end++;
        struct slice run =
            trim_run((struct slice){.data = text.data + at, .length = end - at});
        if (run.length > best.length && has_value(run)) best = run;
        at = end;
    }
    if (best.length == 0) return false;
    memcpy(expression, best.data, best.length);
    expression[best.length] = '\0';
    return true;
}

static bool says(struct slice text, const char *words) {
    size_t length = strlen(words);
    for (size_t i = 0; i + length <= text.length; i++) {
        if (strncasecmp(text.data + i, words, length) == 0) return true;
    }
    return false;
}

bool reply_wants_tool(struct slice question, const char *expression) {
    return strlen(expression) > SMALL_EXPRESSION || says(question, "calculat");
}

struct slice reply_find_name(struct slice text) {
    static const char words[] = "my name is ";
    struct slice none = {.data = "", .length = 0};
    size_t length = sizeof words - 1;
    for (size_t i = 0; i + length < text.length; i++) {
        if (strncasecmp(text.data + i, words, length) != 0) continue;
        const char *name = text.data + i + length;
        size_t rest = text.length - i - length;
        size_t end = 0;
        while (end < rest && end < NAME_MAX_BYTES && !strchr(".,!?\r\n ", name[end])) {
            end++;
        }
        if (end > 0) return (struct slice){.data = name, .length = end};
    }
    return none;
}

/* What stands behind the phrase; NULL data when it is not there. */
static struct slice find_behind(struct slice text, const char *phrase) {
    size_t length = strlen(phrase);
    for (size_t i = 0; i + length < text.length; i++) {
        if (strncasecmp(text.data + i, phrase, length) == 0) {
            return (struct slice){
                .data = text.data + i + length, .length = text.length - i - length};
        }
    }
    return (struct slice){0};
}

struct slice reply_find_search(struct slice text) {
    struct slice found = find_behind(text, "search the web for ");
    if (!found.data) found = find_behind(text, "search for ");
    size_t end = 0;
    while (end < found.length && end < SEARCH_MAX_BYTES &&
           !strchr(".!?\r\n", found.data[end])) {
        end++;
    }
    return (struct slice){.data = found.data ? found.data : "", .length = end};
}

static bool is_order(struct slice word) {
    bool has_letter = false;
    bool has_dash = false;
    bool has_digit = false;
    for (size_t i = 0; i < word.length; i++) {
        has_letter = has_letter || isalpha((unsigned char)word.data[i]);
        has_dash = has_dash || word.data[i] == '-';
        has_digit = has_digit || isdigit((unsigned char)word.data[i]);
    }
    return has_letter && has_dash && has_digit && word.length <= NAME_MAX_BYTES;
}

struct slice reply_find_order(struct slice text) {
    struct slice none = {.data = "", .length = 0};
    if (!says(text, "order")) return none;
    size_t at = 0;
    while (at < text.length) {
        size_t end = at;
        while (end < text.length &&
               (isalnum((unsigned char)text.data[end]) || text.data[end] == '-')) {
            end++;
        }
        struct slice word = {.data = text.data + at, .length = end - at};
        if (is_order(word)) return word;
        at = end + 1;
    }
    return none;
}

static void write_sentences(uint64_t hash, struct buffer *reply) {
    struct random random;
    random_seed(&random, hash);
    size_t opening =
        (size_t)random_below(&random, sizeof openings / sizeof openings[0]);
    buffer_add_string(reply, openings[opening]);
    uint64_t count =
        SENTENCES_MIN + random_below(&random, SENTENCES_MAX - SENTENCES_MIN + 1);
    size_t at = (size_t)random_below(&random, sizeof sentences / sizeof sentences[0]);
    for (uint64_t i = 0; i < count; i++) {
        buffer_add_char(reply, ' ');
        buffer_add_string(reply, sentences[at]);
        at = (at + 5) % (sizeof sentences / sizeof sentences[0]);
    }
}

void reply_write(
    struct slice question, struct slice name, uint64_t seed, struct buffer *reply) {
    char expression[REPLY_EXPRESSION_SIZE];
    struct slice told = reply_find_name(question);
    if (told.length > 0) {
        buffer_addf(
            reply, "Nice to meet you, %.*s. How can I help?", (int)told.length,
            told.data);
    } else if (says(question, "my name")) {
        if (name.length > 0) {
            buffer_addf(reply, "Your name is %.*s.", (int)name.length, name.data);
        } else {
            buffer_add_string(reply, "You have not told me your name yet.");
        }
    } else if (reply_find_expression(question, expression)) {
        char answer[ANSWER_SIZE];
        struct text text = TEXT_IN(answer);
        (void)calculator_answer(slice_of(expression), &text);
        buffer_addf(reply, "%s is %s.", expression, answer);
    } else {
        write_sentences(reply_hash(seed, question), reply);
    }
}
