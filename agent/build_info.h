/* What runs here, as the metric agent_build_info. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"

struct build_info {
    const char *version; /* of the agent, as --release says */
    const char *model;
    const char *mode; /* "embedded", "anthropic" or "openai" */
};

/* The commit is that of the sources, "unknown" when they were built without git. */
void build_info_write(const struct build_info *info, struct buffer *buffer);
