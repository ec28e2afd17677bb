/* Figures of a rollout as they are written on its screen. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/rollout_status.h"
#include "ui/rollout_shown.h"

/* "25%" */
void canary_text_add_weight(struct text *text, uint32_t weight_bp);

/* "06:12"; "61:40" past the hour. */
void canary_text_add_time(struct text *text, uint32_t time_ms);

/* Evidence: "0.3", "6.1", "651", "44M"; "n/a" for NaN. */
void canary_text_add_evidence(struct text *text, float evidence);

/* "E 6.1 of 100" */
void canary_text_add_harm(struct text *text, float harm, float limit);

/* A share of failures: "0.50%", "n/a". */
void canary_text_add_rate(struct text *text, double rate);

/* "[0.36, 0.69]%": what the share lies between at all times at once, nothing and all
 * where it is not bounded yet. */
void canary_text_add_rates(struct text *text, float low, float high);

/* The same of a latency, which nothing else bounds: "[5.1s, 8.3s]", "[4.9s, inf)". */
void canary_text_add_interval(struct text *text, const struct rollout_latency *latency);

/* "+3.4pp" */
void canary_text_add_points(struct text *text, float points);

/* "139 of ~180", or why there is no such number. */
void canary_text_add_need(struct text *text, const struct rollout_status *rollout);

/* Units of the canary so far, of the metric that counts every one of them. */
uint64_t canary_text_units(const struct rollout_status *rollout);

/* Where the data comes from and how old it is, "log 0.8s old",
 * "no data yet"; of each track, "stable 0.4s, canary 3.1s";
 * and jobs that go on, "12 jobs open, oldest 11s". */
void canary_text_add_data(struct text *text, const struct rollout_status *rollout);
void canary_text_add_ages(struct text *text, const struct rollout_status *rollout);
void canary_text_add_jobs(struct text *text, uint32_t open, uint32_t oldest_ms);
bool canary_text_data_is_old(const struct rollout_status *rollout);

/* How far evidence has come to its limit, on the scale of powers: 0 to 1. What speaks
 * for the canary, and what is not known, is 0. */
double canary_text_share(float evidence, float limit);

/* Whether the figures are those of now: only then may one of them look good. */
bool canary_text_is_sure(const struct scene *scene);

/* Whatever is not said any more is drawn as old, never as good. */
enum role canary_text_role(const struct scene *scene, enum role role);
