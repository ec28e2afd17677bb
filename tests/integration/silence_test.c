/* Parts that do not answer, and the reasons that are given for each. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/hostile.h"
#include "support/service.h"
#include "support/world.h"

enum { NAME_SIZE = STATE_NAME_SIZE };

static struct world world;
static struct target_track *stable;

static int set_up(void **state) {
    (void)state;
    world_init(&world);
    stable = &world.target->tracks[TRACK_STABLE];
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    world_clear(&world);
    return 0;
}

static void expect_silence(const char *name, const char *reason) {
    world_watch(&world);
    world_wait_part(&world, PART_HEALTH, name, PART_SILENT);
    const struct part *part = world_part(&world, PART_HEALTH, name);
    if (!strstr(part->detail, reason)) fail_msg("%s: %s", name, part->detail);
    assert_int_equal(part->answered_ns, 0);
}

static void a_closed_port_refuses(void **state) {
    (void)state;
    text_copy(stable->urls[stable->url_count++], TARGET_URL_SIZE, "http://127.0.0.1:1");
    expect_silence("stable 127.0.0.1:1", "Connection refused");
}

static bool was_asked(const struct world *seen, const void *name) {
    const struct part *part = state_part(&seen->model->state, PART_HEALTH, name);
    return part && part->polled_ns > 0;
}

static void who_accepts_and_says_nothing_was_asked_at_least(void **state) {
    (void)state;
    struct hostile *hostile = hostile_new();
    hostile_url(
        hostile, "never-answers", stable->urls[stable->url_count++], TARGET_URL_SIZE);
    text_copy(world.target->paths.health, TARGET_PATH_SIZE, "?health");
    char name[NAME_SIZE];
    snprintf(
        name, sizeof name, "stable 127.0.0.1:%u/never-answers", hostile_port(hostile));
    world_watch(&world);
    assert_true(world_wait(&world, was_asked, name));
    const struct part *part = world_part(&world, PART_HEALTH, name);
    assert_true(part_is_awaited(part));
    assert_string_equal(part->detail, "asked, no answer yet");
    world_wait_part(&world, PART_HEALTH, name, PART_SILENT);
    assert_memory_equal(part->detail, "no answer after", 15);
    hostile_free(hostile);
}

static void who_hangs_up_has_not_answered(void **state) {
    (void)state;
    struct hostile *hostile = hostile_new();
    hostile_url(hostile, "close", stable->urls[stable->url_count++], TARGET_URL_SIZE);
    text_copy(world.target->paths.health, TARGET_PATH_SIZE, "?health");
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "stable 127.0.0.1:%u/close", hostile_port(hostile));
    expect_silence(name, "the connection ended without an answer");
    hostile_free(hostile);
}

/* Nobody was spoken to, however alive whoever refuses us may be. */
static void who_speaks_no_tls_has_not_answered(void **state) {
    (void)state;
    struct service *service = service_new(world.loop, 0);
    service_answer(service, "/health", 200, "text/plain", "ok");
    snprintf(
        stable->urls[stable->url_count++], TARGET_URL_SIZE, "https://127.0.0.1:%u",
        service_port(service));
    /* Nothing to verify comes; reading the system's certificates may take longer than a
     * busy machine has until the poll's end. */
    world.target->tls.insecure = true;
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "stable 127.0.0.1:%u", service_port(service));
    /* What it says, or that it hung up: whichever arrives first. */
    expect_silence(name, "TLS: ");
    service_free(service);
}

/* A label over 63 bytes is no name, so that nobody is asked for it. */
static void a_host_that_is_nowhere_has_no_address(void **state) {
    (void)state;
    snprintf(
        stable->urls[stable->url_count++], TARGET_URL_SIZE, "http://%064d.invalid:80",
        0);
    char name[NAME_SIZE]; /* cut, as a part's is */
    snprintf(name, sizeof name, "stable %064d", 0);
    expect_silence(name, "no address for this name");
}

static void a_track_whose_name_leads_nowhere_says_so(void **state) {
    (void)state;
    snprintf(stable->dns, TARGET_URL_SIZE, "http://%064d.invalid:80", 0);
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "stable dns %064d", 0);
    expect_silence(name, "DNS: ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_closed_port_refuses),
        TEST(who_accepts_and_says_nothing_was_asked_at_least),
        TEST(who_hangs_up_has_not_answered),
        TEST(who_speaks_no_tls_has_not_answered),
        TEST(a_host_that_is_nowhere_has_no_address),
        TEST(a_track_whose_name_leads_nowhere_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
