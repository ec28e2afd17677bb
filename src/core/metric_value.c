/* SPDX-License-Identifier: MIT */
#include "core/metric_value.h"

#include <math.h>

#include "base/units.h"

void metric_add_value(struct text *text, enum metric metric, float value) {
    if (!isfinite(value)) {
        text_add(text, "n/a");
        return;
    }
    switch (metric_unit(metric)) {
    case METRIC_COUNT_UNIT:
    case METRIC_PER_S: units_add_count(text, (double)value); return;
    case METRIC_MS:
        units_add_duration(text, units_whole((double)value * (double)NS_PER_MS));
        return;
    case METRIC_RATIO:
        units_add_percent(text, (double)value);
        text_add_char(text, '%');
        return;
    case METRIC_BYTES: units_add_bytes(text, (double)value); return;
    case METRIC_DOLLARS: text_addf(text, "%.2f", (double)value); return;
    case METRIC_STATE: text_add(text, value > 0 ? "open" : "closed"); return;
    }
}
