/* The command line of flightdeck-agent. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/agent.h"
#include "agent/faults.h"
#include "agent/latency.h"
#include "base/buffer.h"
#include "base/error.h"
#include "core/token_bucket.h"

enum { ARGUMENT_ADDRESS_SIZE = 64, ARGUMENTS_HELP_MAX = 16 * 1024 };

/* clang-format off */
/*    id              name      what it is for */
#define PROGRAMS(X) \
    X(PROGRAM_SERVE,  "serve",  "answers chats over HTTP"), \
    X(PROGRAM_WORKER, "worker", "works on the queued chats of its version"), \
    X(PROGRAM_MODEL,  "model",  "is a local model with two APIs")
/* clang-format on */

enum program_kind {
#define X(id, name, help) id
    PROGRAMS(X),
#undef X
    PROGRAM_COUNT
};

const char *program_name(enum program_kind program);

enum arguments_wish { ARGUMENTS_RUN, ARGUMENTS_HELP, ARGUMENTS_VERSION };

struct arguments {
    enum arguments_wish wish;
    enum program_kind program; /* PROGRAM_COUNT when only help for all is wanted */
    char address[ARGUMENT_ADDRESS_SIZE]; /* "" when nothing is to be listened on */
    uint16_t port;
    const char *port_file, *release, *name,
        *redis_url; /* borrowed from argv, or NULL */
    const char *model_url, *model, *api_key_variable, *token_variable, *prices_file;
    const char *search_url, *search_hosts, *store_file;
    enum wire_kind wire;
    struct retry_policy retry;
    enum log_level log_level;
    uint64_t seed;
    struct latency latency;
    bool has_pace; /* of tokens, in place of the latency's own */
    uint64_t pace_ns;
    struct faults faults;
    bool insecure_listen;
    uint32_t address_max;                /* 0 for the default */
    struct token_rate user_rate;         /* no burst: no limit */
    uint32_t slots, sync_max, queue_max; /* 0 for the default */
    uint64_t cache_ttl_ns, lease_ns, chat_timeout_ns, job_timeout_ns, model_timeout_ns;
    uint64_t drain_notice_ns, drain_limit_ns;
    uint64_t ping_ns, complete_timeout_ns; /* 0 for the default */
};

/* False with what is wrong and where to find help. */
bool arguments_parse(
    struct arguments *arguments, int count, char *const *values, struct error *err);

/* The options of one program, or, with PROGRAM_COUNT, what programs there are. */
void arguments_write_help(enum program_kind program, struct buffer *help);
