/* SPDX-License-Identifier: MIT */
#include "core/metric.h"

struct row {
    const char *name;
    enum metric_scope scope;
    enum metric_unit unit;
    const char *label;
};

static const struct row rows[METRIC_COUNT] = {
#define X(id, name, scope, unit, label) [id] = {name, scope, unit, label}
    METRICS(X)
#undef X
};

const char *metric_name(enum metric metric) {
    return rows[metric].name;
}

const char *metric_label(enum metric metric) {
    return rows[metric].label;
}

enum metric_scope metric_scope(enum metric metric) {
    return rows[metric].scope;
}

enum metric_unit metric_unit(enum metric metric) {
    return rows[metric].unit;
}
