/* A ConfigMap as a board: where a rollout stands, for whoever may read that object. It
 * holds the envelope of the event, as on the controller's socket, the same as JSON for
 * people, and when that was written.
 *
 *   data:       status.json: "{…}"     written: "2026-11-22T09:12:24.000000Z"
 *   binaryData: envelope: …
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/json_writer.h"
#include "base/scan.h"
#include "core/node.h"

struct rollout_board {
    struct slice envelope; /* in base64 */
    struct slice json;
    const char *written; /* RFC 3339 */
};

/* The fields of `data` and of `binaryData`. */
void rollout_board_write_data(
    const struct rollout_board *board, struct json_writer *json);
void rollout_board_write_binary(
    const struct rollout_board *board, struct json_writer *json);

/* Whether it stands there. */
bool rollout_board_is(const struct rollout_board *board, const struct node *configmap);

/* The envelope that stands there. ERROR_NOT_FOUND for a board that nobody has written
 * on yet, ERROR_PROTOCOL for what is none. */
bool rollout_board_read(
    const struct node *configmap, struct buffer *envelope, struct error *err);
