/* What a rollout writes to a cluster: under its epoch,
 * and never over what somebody else has written. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "control/cluster.h"
#include "control/cluster_changes.h"
#include "control/router.h"
#include "support/cluster_suite.h"

#define IMAGE "$.spec.template.spec.containers[0].image"

/* What the last call said. */
struct said {
    unsigned answers;
    enum router_outcome outcome;
    bool missing;
    struct error error;
};

static void on_cluster_done(void *owner, const struct cluster_done *done) {
    struct said *said = owner;
    said->outcome = done->outcome;
    said->missing = done->missing;
    said->error = done->error;
    said->answers++;
}

static struct said wait_for(struct cluster_ground *ground, struct said *said) {
    cluster_ground_until(ground, &said->answers, 1);
    return *said;
}

static struct said change(
    struct cluster_ground *ground, struct cluster_change change, const char *api,
    const char *plural, const char *name) {
    struct cluster *cluster = cluster_new(ground->loop, ground->kubernetes);
    struct said said = {0};
    char path[CLUSTER_PATH_SIZE];
    cluster_path(cluster, api, plural, name, path);
    change.path = path;
    cluster_change(cluster, &change, on_cluster_done, &said);
    wait_for(ground, &said);
    cluster_free(cluster);
    return said;
}

static struct said scale(
    struct cluster_ground *ground, const char *name, int64_t before, int64_t to,
    uint64_t epoch) {
    const struct replicas_wish wish = {.to = to, .before = before};
    struct cluster_change replicas = replicas_change;
    replicas.wish = &wish;
    replicas.epoch = epoch;
    return change(ground, replicas, APPS, "deployments", name);
}

static struct said narrow(
    struct cluster_ground *ground, const char *value, uint64_t epoch) {
    const struct selector_wish wish = {.label = "version", .value = value};
    struct cluster_change selector = selector_change;
    selector.wish = &wish;
    selector.epoch = epoch;
    return change(ground, selector, CORE, "services", "agent");
}

static const char *deployed(
    struct cluster_ground *ground, const char *name, const char *value_path) {
    char path[128];
    snprintf(path, sizeof path, "deployments/%s", name);
    return cluster_ground_value(ground, APPS, path, value_path);
}

static const char *served(struct cluster_ground *ground, const char *value_path) {
    return cluster_ground_value(ground, CORE, "services/agent", value_path);
}

static void what_is_written_is_there_under_its_epoch(void **state) {
    struct cluster_ground *ground = *state;
    assert_int_equal(scale(ground, "agent", 0, 2, 1).outcome, ROUTER_DONE);
    assert_string_equal(deployed(ground, "agent", "$.spec.replicas"), "2");
    assert_string_equal(deployed(ground, "agent", EPOCH), "1");
    const struct image_wish wish = {
        .container = "agent", .image = "agent:v2", .before = "agent:v1"};
    struct cluster_change image = image_change;
    image.wish = &wish;
    image.epoch = 1;
    assert_int_equal(
        change(ground, image, APPS, "deployments", "agent").outcome, ROUTER_DONE);
    assert_string_equal(deployed(ground, "agent", IMAGE), "agent:v2");
    assert_int_equal(narrow(ground, "stable", 1).outcome, ROUTER_DONE);
    assert_string_equal(served(ground, "$.spec.selector.version"), "stable");
    assert_int_equal(narrow(ground, "", 1).outcome, ROUTER_DONE);
    assert_string_equal(served(ground, "$.spec.selector.version"), "");
    assert_string_equal(served(ground, "$.spec.selector.app"), "agent");
    /* Once it is so, nothing is written any more. */
    char version[GROUND_VALUE_SIZE];
    text_copy_cut(
        version, sizeof version, served(ground, "$.metadata.resourceVersion"));
    assert_int_equal(narrow(ground, "", 1).outcome, ROUTER_DONE);
    assert_string_equal(served(ground, "$.metadata.resourceVersion"), version);
}

static void what_somebody_has_changed_is_a_conflict(void **state) {
    struct cluster_ground *ground = *state;
    cluster_suite_add_deployment(ground, "changed", 0);
    assert_int_equal(scale(ground, "changed", 0, 1, 1).outcome, ROUTER_DONE);
    assert_int_equal(
        cluster_ground_call(
            ground,
            &(struct ground_call){
                "PATCH", APPS, "deployments/changed", "application/json-patch+json",
                "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":3}]"}),
        200);
    const struct said said = scale(ground, "changed", 1, 2, 1);
    assert_int_equal(said.outcome, ROUTER_CONFLICT);
    assert_non_null(strstr(said.error.message, "it wants 3 pods, not 1"));
    assert_string_equal(deployed(ground, "changed", "$.spec.replicas"), "3");
}

static void a_stale_epoch_is_reported_and_writes_nothing(void **state) {
    struct cluster_ground *ground = *state;
    cluster_suite_add_deployment(ground, "taken", 0);
    assert_int_equal(scale(ground, "taken", 0, 1, 7).outcome, ROUTER_DONE);
    assert_int_equal(
        scale(ground, "taken", 1, 1, 8).outcome, ROUTER_DONE); /* taken over */
    assert_string_equal(deployed(ground, "taken", EPOCH), "8");
    char version[GROUND_VALUE_SIZE];
    text_copy_cut(
        version, sizeof version, deployed(ground, "taken", "$.metadata.generation"));
    const struct said said = scale(ground, "taken", 1, 2, 7);
    assert_int_equal(said.outcome, ROUTER_CONFLICT);
    assert_non_null(strstr(said.error.message, "the epoch is 8, not 7"));
    assert_string_equal(deployed(ground, "taken", "$.spec.replicas"), "1");
    assert_string_equal(deployed(ground, "taken", "$.metadata.generation"), version);
}

/* One that was already on its way when somebody took over. */
static void a_write_that_comes_too_late_gets_422(void **state) {
    struct cluster_ground *ground = *state;
    static const char late[] =
        "[{\"op\":\"test\",\"path\":\"/metadata/annotations/flightdeck.dev~1epoch\","
        "\"value\":\"7\"},"
        "{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":9}]";
    cluster_suite_add_deployment(ground, "late", 0);
    assert_int_equal(scale(ground, "late", 0, 1, 7).outcome, ROUTER_DONE);
    assert_int_equal(scale(ground, "late", 1, 1, 8).outcome, ROUTER_DONE);
    struct ground_call call = {
        "PATCH", APPS, "deployments/late", "application/json-patch+json", late};
    assert_int_equal(cluster_ground_call(ground, &call), 422);
    assert_string_equal(deployed(ground, "late", "$.spec.replicas"), "1");
    call.type = "text/plain";
    assert_int_equal(cluster_ground_call(ground, &call), 415);
    assert_string_equal(deployed(ground, "late", "$.spec.replicas"), "1");
}

static void what_is_not_there_is_said(void **state) {
    struct cluster_ground *ground = *state;
    const struct said said = scale(ground, "nobody", 0, 1, 1);
    assert_int_equal(said.outcome, ROUTER_REFUSED);
    assert_true(said.missing);
    assert_non_null(strstr(said.error.message, "404"));
}

static void our_rights_are_known(void **state) {
    struct cluster_ground *ground = *state;
    const struct cluster_right rights[] = {
        {"get", "apps", "deployments", "agent"},
        {"patch", "", "services", "agent"},
        {"list", "", "pods", ""},
    };
    struct cluster *cluster = cluster_new(ground->loop, ground->kubernetes);
    struct said said = {0};
    cluster_may(
        cluster, rights, sizeof rights / sizeof *rights, on_cluster_done, &said);
    assert_int_equal(wait_for(ground, &said).outcome, ROUTER_DONE);
    cluster_free(cluster);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_there_under_its_epoch),
        cmocka_unit_test(what_somebody_has_changed_is_a_conflict),
        cmocka_unit_test(a_stale_epoch_is_reported_and_writes_nothing),
        cmocka_unit_test(a_write_that_comes_too_late_gets_422),
        cmocka_unit_test(what_is_not_there_is_said),
        cmocka_unit_test(our_rights_are_known),
    };
    return cluster_suite_run(tests, sizeof tests / sizeof *tests);
}
