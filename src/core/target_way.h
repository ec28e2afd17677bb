/* How to speak to a target: what goes with every request, where it goes, and how a
 * conversation is held. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    TARGET_URL_SIZE = 256,
    TARGET_PATH_SIZE = 128,
    TARGET_FILE_SIZE = 256,
    TARGET_HEADER_NAME_SIZE = 64,
    TARGET_HEADER_VALUE_SIZE = 1024,
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

struct target_paths {
    char health[TARGET_PATH_SIZE]; /* "" when the service has none */
    char ready[TARGET_PATH_SIZE];
    char metrics[TARGET_PATH_SIZE];
    char errors[TARGET_PATH_SIZE];
    char chat[TARGET_PATH_SIZE];
    char job[TARGET_PATH_SIZE]; /* "/chat/{job_id}" */
};

/* How to hold a conversation: the body to send
 * and where the answer stands in the reply. */
struct target_chat {
    char request[TARGET_TEMPLATE_SIZE];           /* JSON with ${user} and ${message} */
    char answer[TARGET_PATH_SIZE];                /* $.response */
    char job[TARGET_PATH_SIZE];                   /* $.job_id */
    char done_path[TARGET_PATH_SIZE];             /* $.status */
    char done[TARGET_DONE_MAX][TARGET_DONE_SIZE]; /* the values at which polling ends */
    uint32_t done_count;
};

struct target_connect_to {
    char from[TARGET_URL_SIZE]; /* host:port, as in curl's --connect-to */
    char to[TARGET_URL_SIZE];
};
