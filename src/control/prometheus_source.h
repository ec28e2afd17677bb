/* The counters of a track as a Prometheus server has them: asked again and again, each
 * new scrape of an instance is one reading of it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "core/block_maker.h"
#include "core/target.h"

struct loop;
struct prometheus_source;

/* A block that is whole by what was heard. */
typedef void (*prometheus_block_fn)(void *owner, const struct metric_block *block);

struct prometheus_options {
    const struct target *target; /* borrowed */
    struct block_maker *maker;   /* borrowed: what its instances are members of */
    enum track track;
    prometheus_block_fn on_block;
    void *owner;
};

struct prometheus_source *prometheus_source_new(
    struct loop *loop, const struct prometheus_options *options);
void prometheus_source_free(struct prometheus_source *source); /* NULL is fine */

/* It does not answer, or not with samples. */
bool prometheus_source_is_troubled(const struct prometheus_source *source);

/* Why nothing newer is known of the track, as far as the server is to blame or what it
 * is asked for; adds nothing when it answers with new samples. */
void prometheus_source_explain(
    const struct prometheus_source *source, struct text *words);
