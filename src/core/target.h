/* The service under watch, as configured: where it is, what it is made of, how to speak
 * to it. Plain data, filled by the configuration, the command line or the demo. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/metric.h"
#include "core/target_class.h"
#include "core/target_command.h"
#include "core/target_kubernetes.h"
#include "core/target_parts.h"
#include "core/target_prometheus.h"
#include "core/target_way.h"

enum {
    TARGET_HEADERS_MAX = 16,
    TARGET_PROCESSES_MAX = 32,
    TARGET_QUEUES_MAX = 8,
    TARGET_CONNECT_TO_MAX = 8,
};

struct target {
    char name[STATE_NAME_SIZE];
    enum target_class class;
    char url[TARGET_URL_SIZE];   /* where users arrive */
    char redis[TARGET_URL_SIZE]; /* redis://, rediss:// or unix:///path; "" for none */
    struct target_track tracks[TRACK_COUNT];
    uint32_t header_count;
    struct target_header headers[TARGET_HEADERS_MAX];
    struct target_tls tls;
    uint32_t connect_to_count;
    struct target_connect_to connect_to[TARGET_CONNECT_TO_MAX];
    char host[TARGET_URL_SIZE];  /* the Host header, when not the URL's */
    char proxy[TARGET_URL_SIZE]; /* "" for none; the environment is never asked */
    struct target_paths paths;
    struct target_chat chat;
    struct target_split split;
    struct target_command command;
    struct target_kubernetes kubernetes;
    uint32_t queue_count;
    struct target_queue queues[TARGET_QUEUES_MAX];
    uint32_t process_count;
    struct target_process processes[TARGET_PROCESSES_MAX];
    char rollout_socket[TARGET_FILE_SIZE]; /* of the controller; "" for none */
    struct target_publish publish;
    struct target_prometheus prometheus;
    struct target_deploy deploy;
    struct target_load load;
    double expected_rps;     /* 0 when not configured */
    double slo_p95_ms;       /* NaN when not configured */
    double slo_availability; /* 0 to 1; NaN when not configured */
    uint64_t poll_health_ns, poll_metrics_ns, poll_redis_ns;
    bool real_model; /* behind it is a model that costs money */
    bool bare;       /* nothing but a URL: what is not there is not missed */
};

/* Everything at its default; the URL and the class are the caller's. */
void target_init(struct target *target);

/* Whether the URL's host is loopback: 127.0.0.0/8, ::1 or localhost. */
bool target_url_is_loopback(const char *url);

/* What a bare URL says: its class (production
 * unless loopback) and one stable instance. */
bool target_from_url(struct target *target, const char *url, struct error *err);
