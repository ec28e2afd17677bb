/* A real HAProxy of a test's own, in its own folder, on a free port of 127.0.0.1. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/haproxy_config.h"
#include "support/test_folder.h"
#include "support/test_process.h"

struct test_haproxy {
    struct test_folder folder;
    struct test_process process;
    char socket[TEST_PATH_SIZE]; /* the admin socket */
    uint16_t port;               /* for a frontend of `sections` */
    const char *sections;        /* borrowed; NULL with a plan */
    struct haproxy_plan plan;
    void (*spoil)(struct buffer *config); /* what a test changes in it; or NULL */
};

/* `sections` is what stands in the configuration after global and defaults; each PORT
 * in it becomes the free port. Returns once it answers. */
void test_haproxy_start(struct test_haproxy *haproxy, const char *sections);
/* The generated configuration: sockets and address are put into the plan. */
void test_haproxy_start_plan(
    struct test_haproxy *haproxy, const struct haproxy_plan *plan,
    void (*spoil)(struct buffer *config));
void test_haproxy_kill(struct test_haproxy *haproxy);
void test_haproxy_restart(struct test_haproxy *haproxy);
void test_haproxy_stop(struct test_haproxy *haproxy);

/* Sections with a frontend that shares its users between two ports by a lease ("5s"):
 * the table canary_lease, the backends stable and canary. */
void test_haproxy_lease_sections(
    char *sections, size_t size, const char *lease, uint16_t stable_port,
    uint16_t canary_port);
