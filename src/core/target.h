/* The service under watch, as configured: where it is, what it is made of, how to speak
 * to it. Plain data, filled by the configuration, the command line or the demo. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/state.h"

enum {
    TARGET_URL_SIZE = 256,
    TARGET_PATH_SIZE = 128,
    TARGET_FILE_SIZE = 256,
    TARGET_INSTANCES_MAX = 64,
    TARGET_HEADERS_MAX = 16,
    TARGET_HEADER_NAME_SIZE = 64,
    TARGET_HEADER_VALUE_SIZE = 1024,
    TARGET_PROCESSES_MAX = 16,
    TARGET_QUEUES_MAX = 8,
    TARGET_CONNECT_TO_MAX = 8,
    TARGET_TEMPLATE_SIZE = 1024,
    TARGET_DONE_MAX = 8,
    TARGET_DONE_SIZE = 32,
};

/* Sent with every request; values come from ${env:} or ${file:} and are secrets. */
struct target_header {
    char name[TARGET_HEADER_NAME_SIZE];
    char value[TARGET_HEADER_VALUE_SIZE];
    bool secret;
};

struct target_tls {
    char ca[TARGET_FILE_SIZE];
    char cert[TARGET_FILE_SIZE];
    char key[TARGET_FILE_SIZE];
    char server_name[TARGET_URL_SIZE];
    bool insecure; /* no verification: never for production, always a banner */
};

/* A track is a set of instances, given one by one or as one DNS name. */
struct target_track {
    uint32_t url_count;
    char urls[TARGET_INSTANCES_MAX][TARGET_URL_SIZE];
    char dns[TARGET_URL_SIZE]; /* http://name:port: every address is an instance */
};

struct target_paths {
    char health[TARGET_PATH_SIZE]; /* "" when the service has none */
    char ready[TARGET_PATH_SIZE];
    char metrics[TARGET_PATH_SIZE];
    char errors[TARGET_PATH_SIZE];
    char chat[TARGET_PATH_SIZE];
    char job[TARGET_PATH_SIZE]; /* "/chat/{job_id}" */
};

/* How to hold a conversation: the body to send and where the answer stands in the reply. */
struct target_chat {
    char request[TARGET_TEMPLATE_SIZE];           /* JSON with ${user} and ${message} */
    char answer[TARGET_PATH_SIZE];                /* $.response */
    char job[TARGET_PATH_SIZE];                   /* $.job_id */
    char done_path[TARGET_PATH_SIZE];             /* $.status */
    char done[TARGET_DONE_MAX][TARGET_DONE_SIZE]; /* the values at which polling ends */
    uint32_t done_count;
};

/* HAProxy: its socket, the table with the lease, and the two backends. */
struct target_split {
    char socket[TARGET_FILE_SIZE]; /* "" for none */
    char table[64];
    char stable[64];
    char canary[64];
};

enum queue_kind { QUEUE_STREAM, QUEUE_LIST };

struct target_queue {
    enum queue_kind kind;
    char key[128];
    char group[64]; /* of a stream */
    char dead[128]; /* key of the dead letters; "" for none */
    uint8_t track;  /* or STATE_TRACK_NONE */
};

struct target_process {
    char name[STATE_NAME_SIZE];
    char pid_file[TARGET_FILE_SIZE];
    uint8_t track; /* or STATE_TRACK_NONE */
};

struct target_connect_to {
    char from[TARGET_URL_SIZE]; /* host:port, as in curl's --connect-to */
    char to[TARGET_URL_SIZE];
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
    uint32_t queue_count;
    struct target_queue queues[TARGET_QUEUES_MAX];
    uint32_t process_count;
    struct target_process processes[TARGET_PROCESSES_MAX];
    char rollout_socket
        [TARGET_FILE_SIZE];  /* where a controller publishes; "" for none */
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

/* What a bare URL says: its class (production unless loopback) and one stable instance. */
bool target_from_url(struct target *target, const char *url, struct error *err);
