/* SPDX-License-Identifier: MIT */
#include "core/rollout_board.h"

#include <string.h>

#include "base/base64.h"

void rollout_board_write_data(
    const struct rollout_board *board, struct json_writer *json) {
    json_field_slice(json, "status.json", board->json);
    json_field_string(json, "written", board->written);
}

void rollout_board_write_binary(
    const struct rollout_board *board, struct json_writer *json) {
    json_field_slice(json, "envelope", board->envelope);
}

static const struct node *envelope_of(const struct node *configmap) {
    return node_get(node_get(configmap, "binaryData"), "envelope");
}

bool rollout_board_is(const struct rollout_board *board, const struct node *configmap) {
    const struct node *text = envelope_of(configmap);
    return text && text->kind == NODE_STRING &&
           text->string.length == board->envelope.length &&
           memcmp(text->string.data, board->envelope.data, text->string.length) == 0;
}

bool rollout_board_read(
    const struct node *configmap, struct buffer *envelope, struct error *err) {
    const struct node *kind = node_get(configmap, "kind");
    const struct node *text = envelope_of(configmap);
    if (!kind || kind->kind != NODE_STRING ||
        !slice_equals(kind->string, "ConfigMap")) {
        return error_set(err, ERROR_PROTOCOL, "that is no ConfigMap");
    }
    if (!text) return error_set(err, ERROR_NOT_FOUND, "nobody has written there yet");
    buffer_reset(envelope);
    if (text->kind == NODE_STRING && base64_read(text->string, envelope)) return true;
    return error_set(err, ERROR_PROTOCOL, "the ConfigMap holds no envelope");
}
