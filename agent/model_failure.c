/* SPDX-License-Identifier: MIT */
#include "agent/model_failure.h"

#include "agent/http_status.h"
#include "base/safe_text.h"
#include "base/text.h"

static enum outcome outcome_of_error(enum error_code code) {
    if (code == ERROR_TIMEOUT) return OUTCOME_TIMEOUT;
    if (code == ERROR_LIMIT || code == ERROR_PROTOCOL) return OUTCOME_MODEL_PROTOCOL;
    return OUTCOME_UNREACHABLE;
}

static enum outcome outcome_of_status(unsigned status) {
    switch (status) {
    case STATUS_UNAUTHORIZED:
    case STATUS_FORBIDDEN: return OUTCOME_MODEL_AUTH;
    case STATUS_REQUEST_TIMEOUT:
    case STATUS_GATEWAY_TIMEOUT: return OUTCOME_TIMEOUT;
    case STATUS_TOO_MANY: return OUTCOME_RATE_LIMITED;
    case STATUS_UNAVAILABLE:
    case STATUS_OVERLOADED: return OUTCOME_OVERLOADED;
    default: return OUTCOME_MODEL_ERROR;
    }
}

void model_failure_of_reply(
    struct model_failure *failure, const struct http_reply *reply, int64_t wall_ms) {
    *failure = (struct model_failure){.retry = {.wall_ms = wall_ms}};
    struct text message = TEXT_IN(failure->message);
    if (reply->error.code != ERROR_NONE) {
        failure->outcome = outcome_of_error(reply->error.code);
        safe_text_add(&message, slice_of(reply->error.message));
        return;
    }
    struct model_complaint complaint;
    model_complaint_read(&complaint, reply->body);
    failure->outcome = outcome_of_status(reply->status);
    text_addf(&message, "the model answered %u: ", reply->status);
    safe_text_add(&message, slice_of(complaint.message));
    struct retry_failure *retry = &failure->retry;
    retry->status = reply->status;
    retry->should_retry = http_reply_header(reply, "x-should-retry");
    retry->retry_after_ms = http_reply_header(reply, "retry-after-ms");
    retry->retry_after = http_reply_header(reply, "retry-after");
    (void)retry_asked_ns(retry, &failure->retry_after_ns);
    retry->final = complaint.out_of_money && failure->retry_after_ns == 0;
}

void model_failure_of_complaint(
    struct model_failure *failure, const struct model_complaint *complaint) {
    *failure = (struct model_failure){
        .outcome = outcome_of_status(complaint->status),
        .retry = {.status = complaint->status, .final = complaint->out_of_money}};
    struct text message = TEXT_IN(failure->message);
    text_addf(&message, "the model gave up with %s: ", complaint->type);
    safe_text_add(&message, slice_of(complaint->message));
}

void model_failure_of_nonsense(struct model_failure *failure, const struct error *why) {
    *failure = (struct model_failure){
        .outcome = OUTCOME_MODEL_PROTOCOL, .retry = {.final = true}};
    safe_text_copy(failure->message, sizeof failure->message, slice_of(why->message));
}
