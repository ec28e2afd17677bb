/* Finds out what a service has, question by question:
 *   NOTHING ──► LOOK (one path after the other) ──► TALK ──► JOB ──► OVER */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/node.h"
#include "core/target.h"

enum { DISCOVERY_SERIES_SIZE = 64 };

enum discovery_role {
    DISCOVERY_HEALTH,
    DISCOVERY_READY,
    DISCOVERY_METRICS,
    DISCOVERY_ERRORS,
    DISCOVERY_CHAT,
    DISCOVERY_ROLE_COUNT
};

enum discovery_phase {
    DISCOVERY_NOTHING, /* a path that no service has: does it answer to everything? */
    DISCOVERY_LOOK,
    DISCOVERY_TALK, /* a message to one chat path after the other */
    DISCOVERY_JOB,  /* the answer comes later */
    DISCOVERY_OVER,
};
struct discovery_found {
    bool there, guarded; /* guarded: it answered 401 or 403 */
    char path[TARGET_PATH_SIZE];
};

enum discovery_chat {
    CHAT_NOT_TRIED,
    CHAT_NONE,    /* nothing there takes a message */
    CHAT_ANSWERS, /* `answer` says where the answer stands */
    CHAT_UNCLEAR, /* it takes something, but not our message */
};

struct discovery {
    enum discovery_phase phase;
    unsigned next, polls; /* row or path of the phase; questions about a job */
    bool may_talk;        /* a message acts: only with the operator's consent */
    bool reached;         /* anything answered */
    bool catches_all;     /* even what does not exist is answered with 200 */
    bool guards_all;      /* and this with 401 or 403 */
    bool asks_health;     /* its body says how it is */
    bool known_metrics;   /* at least one of them is known to us */
    char series[DISCOVERY_SERIES_SIZE]; /* the first one, when none is known */
    char version[STATE_VERSION_SIZE];   /* sanitised; "" when it does not say */
    struct discovery_found found[DISCOVERY_ROLE_COUNT];
    enum discovery_chat chat;
    bool right_answer; /* it knew what two and two are */
    char answer[TARGET_PATH_SIZE], job[TARGET_PATH_SIZE], job_path[TARGET_PATH_SIZE];
    char job_id[TARGET_PATH_SIZE];
    char done_path[TARGET_PATH_SIZE], done[TARGET_DONE_SIZE];
};

struct discovery_question {
    bool posts; /* a message; else only a GET */
    char path[TARGET_PATH_SIZE];
    const char *body;
    uint64_t wait_ns; /* before it is asked */
};
struct discovery_answer {
    unsigned status; /* 0 for none */
    struct slice body;
    const struct node *json; /* NULL when the body is none */
};

struct discovery discovery_start(bool may_talk);
/* What a message says, and the paths that get it in turn; NULL at the end. */
const char *discovery_talk_body(void);
const char *discovery_talk_path(unsigned index);
/* The question to ask now; false when there is none left. */
bool discovery_next(struct discovery *discovery, struct discovery_question *question);
void discovery_on_answer(
    struct discovery *discovery, const struct discovery_answer *answer);
