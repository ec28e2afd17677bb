/* How long the names and words are that the state and its events keep. */
/* SPDX-License-Identifier: MIT */
#pragma once

enum {
    STATE_NAME_SIZE = 48,
    STATE_DETAIL_SIZE = 96,
    STATE_ACTOR_SIZE = 96, /* somebody of that name on a machine: "ann@ops1" */
    STATE_VERSION_SIZE = 24,
    STATE_TRACK_NONE = 0xFF, /* of what belongs to no track */
};
