/* SPDX-License-Identifier: MIT */
#include "report/timestamp_json.h"

#include "base/text.h"
#include "base/units.h"

enum { TIMESTAMP_SIZE = 32 };

void timestamp_json_field(struct json_writer *json, const char *key, int64_t wall_ms) {
    char timestamp[TIMESTAMP_SIZE];
    struct text text = TEXT_IN(timestamp);
    if (wall_ms <= 0) {
        json_field_null(json, key);
        return;
    }
    units_add_timestamp(&text, wall_ms);
    json_field_string(json, key, timestamp);
}
