/* SPDX-License-Identifier: MIT */
#include "agent/chat.h"

#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/chat_request.h"
#include "agent/conversation.h"
#include "agent/model_client.h"
#include "agent/model_guard.h"
#include "agent/redis_pass.h"
#include "agent/response_cache.h"
#include "agent/tool_round.h"
#include "base/memory.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/redis.h"

enum { KEY_SIZE = CHAT_USER_SIZE + 8, NUMBER_SIZE = 16 };

static const uint64_t history_timeout_ns = NS_PER_S / 2;

enum chat_state { CHAT_LOADING, CHAT_REPEATING, CHAT_ASKING, CHAT_WORKING, CHAT_DONE };

struct chat {
    struct agent *agent; /* borrowed */
    enum chat_state state;
    uint64_t ticket;          /* of the question to Redis; 0 for none */
    struct redis_pass pass;   /* of the one for the history */
    struct loop_timer *timer; /* in its place */
    struct model_ask *ask;
    struct tool_round *round; /* while tools work */
    char *message;            /* owned */
    size_t message_length;
    char user_hash[USER_HASH_SIZE];
    struct user_context context;
    uint64_t deadline_ns;
    uint32_t rounds;
    struct conversation conversation;
    struct buffer calls; /* JSON objects with commas between them */
    struct buffer turn;
    enum cache_wish wish;
    char cache_key[CACHED_KEY_SIZE];
    struct cached_answer cached; /* once it was found */
    bool has_varied;             /* a tool may tell something else the next time */
    struct chat_result result;
    void (*on_text)(void *owner, struct slice text); /* NULL: nobody listens */
    void (*on_calls)(void *owner, struct slice calls);
    size_t calls_told; /* bytes of the record */
    chat_done_fn on_done;
    void *owner;
};

static void on_history(void *owner, const struct redis_result *result);
static void on_no_history(void *owner, uint64_t now_ns);
static void on_cached(void *owner, const struct redis_result *result);
static void on_repeated(void *owner, uint64_t now_ns);
static void ask_model(struct chat *chat);
static void on_text(void *owner, struct slice text);
static void on_answer(void *owner, const struct model_result *result);
static void on_tools(void *owner, struct slice results);

static void load_history(struct chat *chat, const char *user_id) {
    if (!redis_pass_begin(&chat->pass, chat->agent)) {
        chat->timer = loop_soon(chat->agent->loop, on_no_history, chat);
        return;
    }
    model_guard_look(chat->agent->guard);
    char key[KEY_SIZE];
    struct text key_text = TEXT_IN(key);
    text_addf(&key_text, "conv:%s", user_id);
    char first[NUMBER_SIZE];
    struct text first_text = TEXT_IN(first);
    text_addf(&first_text, "-%d", CONVERSATION_TURNS_MAX);
    chat->ticket = redis_ask(
        chat->agent->redis, history_timeout_ns, on_history, chat, "LRANGE", key, first,
        "-1", NULL);
}

struct chat *chat_start(
    struct agent *agent, const struct chat_question *question, chat_done_fn on_done,
    void *owner) {
    struct chat *chat = memory_new(sizeof *chat);
    chat->agent = agent;
    chat->message = memory_copy_bytes(question->message.data, question->message.length);
    chat->message_length = question->message.length;
    if (question->context) chat->context = *question->context;
    chat_request_hash_user(slice_of(question->user_id), chat->user_hash);
    chat->deadline_ns = question->deadline_ns;
    chat->result.cost_known = model_client_is_priced(agent->model);
    chat->wish = question->cache;
    chat->on_text = question->on_text;
    chat->on_calls = question->on_calls;
    chat->on_done = on_done;
    chat->owner = owner;
    conversation_init(&chat->conversation);
    buffer_init(&chat->calls, CHAT_CALLS_MAX);
    buffer_init(&chat->turn, CONVERSATION_TURN_MAX);
    load_history(chat, question->user_id);
    return chat;
}

void chat_free(struct chat *chat) {
    if (!chat) return;
    if (chat->ticket) redis_cancel(chat->agent->redis, chat->ticket);
    redis_pass_end(&chat->pass, chat->agent, NULL);
    loop_timer_free(chat->timer);
    model_ask_free(chat->ask);
    tool_round_free(chat->round);
    cached_answer_clear(&chat->cached);
    conversation_clear(&chat->conversation);
    buffer_clear(&chat->calls);
    buffer_clear(&chat->turn);
    free(chat->message);
    free(chat);
}

/* What is whole, and would be the same the next time. */
static bool is_worth_keeping(const struct chat *chat) {
    return chat->result.outcome == OUTCOME_SUCCESS && chat->turn.length > 0 &&
           chat->result.cache != CACHE_USE_HIT && chat->wish != CACHE_AVOID &&
           !chat->has_varied;
}

static void finish(struct chat *chat, enum outcome outcome, const char *message) {
    char safe[ERROR_MESSAGE_SIZE];
    struct text text = TEXT_IN(safe);
    /* A model that repeats what it was sent must not tell its key to everybody. */
    redact_add(chat->agent->redactor, &text, slice_of(message));
    chat->state = CHAT_DONE;
    chat->result.outcome = outcome;
    chat->result.message = safe;
    chat->result.calls = buffer_slice(&chat->calls);
    chat->result.turn = buffer_slice(&chat->turn);
    if (is_worth_keeping(chat)) {
        response_cache_keep(chat->agent->cache, chat->cache_key, &chat->result);
    }
    chat->on_done(chat->owner, &chat->result);
    chat_free(chat);
}

static void add_turns(struct chat *chat, const struct redis_reply *reply) {
    struct slice turns[CONVERSATION_TURNS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < reply->count && count < CONVERSATION_TURNS_MAX; i++) {
        if (reply->items[i].kind == REDIS_STRING) {
            turns[count++] = reply->items[i].string;
        }
    }
    conversation_add_history(&chat->conversation, turns, count);
}

/* A chat without its history is better than none. */
static void on_history(void *owner, const struct redis_result *result) {
    struct chat *chat = owner;
    chat->ticket = 0;
    redis_pass_end(&chat->pass, chat->agent, result);
    if (result->reply && result->reply->kind == REDIS_LIST) {
        add_turns(chat, result->reply);
    }
    on_no_history(chat, 0);
}

static void note_cache(struct chat *chat, enum cache_use use) {
    chat->result.cache = use;
    response_cache_count(chat->agent->cache, use);
}

/* Without a cache there is nothing to count. */
static void look_for_cached(struct chat *chat) {
    struct agent *agent = chat->agent;
    if (!agent->cache) {
        ask_model(chat);
        return;
    }
    struct buffer prompt;
    buffer_init(&prompt, SYSTEM_PROMPT_MAX);
    system_prompt_write(&chat->context, &prompt);
    struct cached_question question = {
        .version = agent->version,
        .model = model_client_model(agent->model),
        .system = buffer_slice(&prompt),
        .messages = conversation_messages(&chat->conversation)};
    cached_answer_key(&question, chat->cache_key);
    buffer_clear(&prompt);
    if (chat->wish == CACHE_WELCOME) {
        chat->ticket =
            response_cache_find(agent->cache, chat->cache_key, on_cached, chat);
    }
    if (chat->ticket) return;
    note_cache(chat, CACHE_USE_BYPASS);
    ask_model(chat);
}

static void on_no_history(void *owner, uint64_t now_ns) {
    struct chat *chat = owner;
    (void)now_ns;
    chat->timer = NULL;
    struct slice message = {.data = chat->message, .length = chat->message_length};
    conversation_add_question(&chat->conversation, message);
    look_for_cached(chat);
}

static void tell_calls(struct chat *chat) {
    struct slice calls = buffer_slice(&chat->calls);
    size_t told = chat->calls_told;
    if (!chat->on_calls || calls.length <= told) return;
    if (told > 0) told++; /* the comma between the rounds */
    chat->calls_told = calls.length;
    calls.data += told;
    calls.length -= told;
    chat->on_calls(chat->owner, calls);
}

/* As the model would have told it, only sooner. */
static void on_cached(void *owner, const struct redis_result *result) {
    struct chat *chat = owner;
    struct error err = {0};
    struct cached_answer *cached = &chat->cached;
    chat->ticket = 0;
    bool is_hit = result->reply && result->reply->kind == REDIS_STRING &&
                  cached_answer_read(cached, result->reply->string, &err);
    note_cache(chat, is_hit ? CACHE_USE_HIT : CACHE_USE_MISS);
    if (!is_hit) {
        ask_model(chat);
        return;
    }
    chat->state = CHAT_REPEATING;
    chat->timer = loop_soon(chat->agent->loop, on_repeated, chat);
    buffer_add(&chat->calls, cached->calls.data, cached->calls.length);
    buffer_add(&chat->turn, cached->turn.data, cached->turn.length);
    tell_calls(chat);
    if (chat->on_text) chat->on_text(chat->owner, cached->response);
}

static void on_repeated(void *owner, uint64_t now_ns) {
    struct chat *chat = owner;
    (void)now_ns;
    chat->timer = NULL;
    chat->result.response = chat->cached.response;
    finish(chat, OUTCOME_SUCCESS, "");
}

static void ask_model(struct chat *chat) {
    struct agent *agent = chat->agent;
    if (chat->conversation.messages.overflow) {
        finish(chat, OUTCOME_TOOL_LIMIT, "the conversation became too long");
        return;
    }
    struct buffer prompt;
    buffer_init(&prompt, SYSTEM_PROMPT_MAX);
    system_prompt_write(&chat->context, &prompt);
    struct model_question question = {
        .tokens_max = CHAT_TOKENS_MAX,
        .system = buffer_slice(&prompt),
        .messages = conversation_messages(&chat->conversation),
        .user_hash = chat->user_hash};
    struct model_ask_options options = {
        .question = &question,
        .deadline_ns = chat->deadline_ns,
        .on_text = chat->on_text ? on_text : NULL,
        .on_result = on_answer,
        .owner = chat};
    chat->state = CHAT_ASKING;
    chat->ask = model_client_ask(agent->model, &options);
    buffer_clear(&prompt);
}

static void run_tools(struct chat *chat, const struct model_answer *answer) {
    for (size_t i = 0; i < answer->call_count; i++) {
        if (!tools_always_same(answer->calls[i].name)) chat->has_varied = true;
    }
    struct tool_round_question question = {
        .answer = answer,
        .deadline_ns = chat->deadline_ns,
        .record = &chat->calls,
        .failed = &chat->result.tools_failed};
    chat->state = CHAT_WORKING;
    chat->round = tool_round_start(chat->agent, &question, on_tools, chat);
}

static void go_on(struct chat *chat, const struct model_answer *answer) {
    if (++chat->rounds > CHAT_ROUNDS_MAX) {
        finish(chat, OUTCOME_TOOL_LIMIT, "the model called tools again and again");
        return;
    }
    conversation_add_answer(&chat->conversation, answer->content);
    if (answer->call_count > 0) {
        run_tools(chat, answer);
    } else {
        ask_model(chat);
    }
}

static enum outcome outcome_of_stop(enum model_stop stop) {
    switch (stop) {
    case STOP_REFUSAL: return OUTCOME_REFUSED;
    case STOP_MAX_TOKENS:
    case STOP_CONTEXT: return OUTCOME_TRUNCATED;
    case STOP_END_TURN:
    case STOP_SEQUENCE:
    case STOP_TOOL_USE:
    case STOP_PAUSE_TURN:
    case STOP_OTHER:
    case STOP_COUNT: break;
    }
    return OUTCOME_SUCCESS;
}

static bool has_words(struct slice text) {
    size_t blank = 0;
    while (blank < text.length && strchr(" \t\r\n", text.data[blank])) blank++;
    return blank < text.length;
}

static void conclude(struct chat *chat, const struct model_answer *answer) {
    enum outcome outcome = outcome_of_stop(answer->stop);
    struct slice words = buffer_slice(&answer->text);
    /* Nobody would see from a success that users are told nothing. */
    if (outcome == OUTCOME_SUCCESS && !has_words(words)) {
        finish(chat, OUTCOME_MODEL_PROTOCOL, "the model's answer holds no words");
        return;
    }
    chat->result.response = words;
    /* An answer without words, or cut in the middle of a call, cannot be sent along
     * with the next question; and a refused question would be refused again. */
    bool can_be_kept = answer->call_count == 0 && answer->text.length > 0 &&
                       outcome != OUTCOME_REFUSED;
    if (can_be_kept) {
        conversation_add_answer(&chat->conversation, answer->content);
        if (!conversation_write_turn(&chat->conversation, &chat->turn)) {
            buffer_reset(&chat->turn);
        }
    }
    finish(chat, outcome, "");
}

static void on_text(void *owner, struct slice text) {
    struct chat *chat = owner;
    chat->on_text(chat->owner, text);
}

static void on_answer(void *owner, const struct model_result *result) {
    struct chat *chat = owner;
    chat->ask = NULL;
    if (!result->answer) {
        chat->result.retry_after_ns = result->retry_after_ns;
        finish(chat, result->outcome, result->message);
        return;
    }
    usage_add(&chat->result.usage, &result->answer->usage);
    chat->result.cost_usd += result->cost_usd;
    if (!result->cost_known) chat->result.cost_known = false;

    enum model_stop stop = result->answer->stop;
    if (stop == STOP_TOOL_USE || stop == STOP_PAUSE_TURN) {
        go_on(chat, result->answer);
    } else {
        conclude(chat, result->answer);
    }
}

/* Every call is answered, all in one message: anything else is refused. */
static void on_tools(void *owner, struct slice results) {
    struct chat *chat = owner;
    chat->round = NULL;
    conversation_add_results(&chat->conversation, results);
    tell_calls(chat);
    ask_model(chat);
}
