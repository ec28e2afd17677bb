/* SPDX-License-Identifier: MIT */
#include "agent/model_complaint.h"

#include <string.h>

#include "agent/http_status.h"
#include "base/safe_text.h"
#include "io/json.h"

enum { STATUS_LEAST = 400, STATUS_MOST = 599 };

/* clang-format off */
/*    type                     status */
#define TYPES(X) \
    X("invalid_request_error", 400), \
    X("authentication_error",  401), \
    X("billing_error",         402), \
    X("permission_error",      403), \
    X("not_found_error",       404), \
    X("conflict_error",        409), \
    X("request_too_large",     413), \
    X("rate_limit_error",      429), \
    X("rate_limit_exceeded",   429), \
    X("insufficient_quota",    429), \
    X("api_error",             500), \
    X("server_error",          500), \
    X("timeout_error",         504), \
    X("overloaded_error",      529)
/* clang-format on */

static const struct {
    const char *type;
    unsigned status;
} types[] = {
#define X(type, status) \
    { (type), (status) }
    TYPES(X)
#undef X
};

/* 0 for one that nobody knows. */
static unsigned status_of(const char *type) {
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(types[i].type, type) == 0) return types[i].status;
    }
    return 0;
}

/* Whether it speaks of a limit on money, not on time. */
static bool is_out_of_money(const struct model_complaint *complaint, const char *code) {
    return strcmp(code, "enforced_spend_limit_reached") == 0 ||
           strcmp(code, "insufficient_quota") == 0 ||
           strcmp(complaint->type, "insufficient_quota") == 0;
}

void model_complaint_read(struct model_complaint *complaint, struct slice body) {
    *complaint = (struct model_complaint){.type = "unknown"};
    struct error err = {0};
    struct document *document = json_parse(body, &err);
    const struct node *error =
        document ? node_get(document_root(document), "error") : NULL;
    const struct node *message = node_get(error, "message");
    /* Some servers say no more than the words. */
    if (error && error->kind == NODE_STRING) message = error;
    if (message && message->kind == NODE_STRING) {
        safe_text_copy(complaint->message, sizeof complaint->message, message->string);
    }
    char code[MODEL_NAME_SIZE] = "";
    node_string(error, "code", code, sizeof code);
    node_string(node_get(error, "details"), "error_code", code, sizeof code);
    if (!node_string(error, "type", complaint->type, sizeof complaint->type) &&
        code[0] != '\0') {
        memcpy(complaint->type, code, sizeof code);
    }
    int64_t status = status_of(complaint->type);
    if (status == 0) status = status_of(code);
    if (status == 0) status = STATUS_SERVER_ERROR;
    node_integer(error, "code", STATUS_LEAST, STATUS_MOST, &status);
    complaint->status = (unsigned)status;
    complaint->out_of_money = is_out_of_money(complaint, code);
    document_free(document);
}
