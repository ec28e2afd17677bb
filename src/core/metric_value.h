/* A value of a metric in words. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/text.h"
#include "core/metric.h"

/* "412", "1.41s", "0.42%": the value in its unit; "n/a" for what is no number. */
void metric_add_value(struct text *text, enum metric metric, float value);
