/* Figures of a load run as they are written on its screen. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/load_status.h"
#include "ui/scene.h"

/* "31 204" */
void load_text_add_grouped(struct text *text, uint64_t count);

/* "01:12"; "61:40" past the hour. */
void load_text_add_time(struct text *text, uint32_t time_ms);

/* "1.21s", "n/a". */
void load_text_add_ms(struct text *text, float ms);

/* "612 of 650 rps"; what is not known is left out. */
void load_text_add_rate(struct text *text, const struct load_rates *rates);

/* The gate over that latency, or NULL: "p95<2s" for LOAD_P95. */
const struct load_gate *load_text_gate(
    const struct load_status *load, enum load_latency latency);

/* "ok", "FAIL", "?": what is not known is never "ok". */
const char *load_text_verdict(enum verdict verdict);
enum role load_text_role(enum verdict verdict);

/* How old what is known of a run that still goes on is,
 * once that is too old; else 0. */
uint64_t load_text_silence_ns(const struct scene *scene);

/* Whether there was a run at all, at the time that is shown. */
bool load_text_has_run(const struct scene *scene);
