/* The load generator over TLS: whom it believes, and that it goes on with sessions. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "support/load_scene.h"
#include "support/test_haproxy.h"
#include "support/test_process.h"

enum { SECTIONS_SIZE = 1024, PORT_SIZE = 8, ASKED = 50 };

struct certificates {
    struct test_folder folder;
    char ca[TEST_PATH_SIZE], other[TEST_PATH_SIZE];
    char server[TEST_PATH_SIZE]; /* with its key */
};

static struct certificates certificates;

static int make_certificates(void **state) {
    (void)state;
    static const char script[] =
        "cd \"$1\" && "
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        " -keyout ca.key -out ca.pem -subj /CN=ca -days 2 && "
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        " -keyout server.key -out server.csr -subj /CN=agent.example && "
        "printf 'subjectAltName=DNS:agent.example' >ext && "
        "openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial"
        " -out server.crt -days 2 -extfile ext && "
        "cat server.crt server.key >server.pem && "
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        " -keyout other.key -out other.pem -subj /CN=other -days 2";
    test_folder_init(&certificates.folder);
    const char *const args[] = {"sh", "-c", script, "sh", certificates.folder.path,
                                NULL};
    test_folder_path(&certificates.folder, "ca.pem", certificates.ca);
    test_folder_path(&certificates.folder, "other.pem", certificates.other);
    test_folder_path(&certificates.folder, "server.pem", certificates.server);
    return test_process_run(args, NULL);
}

static int remove_certificates(void **state) {
    (void)state;
    test_folder_clear(&certificates.folder);
    return 0;
}

/* A server behind a router that speaks TLS, and a plan for it. */
struct secured {
    struct load_scene *scene;
    struct test_haproxy haproxy;
    char sections[SECTIONS_SIZE];
};

static void secured_start(struct secured *secured, struct load_scene *scene) {
    secured->scene = scene;
    struct load_plan *plan = load_scene_set_up(scene, ODD_GOOD);
    snprintf(
        secured->sections, sizeof secured->sections,
        "frontend secure\n    bind 127.0.0.1:PORT ssl crt %s\n"
        "    default_backend odd\nbackend odd\n    server odd 127.0.0.1:%u\n",
        certificates.server, (unsigned)scene->server.port);
    test_haproxy_start(&secured->haproxy, secured->sections);
    struct load_target *target = &plan->target;
    target->tls = true;
    target->port = secured->haproxy.port;
    text_copy(target->ca, sizeof target->ca, certificates.ca);
    text_copy(target->server_name, sizeof target->server_name, "agent.example");
    plan->requests_max = ASKED;
}

static void who_is_trusted_is_asked(void **state) {
    struct secured secured;
    secured_start(&secured, *state);
    struct test_load *load = &secured.scene->load;
    assert_int_equal(test_load_run(load), 0);
    load_scene_balance(load);
    assert_int_equal(load_row_failed(&load->sum->rows[0]), 0);
    assert_int_equal(test_load_status(load, 0, 200), ASKED);
    assert_int_equal(secured.scene->server.counts->requests, ASKED);
    assert_int_equal(load->sum->health.opened, 4);
    test_haproxy_stop(&secured.haproxy);
}

static void expect_distrust(struct secured *secured) {
    struct test_load *load = &secured->scene->load;
    assert_int_equal(test_load_run(load), 3);
    assert_int_equal(load->last->ended, LOAD_ENDED_UNREACHED);
    assert_non_null(strstr(load->last->words, "certificate"));
    assert_int_equal(secured->scene->server.counts->requests, 0);
    test_haproxy_stop(&secured->haproxy);
}

static void another_authority_is_not_believed(void **state) {
    struct secured secured;
    secured_start(&secured, *state);
    struct load_target *target = &secured.scene->load.plan->target;
    text_copy(target->ca, sizeof target->ca, certificates.other);
    expect_distrust(&secured);
}

static void another_name_is_not_believed(void **state) {
    struct secured secured;
    secured_start(&secured, *state);
    struct load_target *target = &secured.scene->load.plan->target;
    text_copy(target->server_name, sizeof target->server_name, "other.example");
    expect_distrust(&secured);
}

static void nobody_is_verified_when_told_so(void **state) {
    struct secured secured;
    secured_start(&secured, *state);
    struct test_load *load = &secured.scene->load;
    text_copy(load->plan->target.ca, sizeof load->plan->target.ca, certificates.other);
    load->plan->target.insecure = true;
    assert_int_equal(test_load_run(load), 0);
    assert_int_equal(secured.scene->server.counts->requests, ASKED);
    test_haproxy_stop(&secured.haproxy);
}

static void a_file_that_is_not_there_is_named(void **state) {
    struct load_scene *scene = *state;
    struct load_target *target = &load_scene_set_up(scene, ODD_GOOD)->target;
    target->tls = true;
    text_copy(target->ca, sizeof target->ca, "/nowhere/ca.pem");
    assert_int_equal(test_load_run(&scene->load), 2);
    assert_int_equal(scene->load.last->ended, LOAD_ENDED_REFUSED);
    assert_non_null(strstr(scene->load.last->words, "/nowhere/ca.pem"));
}

static void a_plain_server_is_not_asked_in_the_clear(void **state) {
    struct load_scene *scene = *state;
    load_scene_set_up(scene, ODD_GARBAGE)->target.tls = true;
    scene->load.plan->target.insecure = true;
    scene->load.plan->drain_ns = NS_PER_S;
    assert_int_equal(test_load_run(&scene->load), 3);
    assert_int_equal(scene->server.counts->requests, 0);
}

/* openssl's own server closes after each answer, which says how the session began. */
static void sessions_are_gone_on_with(void **state) {
    struct load_scene *scene = *state;
    char port[PORT_SIZE];
    uint16_t number = test_free_port();
    snprintf(port, sizeof port, "%u", (unsigned)number);
    const char *const serve[] = {
        "openssl", "s_server", "-accept",           port,   "-www",
        "-quiet",  "-cert",    certificates.server, "-key", certificates.server,
        NULL};
    struct test_process process = {0};
    test_process_start(&process, serve, NULL);
    assert_true(test_wait_for_port(number, &process));
    test_load_init(&scene->load, number, "/");
    struct load_plan *plan = scene->load.plan;
    plan->level = 1;
    plan->requests_max = 10;
    plan->target.tls = true;
    plan->target.insecure = true;
    struct load_task *task = &plan->tasks[0];
    text_copy(task->content, sizeof task->content, "Reused, TLSv1.3");
    assert_int_equal(test_load_run(&scene->load), 0);
    assert_int_equal(test_load_status(&scene->load, 0, 200), 10);
    /* Only the first one may have had none to go on with. */
    assert_in_range(scene->load.sum->rows[0].failures[LOAD_FAILURE_CONTENT], 0, 1);
    test_process_stop(&process);
}

#define ON_SCENE(test) \
    cmocka_unit_test_setup_teardown(test, load_scene_make, load_scene_clear)

int main(void) {
    const struct CMUnitTest tests[] = {
        ON_SCENE(who_is_trusted_is_asked),
        ON_SCENE(another_authority_is_not_believed),
        ON_SCENE(another_name_is_not_believed),
        ON_SCENE(nobody_is_verified_when_told_so),
        ON_SCENE(a_file_that_is_not_there_is_named),
        ON_SCENE(a_plain_server_is_not_asked_in_the_clear),
        ON_SCENE(sessions_are_gone_on_with),
    };
    return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
