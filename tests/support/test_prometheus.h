/* A real Prometheus server that scrapes the two sides of a test four times a second. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "support/test_folder.h"
#include "support/test_process.h"

struct test_prometheus {
    struct test_process process;
    uint16_t port;
};

/* The sides have the labels track="stable" and track="canary"; it keeps its data in the
 * folder. False when it is not installed. */
bool test_prometheus_start(
    struct test_prometheus *prometheus, const struct test_folder *folder,
    const char *stable_url, const char *canary_url);
void test_prometheus_stop(struct test_prometheus *prometheus);
