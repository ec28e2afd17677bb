/* Reads what a Prometheus server answers to a query for samples, and tells it instance
 * by instance as each of them told it.
 * https://prometheus.io/docs/prometheus/latest/querying/api/ */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "core/node.h"

enum { PROMETHEUS_INSTANCES_MAX = 64, PROMETHEUS_INSTANCE_SIZE = 128 };

struct prometheus_instance {
    char name[PROMETHEUS_INSTANCE_SIZE]; /* its label `instance` */
    double at_s;       /* unix time of its newest scrape, by the server's clock */
    double interval_s; /* since the one before; 0 while that is not known */
    bool is_down;      /* the server could not scrape it */
    uint32_t starts; /* how many processes tell when they began: more than one, and the
                        * selector finds it more than once */
};

struct prometheus_answer {
    const struct node *series; /* borrowed from the document; a list */
    uint32_t count;
    struct prometheus_instance instances[PROMETHEUS_INSTANCES_MAX];
};

/* False for what the server calls an error, in its words, and for what is no such
 * answer. */
bool prometheus_answer_read(
    struct prometheus_answer *answer, const struct node *root, struct error *err);

/* What an instance told in its newest scrape, in the text format of Prometheus. False
 * when there is no room for it. */
bool prometheus_answer_tell(
    const struct prometheus_answer *answer, const struct prometheus_instance *instance,
    struct buffer *to);
