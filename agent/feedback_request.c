/* SPDX-License-Identifier: MIT */
#include "agent/feedback_request.h"

#include "base/safe_text.h"
#include "core/document.h"
#include "io/json.h"

static bool read_comment(
    struct storage_rating *rating, const struct node *root, struct error *err) {
    const struct node *comment = node_get(root, "comment");
    if (!comment || comment->kind == NODE_NULL) return true;
    if (comment->kind != NODE_STRING) {
        return error_set(err, ERROR_SYNTAX, "comment must be a string");
    }
    if (comment->string.length >= sizeof rating->comment) {
        return error_set(
            err, ERROR_LIMIT, "comment has %zu bytes, at most %zu",
            comment->string.length, sizeof rating->comment - 1);
    }
    safe_text_copy(rating->comment, sizeof rating->comment, comment->string);
    return true;
}

static bool read_fields(
    struct storage_rating *rating, const struct node *root, struct error *err) {
    int64_t number = 0;
    const struct node *id = node_get(root, "job_id");
    if (!root || root->kind != NODE_MAP) {
        return error_set(err, ERROR_SYNTAX, "the body must be a JSON object");
    }
    if (!id || id->kind != NODE_STRING) {
        return error_set(err, ERROR_SYNTAX, "job_id must be a string");
    }
    /* What is too long for one is no job's id; left empty it is none either. */
    node_string(root, "job_id", rating->id, sizeof rating->id);
    if (!node_integer(root, "rating", RATING_LEAST, RATING_MOST, &number)) {
        return error_set(
            err, ERROR_SYNTAX, "rating must be a whole number from %d to %d",
            RATING_LEAST, RATING_MOST);
    }
    rating->rating = (unsigned)number;
    return read_comment(rating, root, err);
}

bool feedback_request_read(
    struct storage_rating *rating, struct slice body, struct error *err) {
    struct storage_rating read = {.id = ""};
    struct document *document = json_parse_few(body, FEEDBACK_VALUES_MAX, err);
    if (!document) return error_set(err, ERROR_SYNTAX, "%s", err->message);
    bool is_good = read_fields(&read, document_root(document), err);
    document_free(document);
    if (is_good) *rating = read;
    return is_good;
}
