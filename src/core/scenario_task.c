/* SPDX-License-Identifier: MIT */
#include "core/scenario_task.h"

#include <stddef.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "core/node_json.h"
#include "core/template.h"

enum { STATUS_LEAST = 200, STATUS_MOST = 599, MESSAGE_BYTES_MAX = 4096 };

/* Who asks: named after the run, so that nobody is mistaken for a customer. */
static const char user_words[] = "load-${run}-${user}";

#define JOB(member) SCHEMA_AT(struct scenario_task, job.member)
static const struct schema_field job_rows[] = {
    {"id", SCHEMA_STRING, JOB(id), .fallback = "$.job_id"},
    {"get", SCHEMA_PATH, JOB(path), .required = true},
    {"status", SCHEMA_STRING, JOB(status), .fallback = "$.status"},
    {"good", SCHEMA_NODE, SCHEMA_NODE_AT(struct scenario_task, job.good)},
    {"bad", SCHEMA_NODE, SCHEMA_NODE_AT(struct scenario_task, job.bad)},
    {"every", SCHEMA_DURATION, JOB(every_ns), .fallback = "500ms", .least = 10e6,
     .most = 60e9},
    {"times", SCHEMA_INTEGER, JOB(times), .fallback = "20", .least = 1, .most = 10000},
};
#undef JOB
static const struct schema job_schema = {SCHEMA_OF(struct scenario_task, job_rows)};

static const struct schema_field expect_rows[] = {
    {"status", SCHEMA_NODE, SCHEMA_NODE_AT(struct scenario_task, status)},
    {"contains", SCHEMA_STRING, SCHEMA_AT(struct scenario_task, contains)},
};
static const struct schema expect_schema = {
    SCHEMA_OF(struct scenario_task, expect_rows)};

#define WHOLE .offset = 0, .size = sizeof(struct scenario_task)
static const struct schema_field task_rows[] = {
    {"name", SCHEMA_STRING, SCHEMA_AT(struct scenario_task, name), .required = true},
    {"weight", SCHEMA_INTEGER, SCHEMA_AT(struct scenario_task, weight), .fallback = "1",
     .least = 1, .most = 1000},
#define X(id, key, method) \
    { key, SCHEMA_NODE, SCHEMA_NODE_AT(struct scenario_task, requests[id]) }
    CHECK_REQUESTS(X),
#undef X
    {"json", SCHEMA_NODE, SCHEMA_NODE_AT(struct scenario_task, json)},
    {"body", SCHEMA_NODE, SCHEMA_NODE_AT(struct scenario_task, body)},
    {"headers", SCHEMA_NODE, SCHEMA_NODE_AT(struct scenario_task, headers)},
    {"timeout", SCHEMA_DURATION, SCHEMA_AT(struct scenario_task, timeout_ns),
     .fallback = "30s", .least = 1e6, .most = 3600e9},
    {"stream", SCHEMA_BOOL, SCHEMA_AT(struct scenario_task, stream)},
    {"expect", SCHEMA_OBJECT, WHOLE, .of = &expect_schema},
    {"job", SCHEMA_OBJECT, WHOLE, .of = &job_schema},
};
#undef WHOLE
const struct schema scenario_task_schema = {SCHEMA_OF(struct scenario_task, task_rows)};

/* In the target's own way */

static void copy_word(char *to, size_t size, struct slice from) {
    struct text text = text_in(to, size);
    text_add_slice(&text, from);
}

/* What a service calls the end of a job says whether it went well. */
static bool is_bad_end(const char *word) {
    static const char *const bad[] = {
        "failed",   "failure", "error",   "errored", "cancelled",
        "canceled", "dead",    "expired", "timeout", "rejected",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (strcmp(word, bad[i]) == 0) return true;
    }
    return false;
}

static void take_ends(struct load_job *job, const struct target_chat *chat) {
    job->good_count = 0;
    job->bad_count = 0;
    for (uint32_t i = 0; i < chat->done_count; i++) {
        bool bad = is_bad_end(chat->done[i]);
        uint32_t *count = bad ? &job->bad_count : &job->good_count;
        if (*count == LOAD_WORDS_MAX) continue;
        struct load_word *word = bad ? &job->bad[*count] : &job->good[*count];
        text_copy(word->word, sizeof word->word, chat->done[i]);
        ++*count;
    }
}

static void take_job(struct load_job *job, const struct target *target) {
    static const char mark[] = "{job_id}";
    const char *path = target->paths.job;
    const char *at = strstr(path, mark);
    if (!target->chat.job[0] || !at || target->chat.done_count == 0) return;
    struct text text = TEXT_IN(job->path);
    text_add_slice(&text, (struct slice){path, (size_t)(at - path)});
    text_addf(&text, "${job}%s", at + strlen(mark));
    text_copy(job->id, sizeof job->id, target->chat.job);
    text_copy(job->status, sizeof job->status, target->chat.done_path);
    take_ends(job, &target->chat);
    job->wanted = job->good_count > 0;
}

/* A string as it stands between the quotes of JSON. */
static void add_quoted(struct text *to, struct slice words) {
    struct buffer quoted;
    buffer_init(&quoted, MESSAGE_BYTES_MAX);
    struct json_writer json = json_writer_to(&quoted);
    json_slice(&json, words);
    if (quoted.overflow || quoted.length < 2) {
        to->truncated = true;
    } else {
        text_add_slice(to, (struct slice){quoted.data + 1, quoted.length - 2});
    }
    buffer_clear(&quoted);
}

static bool fill_request(
    struct text *body, const char *request, struct slice message, struct error *err) {
    struct scan scan = scan_of(slice_of(request));
    struct template_piece piece;
    struct error problem = {0};
    while (template_next(&scan, &piece, &problem)) {
        if (piece.kind == TEMPLATE_LITERAL) {
            text_add_slice(body, piece.words);
        } else if (slice_equals(piece.words, "message")) {
            add_quoted(body, message);
        } else if (slice_equals(piece.words, "user")) {
            text_add(body, user_words);
        } else {
            return error_set(
                err, ERROR_USAGE, "chat.request of the target: ${%.*s} is not known",
                (int)(piece.words.length > 64 ? 64 : piece.words.length),
                piece.words.data);
        }
    }
    if (problem.code == ERROR_NONE) return true;
    *err = problem;
    return false;
}

static bool add_header(
    struct load_task *task, const char *name, const char *value, struct error *err) {
    for (uint32_t i = 0; i < task->header_count; i++) {
        if (strcasecmp(task->headers[i].name, name) == 0) return true;
    }
    if (task->header_count == LOAD_HEADERS_MAX) {
        return error_set(err, ERROR_LIMIT, "more than %d headers", LOAD_HEADERS_MAX);
    }
    struct load_header *header = &task->headers[task->header_count++];
    if (text_copy(header->name, sizeof header->name, name) &&
        text_copy(header->value, sizeof header->value, value)) {
        return true;
    }
    return error_set(
        err, ERROR_LIMIT, "a header is longer than %d bytes",
        LOAD_HEADER_VALUE_SIZE - 1);
}

bool scenario_task_chat(
    struct load_task *to, struct slice message, const struct target *target,
    struct error *err) {
    struct text body = TEXT_IN(to->body);
    if (!target->paths.chat[0]) {
        return error_set(err, ERROR_USAGE, "the target has no chat");
    }
    text_copy(to->method, sizeof to->method, "POST");
    text_copy(to->path, sizeof to->path, target->paths.chat);
    if (!fill_request(&body, target->chat.request, message, err)) return false;
    if (body.truncated) {
        return error_set(
            err, ERROR_LIMIT, "a message is longer than %d bytes", LOAD_BODY_SIZE - 1);
    }
    take_job(&to->job, target);
    return add_header(to, "Content-Type", "application/json", err);
}

/* From a file */

static bool take_status(
    struct load_task *task, const struct node *node, struct mistakes *mistakes) {
    double code = 0;
    if (!node_as_number(node, &code) || code < STATUS_LEAST || code > STATUS_MOST) {
        mistakes_add(mistakes, node, "expected a status from 200 to 599");
        return false;
    }
    if (task->range_count == LOAD_RANGES_MAX) {
        mistakes_add(mistakes, node, "more than %d statuses", LOAD_RANGES_MAX);
        return false;
    }
    struct load_range *range = &task->ranges[task->range_count++];
    range->from = range->to = (uint16_t)code;
    return true;
}

static void take_statuses(
    struct load_task *task, const struct node *status, struct mistakes *mistakes) {
    bool list = status->kind == NODE_LIST;
    if (list && !status->first) mistakes_add(mistakes, status, "an empty list");
    for (const struct node *at = list ? status->first : status; at; at = at->next) {
        if (!take_status(task, at, mistakes) || !list) return;
    }
}

static uint32_t take_words(
    struct load_word words[LOAD_WORDS_MAX], const struct node *node,
    struct mistakes *mistakes) {
    bool list = node->kind == NODE_LIST;
    uint32_t count = 0;
    for (const struct node *at = list ? node->first : node; at; at = at->next) {
        if (count == LOAD_WORDS_MAX) {
            mistakes_add(mistakes, at, "more than %d words", LOAD_WORDS_MAX);
        } else if (!node_text(at, words[count].word, sizeof words[count].word)) {
            mistakes_add(
                mistakes, at, "expected a word of up to %d bytes", LOAD_WORD_SIZE - 1);
        } else {
            count++;
            if (list) continue;
        }
        break;
    }
    return count;
}

static void take_own_job(
    struct load_task *task, const struct scenario_task *from,
    struct mistakes *mistakes) {
    struct load_job *job = &task->job;
    if (!from->job.path[0]) return;
    job->wanted = true;
    text_copy(job->id, sizeof job->id, from->job.id);
    text_copy(job->path, sizeof job->path, from->job.path);
    text_copy(job->status, sizeof job->status, from->job.status);
    if (from->job.good) {
        job->good_count = take_words(job->good, from->job.good, mistakes);
    }
    if (from->job.bad) job->bad_count = take_words(job->bad, from->job.bad, mistakes);
    job->poll_ns = from->job.every_ns;
    job->poll_max = from->job.times;
}

static void take_headers(
    struct load_task *task, const struct node *headers, struct mistakes *mistakes) {
    struct error err;
    if (headers->kind != NODE_MAP) {
        mistakes_add(mistakes, headers, "expected names and values");
        return;
    }
    for (const struct node *at = headers->first; at; at = at->next) {
        char name[LOAD_HEADER_NAME_SIZE];
        char value[LOAD_HEADER_VALUE_SIZE];
        copy_word(name, sizeof name, at->key);
        if (at->kind != NODE_STRING || at->string.length >= sizeof value) {
            mistakes_add(mistakes, at, "expected a single value");
            continue;
        }
        copy_word(value, sizeof value, at->string);
        if (!add_header(task, name, value, &err)) {
            mistakes_add_at_key(mistakes, at, "%s", err.message);
        }
    }
}

static void take_body(
    struct load_task *task, const struct scenario_task *from,
    struct mistakes *mistakes) {
    const struct node *body = from->json ? from->json : from->body;
    struct error err;
    if (!body) return;
    if (from->json && from->body) {
        mistakes_add_at_key(mistakes, from->body, "json and body exclude each other");
    }
    bool taken = from->json ? node_json_text(body, task->body, sizeof task->body)
                            : node_text(body, task->body, sizeof task->body);
    if (!taken) {
        mistakes_add(
            mistakes, body, "expected %s of up to %d bytes",
            from->json ? "a value" : "a string", LOAD_BODY_SIZE - 1);
    } else if (
        from->json && !add_header(task, "Content-Type", "application/json", &err)) {
        mistakes_add_at_key(mistakes, body, "%s", err.message);
    }
}

static enum check_request find_request(
    const struct scenario_task *from, const struct node *node,
    struct mistakes *mistakes) {
    enum check_request found = CHECK_REQUEST_COUNT;
    unsigned count = 0;
    for (unsigned i = 0; i < CHECK_REQUEST_COUNT; i++) {
        if (!from->requests[i]) continue;
        found = (enum check_request)i;
        count++;
    }
    if (count == 1) return found;
    mistakes_add(
        mistakes, node,
        "a task needs exactly one of get, head, post, put, patch, delete, chat");
    return CHECK_REQUEST_COUNT;
}

static bool take_chat(
    struct load_task *to, const struct scenario_task *from, const struct target *target,
    struct mistakes *mistakes) {
    const struct node *message = from->requests[CHECK_CHAT];
    const struct node *own = from->json ? from->json : from->body;
    struct error err;
    if (own) {
        mistakes_add_at_key(mistakes, own, "this request has no body of its own");
        return false;
    }
    if (message->kind != NODE_STRING || message->string.length == 0) {
        mistakes_add(mistakes, message, "expected a message");
        return false;
    }
    if (scenario_task_chat(to, message->string, target, &err)) return true;
    mistakes_add(mistakes, message, "%s", err.message);
    return false;
}

static bool take_request(
    struct load_task *to, const struct scenario_task *from, enum check_request request,
    struct mistakes *mistakes) {
    static const char *const methods[] = {
#define X(id, key, method) [id] = (method)
        CHECK_REQUESTS(X)
#undef X
    };
    const struct node *path = from->requests[request];
    text_copy(to->method, sizeof to->method, methods[request]);
    if (!node_text(path, to->path, sizeof to->path) || to->path[0] != '/') {
        mistakes_add(
            mistakes, path, "a path starts with /: the target says which host");
        return false;
    }
    bool reads = request == CHECK_GET || request == CHECK_HEAD;
    if (reads && (from->json || from->body)) {
        mistakes_add_at_key(
            mistakes, from->json ? from->json : from->body,
            "this request has no body of its own");
        return false;
    }
    take_body(to, from, mistakes);
    return true;
}

void scenario_task_fill(
    struct load_task *to, const struct scenario_task *from, const struct node *node,
    const struct target *target, struct mistakes *mistakes) {
    struct error err;
    uint32_t before = mistakes->count;
    enum check_request request = find_request(from, node, mistakes);
    if (request == CHECK_REQUEST_COUNT) return;
    load_task_init(to);
    text_copy(to->name, sizeof to->name, from->name);
    to->weight = from->weight;
    to->timeout_ns = from->timeout_ns;
    to->stream = from->stream;
    text_copy(to->content, sizeof to->content, from->contains);
    if (from->headers) take_headers(to, from->headers, mistakes);
    bool taken = request == CHECK_CHAT ? take_chat(to, from, target, mistakes)
                                       : take_request(to, from, request, mistakes);
    if (from->status) take_statuses(to, from->status, mistakes);
    take_own_job(to, from, mistakes);
    if (!taken || mistakes->count > before) return;
    if (!load_task_check(to, &err)) mistakes_add(mistakes, node, "%s", err.message);
}
