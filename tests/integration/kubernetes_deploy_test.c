/* SPDX-License-Identifier: MIT */
#include "control/kubernetes_deploy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/router_scene.h"

#define IMAGE "/spec/template/spec/containers/0/image"

struct site {
    struct kubernetes_stage stage;
    struct target target;
    struct kubernetes_deploy *deploy;
    unsigned answers;
    struct router_done done;
};

static void on_done(void *owner, const struct router_done *done) {
    struct site *site = owner;
    site->done = *done;
    site->answers++;
}

static void site_init(struct site *site, enum target_cluster_router router) {
    memset(site, 0, sizeof *site);
    kubernetes_stage_init(&site->stage, false);
    router_scene_target(&site->target, site->stage.socket, router);
    struct target_deploy *deploy = &site->target.deploy;
    deploy->kind = DEPLOY_KUBERNETES;
    assert_true(
        text_copy(deploy->deployment, sizeof deploy->deployment, "agent-canary"));
    assert_true(text_copy(deploy->container, sizeof deploy->container, "agent"));
    assert_true(text_copy(deploy->image, sizeof deploy->image, "agent:${version}"));
}

static void site_clear(struct site *site) {
    kubernetes_deploy_free(site->deploy);
    kubernetes_stage_clear(&site->stage);
}

static enum router_outcome deploy(
    struct site *site, enum track track, const char *version) {
    struct error err = {0};
    const struct kubernetes_deploy_wish wish = {
        site->stage.kubernetes, &site->target, track, version, 7};
    kubernetes_deploy_free(site->deploy);
    site->answers = 0;
    site->deploy =
        kubernetes_deploy_start(site->stage.loop, &wish, on_done, site, &err);
    assert_non_null(site->deploy);
    kubernetes_stage_until(&site->stage, &site->answers, 1);
    return site->done.outcome;
}

static const char *image(struct site *site, const char *plural, const char *name) {
    return kubernetes_stage_string(&site->stage, plural, name, IMAGE);
}

static const char *selector(struct site *site) {
    return kubernetes_stage_string(
        &site->stage, "services", "agent-service", "/spec/selector/version");
}

static void a_canary_gets_its_image_and_no_traffic(void **state) {
    (void)state;
    struct site site;
    site_init(&site, CLUSTER_REPLICAS);
    kubernetes_peer_behaviour(site.stage.peer)->ready_ticks = 5;
    assert_int_equal(deploy(&site, TRACK_CANARY, "v1.7.0"), ROUTER_DONE);
    assert_string_equal(image(&site, "deployments", "agent-canary"), "agent:v1.7.0");
    assert_string_equal(selector(&site), "stable");
    assert_int_equal(
        kubernetes_stage_int(
            &site.stage, "deployments", "agent-canary", "/status/updatedReplicas"),
        1);
    /* The narrowing came before the image. */
    const struct kubernetes_record *first = kubernetes_peer_write(site.stage.peer, 0);
    assert_non_null(strstr(first->path, "/services/agent-service"));
    site_clear(&site);
}

static void a_deployment_without_pods_gets_one(void **state) {
    (void)state;
    struct site site;
    site_init(&site, CLUSTER_HTTPROUTE);
    kubernetes_stage_set(
        &site.stage, "deployments", "agent-canary", "/spec/replicas", "0");
    assert_int_equal(deploy(&site, TRACK_CANARY, "v1.7.0"), ROUTER_DONE);
    assert_int_equal(
        kubernetes_stage_int(
            &site.stage, "deployments", "agent-canary", "/status/readyReplicas"),
        1);
    assert_string_equal(selector(&site), "");
    site_clear(&site);
}

static void stable_gets_the_version_at_the_end(void **state) {
    (void)state;
    struct site site;
    site_init(&site, CLUSTER_HTTPROUTE);
    assert_int_equal(deploy(&site, TRACK_STABLE, "v1.6.0"), ROUTER_DONE);
    assert_string_equal(image(&site, "deployments", "agent-stable"), "agent:v1.6.0");
    assert_int_equal(
        kubernetes_stage_int(
            &site.stage, "deployments", "agent-stable", "/status/updatedReplicas"),
        19);
    site_clear(&site);
}

/* By replicas it has to carry all the traffic, which comes back to it then. */
static void stable_by_replicas_gets_all_its_pods(void **state) {
    (void)state;
    struct site site;
    site_init(&site, CLUSTER_REPLICAS);
    kubernetes_stage_set(
        &site.stage, "deployments", "agent-stable", "/spec/replicas", "0");
    assert_int_equal(deploy(&site, TRACK_STABLE, "v1.6.0"), ROUTER_DONE);
    assert_int_equal(
        kubernetes_stage_int(
            &site.stage, "deployments", "agent-stable", "/status/readyReplicas"),
        20);
    assert_string_equal(selector(&site), "");
    site_clear(&site);
}

static void a_crash_loop_ends_it_before_the_deadline(void **state) {
    (void)state;
    struct site site;
    site_init(&site, CLUSTER_REPLICAS);
    uint64_t begun_ns = loop_clock_ns();
    assert_int_equal(deploy(&site, TRACK_CANARY, "bad"), ROUTER_REFUSED);
    assert_non_null(strstr(site.done.error.message, "CrashLoopBackOff"));
    assert_true(loop_clock_ns() - begun_ns < 5 * NS_PER_S);
    site_clear(&site);
}

static void pods_that_never_come_end_at_their_deadline(void **state) {
    (void)state;
    struct site site;
    site_init(&site, CLUSTER_REPLICAS);
    kubernetes_peer_behaviour(site.stage.peer)->ready_ticks = 1000000;
    kubernetes_peer_behaviour(site.stage.peer)->deadline_ticks = 20;
    assert_int_equal(deploy(&site, TRACK_CANARY, "v1.7.0"), ROUTER_REFUSED);
    assert_non_null(strstr(site.done.error.message, "past its progress deadline"));
    site_clear(&site);
}

static void a_rollout_of_argo_goes_to_its_first_weight(void **state) {
    (void)state;
    struct site site;
    site_init(&site, CLUSTER_ARGO);
    assert_int_equal(deploy(&site, TRACK_CANARY, "v1.7.0"), ROUTER_DONE);
    assert_string_equal(image(&site, "rollouts", "agent"), "agent:v1.7.0");
    assert_string_equal(
        kubernetes_stage_string(&site.stage, "rollouts", "agent", "/status/phase"),
        "Paused");
    site_clear(&site);
}

static void what_cannot_be_is_refused_before_anything_is_written(void **state) {
    (void)state;
    struct site site;
    struct error err = {0};
    site_init(&site, CLUSTER_HTTPROUTE);
    assert_true(text_copy(
        site.target.deploy.container, sizeof site.target.deploy.container, "nobody"));
    assert_int_equal(deploy(&site, TRACK_CANARY, "v1.7.0"), ROUTER_REFUSED);
    assert_non_null(strstr(site.done.error.message, "no container \"nobody\""));
    assert_true(text_copy(
        site.target.deploy.deployment, sizeof site.target.deploy.deployment, "../x"));
    const struct kubernetes_deploy_wish wish = {
        site.stage.kubernetes, &site.target, TRACK_CANARY, "v1", 7};
    assert_null(kubernetes_deploy_start(site.stage.loop, &wish, on_done, &site, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_int_equal(kubernetes_peer_writes(site.stage.peer), 0);
    site_clear(&site);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_canary_gets_its_image_and_no_traffic),
        cmocka_unit_test(a_deployment_without_pods_gets_one),
        cmocka_unit_test(stable_gets_the_version_at_the_end),
        cmocka_unit_test(stable_by_replicas_gets_all_its_pods),
        cmocka_unit_test(a_crash_loop_ends_it_before_the_deadline),
        cmocka_unit_test(pods_that_never_come_end_at_their_deadline),
        cmocka_unit_test(a_rollout_of_argo_goes_to_its_first_weight),
        cmocka_unit_test(what_cannot_be_is_refused_before_anything_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
