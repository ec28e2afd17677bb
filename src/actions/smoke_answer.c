/* SPDX-License-Identifier: MIT */
#include "actions/smoke_answer.h"

#include <string.h>

#include "io/json.h"

void smoke_answer_clear(struct smoke_answer *answer) {
    document_free(answer->document);
    answer->document = NULL;
}

const struct node *smoke_answer_json(const struct smoke_answer *answer) {
    return answer->document ? document_root(answer->document) : NULL;
}

/* A path of the target's chat; NULL when nothing of use stands there. */
static const struct node *find(const struct smoke_answer *answer, const char *path) {
    const struct node *found = NULL;
    struct error err;
    if (!path[0] ||
        !node_find(smoke_answer_json(answer), slice_of(path), &found, &err)) {
        return NULL;
    }
    bool empty = found && found->kind == NODE_STRING && found->string.length == 0;
    return !found || found->kind == NODE_NULL || empty ? NULL : found;
}

struct check_answer smoke_answer_take(
    struct smoke_answer *answer, const struct target *target,
    const struct http_reply *reply) {
    smoke_answer_clear(answer);
    answer->problem = (struct error){0};
    answer->document = json_parse(reply->body, &answer->problem);
    for (size_t i = 0; i < reply->header_count; i++) {
        answer->headers[i].name = reply->headers[i].name;
        answer->headers[i].value = reply->headers[i].value;
    }
    return (struct check_answer){
        .status = reply->status,
        .headers = answer->headers,
        .header_count = reply->header_count,
        .body = reply->body,
        .json = smoke_answer_json(answer),
        .json_problem = answer->problem.message,
        .answer = find(answer, target->chat.answer),
        .total_ns = reply->total_ns,
    };
}

bool smoke_answer_job(
    const struct smoke_answer *answer, const struct target *target, struct slice *job) {
    const struct node *found = find(answer, target->chat.job);
    if (!found || find(answer, target->chat.answer)) return false;
    if (found->kind != NODE_STRING && found->kind != NODE_NUMBER) return false;
    *job = found->string;
    return true;
}

bool smoke_answer_job_done(
    const struct smoke_answer *answer, const struct target *target) {
    const struct node *status = find(answer, target->chat.done_path);
    if (find(answer, target->chat.answer) && target->chat.done_count == 0) return true;
    if (!status || status->kind != NODE_STRING) return false;
    for (uint32_t i = 0; i < target->chat.done_count; i++) {
        if (slice_equals(status->string, target->chat.done[i])) return true;
    }
    return false;
}
