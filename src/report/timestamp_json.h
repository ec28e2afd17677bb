/* When something was, in a report that is JSON. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/json_writer.h"

/* "2026-05-04T08:30:00.000Z"; null for what never was. */
void timestamp_json_field(struct json_writer *json, const char *key, int64_t wall_ms);
