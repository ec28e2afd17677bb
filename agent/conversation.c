/* SPDX-License-Identifier: MIT */
#include "agent/conversation.h"

#include <string.h>

#include "base/json_writer.h"
#include "core/json_reader.h"
#include "core/node_json.h"

void conversation_init(struct conversation *conversation) {
    *conversation = (struct conversation){0};
    buffer_init(&conversation->messages, CONVERSATION_BYTES_MAX);
}

void conversation_clear(struct conversation *conversation) {
    buffer_clear(&conversation->messages);
    conversation_init(conversation);
}

/* The rest of a message: a role, one of the two, and a content, each once. */
static bool reads_as_message(struct json_reader *reader, bool *is_users) {
    unsigned roles = 0, contents = 0;
    struct slice key, words;
    enum json_token token;
    while ((token = json_reader_next(reader, &key)) == JSON_KEY) {
        token = json_reader_next(reader, &words);
        if (slice_equals(key, "role")) {
            *is_users = slice_equals(words, "user");
            bool is_role = *is_users || slice_equals(words, "assistant");
            if (token != JSON_STRING || !is_role) return false;
            roles++;
        } else if (slice_equals(key, "content")) {
            contents++;
        }
        if (!json_reader_pass(reader, token)) return false;
    }
    return token == JSON_CLOSE && roles == 1 && contents == 1;
}

/* Whether messages take turns in a list, the user first and the assistant,
 * who may have paused and gone on, last. Every chat asks that
 * of each of its past turns: none of them is worth a tree. */
static bool reads_as_turn(struct slice text) {
    struct json_reader reader = json_reader_of(text);
    struct slice words;
    bool is_begun = false;
    bool is_users = false;
    enum json_token token = json_reader_next(&reader, &words);
    if (token != JSON_LIST) return false;
    while ((token = json_reader_next(&reader, &words)) == JSON_MAP) {
        bool was_users = is_users;
        if (!reads_as_message(&reader, &is_users)) return false;
        if (is_users ? was_users : !is_begun) return false;
        is_begun = true;
    }
    return token == JSON_CLOSE && is_begun && !is_users &&
           json_reader_next(&reader, &words) == JSON_END;
}

size_t conversation_first_kept(const struct slice *turns, size_t count) {
    size_t bytes = 0;
    size_t first = count;
    while (first > 0 && count - first < CONVERSATION_TURNS_MAX) {
        bytes += turns[first - 1].length;
        if (bytes > CONVERSATION_HISTORY_MAX) break;
        first--;
    }
    return first;
}

static void add_separator(struct conversation *conversation) {
    if (conversation->messages.length > 0) {
        buffer_add_char(&conversation->messages, ',');
    }
}

void conversation_add_history(
    struct conversation *conversation, const struct slice *turns, size_t count) {
    for (size_t i = conversation_first_kept(turns, count); i < count; i++) {
        if (!reads_as_turn(turns[i])) continue;
        const char *open = memchr(turns[i].data, '[', turns[i].length);
        const char *close = memrchr(turns[i].data, ']', turns[i].length);
        add_separator(conversation);
        buffer_add(&conversation->messages, open + 1, (size_t)(close - open) - 1);
        conversation->turn_count++;
    }
    add_separator(conversation);
    conversation->turn_start = conversation->messages.length;
}

static struct json_writer begin_message(
    struct conversation *conversation, const char *role) {
    if (conversation->messages.length > conversation->turn_start) {
        add_separator(conversation);
    }
    struct json_writer json = json_writer_to(&conversation->messages);
    json_object_begin(&json);
    json_field_string(&json, "role", role);
    json_key(&json, "content");
    return json;
}

void conversation_add_question(struct conversation *conversation, struct slice words) {
    struct json_writer json = begin_message(conversation, "user");
    json_slice(&json, words);
    json_object_end(&json);
}

void conversation_add_answer(
    struct conversation *conversation, const struct node *content) {
    /* By a writer of its own: it may be as deep as a document may be. */
    struct buffer text;
    buffer_init(&text, CONVERSATION_BYTES_MAX);
    struct json_writer inner = json_writer_to(&text);
    node_write_json(content, &inner);
    struct json_writer json = begin_message(conversation, "assistant");
    json_raw(&json, buffer_slice(&text));
    json_object_end(&json);
    buffer_clear(&text);
}

void conversation_add_results(struct conversation *conversation, struct slice results) {
    struct json_writer json = begin_message(conversation, "user");
    json_raw(&json, results);
    json_object_end(&json);
}

struct slice conversation_messages(const struct conversation *conversation) {
    return buffer_slice(&conversation->messages);
}

bool conversation_write_turn(
    const struct conversation *conversation, struct buffer *turn) {
    struct slice all = buffer_slice(&conversation->messages);
    size_t length = all.length - conversation->turn_start;
    if (conversation->messages.overflow || length + 2 > CONVERSATION_TURN_MAX) {
        return false;
    }
    buffer_add_char(turn, '[');
    buffer_add(turn, all.data + conversation->turn_start, length);
    return buffer_add_char(turn, ']') && !turn->overflow;
}
