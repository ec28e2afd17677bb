/* A target for smoke tests, on the test's own loop, and the last run against it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "actions/smoke.h"
#include "io/loop.h"
#include "support/hostile.h"
#include "support/service.h"
#include "support/test_folder.h"

enum { SMOKED_EVENTS_MAX = 64, SMOKED_GRACE_MS = 250 };

#define SMOKED_JSON "application/json"

struct smoked {
    struct loop *loop;
    struct service *service;
    struct hostile *hostile;
    struct test_folder folder;
    struct target target; /* the service, unless the test takes another */
    struct redactor *redactor;
    struct error err; /* of what was refused last */
    /* of the last run */
    struct smoke_result result;
    unsigned ends;
    unsigned event_count;
    struct event events[SMOKED_EVENTS_MAX];
};

/* For cmocka: *state becomes a `struct smoked`. */
int smoked_start(void **state);
int smoked_stop(void **state);

/* The service answers the three of the book as it should. */
void smoked_answer_well(struct smoked *smoked);
/* The target is the server with the hostile cases, one at each path. */
void smoked_use_hostile(struct smoked *smoked);

/* Puts "t0ken-of-the-file" in for ${env:TOKEN}, and refuses everything else. */
bool smoked_secret(
    char *value, size_t size, struct redactor *redactor, struct error *err);

/* The plan of `yaml`, or the book's for NULL. */
struct smoke_plan *smoked_plan(struct smoked *smoked, const char *yaml);
struct smoke_options smoked_options(
    struct smoked *smoked, const struct smoke_plan *plan);

const struct smoke_result *smoked_run_with(
    struct smoked *smoked, struct smoke_options *options);
/* The checks of `yaml`, or the book's for NULL. */
const struct smoke_result *smoked_run(struct smoked *smoked, const char *yaml);
void smoked_expect(
    const struct smoke_result *result, enum verdict verdict, enum smoke_end end);
