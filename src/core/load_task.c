/* SPDX-License-Identifier: MIT */
#include "core/load_task.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "core/load_words.h"
#include "core/node.h"

#define DEFAULT_TIMEOUT_NS (30 * NS_PER_S)
#define DEFAULT_POLL_NS    (500 * NS_PER_MS)

enum {
    DEFAULT_POLL_MAX = 20,
    STATUS_GOOD_FROM = 200,
    STATUS_GOOD_TO = 299,
    STATUS_LEAST = 200, /* 1xx is never the end of it */
    STATUS_MOST = 999,
};

void load_task_init(struct load_task *task) {
    memset(task, 0, sizeof *task);
    task->weight = 1;
    task->timeout_ns = DEFAULT_TIMEOUT_NS;
    text_copy(task->method, sizeof task->method, "GET");
    struct load_job *job = &task->job;
    text_copy(job->id, sizeof job->id, "$.job_id");
    text_copy(job->status, sizeof job->status, "$.status");
    job->good_count = job->bad_count = 1;
    text_copy(job->good[0].word, sizeof job->good[0].word, "completed");
    text_copy(job->bad[0].word, sizeof job->bad[0].word, "failed");
    job->poll_ns = DEFAULT_POLL_NS;
    job->poll_max = DEFAULT_POLL_MAX;
}

/* A token of RFC 9110, 5.6.2: of methods and names of headers. */
static bool is_token(const char *word) {
    for (const char *at = word; *at; at++) {
        char c = *at;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || strchr("!#$%&'*+-.^_`|~", c);
        if (!plain) return false;
    }
    return word[0] != '\0';
}

/* Nothing that could begin another line or another request. */
static bool is_one_line(const char *words, char least) {
    for (const char *at = words; *at; at++) {
        if (*at == '\t' && least <= ' ') continue;
        if ((unsigned char)*at < (unsigned char)least || *at == '\x7f') return false;
    }
    return true;
}

static bool check_path(const char *path, bool with_job, struct error *err) {
    if (path[0] != '/') {
        return error_set(err, ERROR_USAGE, "a path has to start with a slash");
    }
    /* In the choices of a ${pick:...} too: what is asked for is one word. */
    if (!is_one_line(path, '!')) {
        return error_set(err, ERROR_USAGE, "a path cannot hold blanks");
    }
    return load_words_check(slice_of(path), with_job, err);
}

bool load_header_check(const struct load_header *header, struct error *err) {
    if (!is_token(header->name)) {
        return error_set(err, ERROR_USAGE, "a header needs a name");
    }
    static const char *const own[] = {
        "Content-Length", "Transfer-Encoding", "Connection", "Host", "Upgrade"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcasecmp(header->name, own[i]) != 0) continue;
        return error_set(err, ERROR_USAGE, "the header %s is not free", own[i]);
    }
    if (!is_one_line(header->value, ' ')) {
        return error_set(
            err, ERROR_USAGE, "the header %s needs a value on one line", header->name);
    }
    return load_words_check(slice_of(header->value), false, err);
}

static bool check_ranges(const struct load_task *task, struct error *err) {
    for (uint32_t i = 0; i < task->range_count; i++) {
        const struct load_range *range = &task->ranges[i];
        if (range->from >= STATUS_LEAST && range->to <= STATUS_MOST &&
            range->from <= range->to) {
            continue;
        }
        return error_set(
            err, ERROR_USAGE, "no answer has a status from %u to %u", range->from,
            range->to);
    }
    return true;
}

static bool check_job(const struct load_job *job, struct error *err) {
    if (!job->wanted) return true;
    const struct node *unused = NULL;
    if (!node_find(NULL, slice_of(job->id), &unused, err) ||
        !node_find(NULL, slice_of(job->status), &unused, err)) {
        return error_wrap(err, "the job");
    }
    if (job->poll_max > LOAD_POLLS_MAX) {
        return error_set(
            err, ERROR_USAGE, "a job asked for more than %d times", LOAD_POLLS_MAX);
    }
    if (job->poll_max == 0 || job->good_count == 0) {
        return error_set(err, ERROR_USAGE, "a job that is never done");
    }
    if (!strstr(job->path, "${job}")) {
        return error_set(err, ERROR_USAGE, "the path of a job has to hold ${job}");
    }
    return check_path(job->path, true, err);
}

static bool check_parts(const struct load_task *task, struct error *err) {
    if (!is_token(task->method) || strcmp(task->method, "CONNECT") == 0) {
        return error_set(err, ERROR_USAGE, "no method to ask with");
    }
    if (task->timeout_ns == 0) {
        return error_set(err, ERROR_USAGE, "no time to wait for an answer");
    }
    if (task->stream && task->job.wanted) {
        return error_set(err, ERROR_USAGE, "a stream of events has no job");
    }
    for (uint32_t i = 0; i < task->header_count; i++) {
        if (!load_header_check(&task->headers[i], err)) return false;
    }
    return check_path(task->path, false, err) &&
           load_words_check(slice_of(task->body), false, err) &&
           check_ranges(task, err) && check_job(&task->job, err);
}

bool load_task_check(const struct load_task *task, struct error *err) {
    if (task->name[0] == '\0') {
        return error_set(err, ERROR_USAGE, "a task needs a name");
    }
    return check_parts(task, err) || error_wrap(err, "task %s", task->name);
}

bool load_task_takes_status(const struct load_task *task, unsigned status) {
    if (task->range_count == 0) {
        return status >= STATUS_GOOD_FROM && status <= STATUS_GOOD_TO;
    }
    for (uint32_t i = 0; i < task->range_count; i++) {
        if (status >= task->ranges[i].from && status <= task->ranges[i].to) return true;
    }
    return false;
}

/* As bytes */

#define AT(member) RECORD_AT(struct load_header, member)
static const struct record_field header_fields[] = {
    {RECORD_TEXT, AT(name)},
    {RECORD_TEXT, AT(value)},
};
#undef AT
const struct record load_header_record = RECORD_OF(struct load_header, header_fields);

#define AT(member) RECORD_AT(struct load_range, member)
static const struct record_field range_fields[] = {
    {RECORD_COUNT, AT(from)},
    {RECORD_COUNT, AT(to)},
};
#undef AT
static const struct record range_record = RECORD_OF(struct load_range, range_fields);

static const struct record_field word_fields[] = {
    {RECORD_TEXT, RECORD_AT(struct load_word, word)},
};
static const struct record word_record = RECORD_OF(struct load_word, word_fields);

#define AT(member)      RECORD_AT(struct load_job, member)
#define COUNTED(member) .count_offset = offsetof(struct load_job, member)
static const struct record_field job_fields[] = {
    {RECORD_COUNT, AT(wanted), .most = 1},
    {RECORD_TEXT, AT(id)},
    {RECORD_TEXT, AT(path)},
    {RECORD_TEXT, AT(status)},
    {RECORD_LIST, AT(good), .of = &word_record, COUNTED(good_count)},
    {RECORD_LIST, AT(bad), .of = &word_record, COUNTED(bad_count)},
    {RECORD_COUNT, AT(poll_ns)},
    {RECORD_COUNT, AT(poll_max)},
};
#undef COUNTED
#undef AT
static const struct record job_record = RECORD_OF(struct load_job, job_fields);

#define AT(member)      RECORD_AT(struct load_task, member)
#define COUNTED(member) .count_offset = offsetof(struct load_task, member)
static const struct record_field task_fields[] = {
    {RECORD_TEXT, AT(name)},
    {RECORD_COUNT, AT(weight)},
    {RECORD_TEXT, AT(method)},
    {RECORD_TEXT, AT(path)},
    {RECORD_TEXT, AT(body)},
    {RECORD_LIST, AT(headers), .of = &load_header_record, COUNTED(header_count)},
    {RECORD_LIST, AT(ranges), .of = &range_record, COUNTED(range_count)},
    {RECORD_TEXT, AT(content)},
    {RECORD_COUNT, AT(timeout_ns)},
    {RECORD_COUNT, AT(stream), .most = 1},
    {RECORD_STRUCT, AT(job), .of = &job_record},
};
#undef COUNTED
#undef AT
const struct record load_task_record = RECORD_OF(struct load_task, task_fields);
