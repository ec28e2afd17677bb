/* SPDX-License-Identifier: MIT */
#include "core/harm_metric.h"

struct row {
    const char *name;
    enum harm_source source;
    double share, weight;
};

static const struct row rows[HARM_METRIC_COUNT] = {
#define X(id, name, source, share, weight) [id] = {(name), (source), (share), (weight)}
    HARM_METRICS(X)
#undef X
};

const char *harm_metric_name(enum harm_metric metric) {
    return rows[metric].name;
}

enum harm_source harm_metric_source(enum harm_metric metric) {
    return rows[metric].source;
}

double harm_metric_share(enum harm_metric metric) {
    return rows[metric].share;
}

double harm_metric_weight(enum harm_metric metric, uint32_t metrics) {
    if ((metrics & HARM_BIT(metric)) == 0) return 0;
    double sum = 0;
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        if ((metrics & HARM_BIT(i)) != 0) sum += rows[i].weight;
    }
    return rows[metric].weight / sum;
}
