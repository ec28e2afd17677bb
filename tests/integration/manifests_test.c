/* Whether the manifests are objects that a server takes, fit together, and give exactly
 * the rights that are needed. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "control/kubernetes_deploy.h"
#include "control/kubernetes_lease.h"
#include "control/watchdog.h"
#include "io/http.h"
#include "io/loop.h"
#include "support/cluster_ground.h"
#include "support/kubernetes_ask.h"
#include "support/manifest.h"
#include "support/router_scene.h"
#include "support/test_process.h"
#include "support/test_program.h"

#define FOLDER TESTS_FOLDER "/../deploy/kubernetes"

static struct manifest manifests[MANIFESTS_MAX];
static size_t count;

static int read_all(void **state) {
    (void)state;
    count = manifests_read(FOLDER, manifests);
    return 0;
}

static int clear_all(void **state) {
    (void)state;
    manifests_clear(manifests, count);
    return 0;
}

static void every_file_says_what_it_is_for(void **state) {
    (void)state;
    assert_in_range(count, 20, MANIFESTS_MAX);
    for (size_t i = 0; i < count; i++) {
        char path[512], first[8] = "";
        snprintf(path, sizeof path, FOLDER "/%s", manifests[i].file);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        assert_non_null(fgets(first, sizeof first, file));
        fclose(file);
        assert_int_equal(strncmp(first, "# ", 2), 0);
    }
}

/* Asks the server to create it, in a dry run or in earnest. */
static unsigned create(
    struct kubernetes_stage *stage, struct http *http, cJSON *json, bool dry,
    char words[512]) {
    char path[KUBERNETES_PATH_SIZE], target[KUBERNETES_PATH_SIZE + 64];
    assert_non_null(manifest_path(json, path));
    snprintf(
        target, sizeof target, "%s?fieldValidation=Strict%s", path,
        dry ? "&dryRun=All" : "");
    char *body = cJSON_PrintUnformatted(json);
    struct kubernetes_said said;
    const struct kubernetes_question question = {
        .socket = stage->socket,
        .method = "POST",
        .path = target,
        .type = "application/json",
        .body = body,
    };
    kubernetes_ask(stage->loop, http, &question, &said);
    unsigned status = said.status;
    text_copy_cut(words, 512, said.text);
    kubernetes_said_clear(&said);
    cJSON_free(body);
    return status;
}

/* An API server without any objects of ours. */
static void empty_stage(struct kubernetes_stage *stage) {
    kubernetes_stage_init(stage, false);
    struct kubernetes_api *api = kubernetes_peer_api(stage->peer);
    kubernetes_api_clear(api);
    kubernetes_api_init(api);
}

static void a_server_takes_all_of_them(void **state) {
    (void)state;
    struct kubernetes_stage stage;
    empty_stage(&stage);
    struct http *http = http_new(stage.loop, HTTP_MAY_ACT);
    for (size_t i = 0; i < count; i++) {
        char words[512];
        if (create(&stage, http, manifests[i].json, true, words) == 201) continue;
        fail_msg("%s: %s", manifests[i].file, words);
    }
    assert_int_equal(kubernetes_peer_changes(stage.peer), 0);
    for (size_t i = 0; i < count; i++) {
        char words[512];
        if (create(&stage, http, manifests[i].json, false, words) == 201) continue;
        fail_msg("%s: %s", manifests[i].file, words);
    }
    http_free(http);
    kubernetes_stage_clear(&stage);
}

static void a_mistake_in_one_would_be_found(void **state) {
    (void)state;
    struct kubernetes_stage stage;
    char words[512];
    empty_stage(&stage);
    struct http *http = http_new(stage.loop, HTTP_MAY_ACT);
    cJSON *json = cJSON_Duplicate(manifest_find(manifests, count, "stable.yaml"), true);
    tree_set_int(json, "/spec/replica", 3);
    assert_int_equal(create(&stage, http, json, true, words), 400);
    assert_non_null(strstr(words, "unknown field"));
    tree_drop(json, "/spec/replica");
    tree_set_string(json, "/spec/template/metadata/labels/version", "other");
    assert_int_equal(create(&stage, http, json, true, words), 422);
    cJSON_Delete(json);
    http_free(http);
    kubernetes_stage_clear(&stage);
}

/* Whether one of the manifests is that object;
 * "rollouts/status" is one of "rollouts". */
static bool is_here(const char *resource, const char *name) {
    size_t length = strcspn(resource, "/");
    for (size_t i = 0; i < count; i++) {
        char path[KUBERNETES_PATH_SIZE];
        cJSON *json = manifests[i].json;
        const char *plural = manifest_path(json, path)->plural;
        if (strncmp(plural, resource, length) == 0 &&
            strcmp(name, tree_string(json, "/metadata/name")) == 0) {
            return true;
        }
    }
    return false;
}

/* A Role names objects: each of them is here,
 * but for those that are made or are there. */
static void check_names(cJSON *rule, const char *resource) {
    const cJSON *name;
    bool made = strcmp(resource, "leases") == 0 || strcmp(resource, "namespaces") == 0;
    cJSON_ArrayForEach(name, tree_at(rule, "/resourceNames")) {
        print_message("  %s %s\n", resource, name->valuestring);
        assert_true(made | is_here(resource, name->valuestring));
    }
}

static void check_rule(cJSON *rule) {
    const cJSON *resource, *verb;
    cJSON_ArrayForEach(resource, tree_at(rule, "/resources")) {
        check_names(rule, resource->valuestring);
    }
    cJSON_ArrayForEach(verb, tree_at(rule, "/verbs")) {
        assert_string_not_equal(verb->valuestring, "*");
        assert_string_not_equal(verb->valuestring, "delete");
    }
}

static void roles_name_objects_that_are_there(void **state) {
    (void)state;
    unsigned rules = 0;
    for (size_t i = 0; i < count; i++) {
        cJSON *rule;
        cJSON_ArrayForEach(rule, tree_at(manifests[i].json, "/rules")) {
            check_rule(rule);
            rules++;
        }
    }
    assert_in_range(rules, 10, 40);
}

static void grant(struct kubernetes_stage *stage, const char *file) {
    struct kubernetes_api *api = kubernetes_peer_api(stage->peer);
    kubernetes_api_grant(api, manifest_find(manifests, count, file));
    if (api->granted) {
        kubernetes_api_grant(
            api, manifest_find(manifests, count, "rbac-identity.yaml"));
    }
}

/* What the last deploy said. */
struct deployed {
    unsigned answers;
    enum router_outcome outcome;
};

static void on_deployed(void *owner, const struct router_done *done) {
    struct deployed *deployed = owner;
    deployed->outcome = done->outcome;
    deployed->answers++;
}

static void deploy(struct router_scene *scene) {
    struct deployed deployed = {0};
    struct error err = {0};
    struct target_deploy *to = &scene->target.deploy;
    text_copy(to->deployment, sizeof to->deployment, "agent-canary");
    text_copy(to->container, sizeof to->container, "agent");
    text_copy(to->image, sizeof to->image, "agent:${version}");
    const struct kubernetes_deploy_wish wish = {
        scene->stage.kubernetes, &scene->target, TRACK_CANARY, "v2", 1};
    struct kubernetes_deploy *under_way =
        kubernetes_deploy_start(scene->stage.loop, &wish, on_deployed, &deployed, &err);
    assert_non_null(under_way);
    kubernetes_stage_until(&scene->stage, &deployed.answers, 1);
    assert_int_equal(deployed.outcome, ROUTER_DONE);
    kubernetes_deploy_free(under_way);
}

static void roll_out(
    const struct router_type *type, enum target_cluster_router router) {
    struct router_scene scene;
    router_scene_init(&scene, type, 0);
    scene.target.kubernetes.router = router;
    grant(&scene.stage, "rbac-operator.yaml");
    assert_int_equal(router_scene_check(&scene), ROUTER_DONE);
    deploy(&scene);
    assert_int_equal(router_scene_back(&scene, 1), ROUTER_DONE);
    assert_int_equal(router_scene_set(&scene, 1, 0, 500), ROUTER_DONE);
    assert_int_equal(router_scene_set(&scene, 1, 500, 2500), ROUTER_DONE);
    router_scene_look(&scene);
    assert_int_equal(scene.seen.weight_bp, 2500);
    assert_int_equal(router_scene_back(&scene, 1), ROUTER_DONE);
    router_scene_clear(&scene);
}

static void an_operator_may_do_all_that_a_rollout_needs(void **state) {
    (void)state;
    roll_out(&replica_router, CLUSTER_REPLICAS);
    roll_out(&httproute_router, CLUSTER_HTTPROUTE);
}

static void on_event(void *owner, enum watchdog_event event, const char *words) {
    unsigned *events = owner;
    if (event == WATCHDOG_FAILED || event == WATCHDOG_BLIND) fail_msg("%s", words);
    events[event]++;
}

static void the_watchdog_may_go_back(void **state) {
    (void)state;
    static const enum target_cluster_router routers[] = {
        CLUSTER_REPLICAS, CLUSTER_HTTPROUTE};
    for (size_t i = 0; i < sizeof routers / sizeof *routers; i++) {
        struct kubernetes_stage stage;
        struct target target;
        struct error err = {0};
        unsigned events[WATCHDOG_FAILED + 1] = {0};
        kubernetes_stage_init(&stage, false);
        router_scene_target(&target, stage.socket, routers[i]);
        grant(&stage, "watchdog-role.yaml");
        /* A Lease of somebody who has been silent for years. */
        kubernetes_api_add(
            kubernetes_peer_api(stage.peer), "agent",
            "{\"kind\":\"Lease\",\"apiVersion\":\"coordination.k8s.io/v1\","
            "\"metadata\":{\"name\":\"flightdeck-agent\"},\"spec\":{"
            "\"holderIdentity\":\"alice\",\"leaseDurationSeconds\":15,"
            "\"renewTime\":\"2020-01-01T00:00:00.000000Z\"}}");
        const struct watchdog_options options = {
            .target = &target, .holder = "w", .limit_ns = 500 * NS_PER_MS};
        struct watchdog *watchdog =
            watchdog_start(stage.loop, &options, on_event, events, &err);
        assert_non_null(watchdog);
        kubernetes_stage_until(&stage, &events[WATCHDOG_ACTED], 1);
        kubernetes_stage_until(&stage, &events[WATCHDOG_RESTS], 1);
        watchdog_free(watchdog);
        kubernetes_stage_clear(&stage);
    }
}

static void the_configuration_is_right(void **state) {
    (void)state;
    struct test_program program;
    test_program_init(&program);
    cJSON *json = manifest_find(manifests, count, "config.yaml");
    cJSON *data = tree_at(json, "/data");
    const cJSON *words = cJSON_GetObjectItemCaseSensitive(data, "flightdeck.yaml");
    assert_non_null(words);
    test_folder_write(&program.folder, "it.yaml", words->valuestring);
    program.env[0] = "AGENT_TOKEN=a-token-of-nobody";
    int code = test_program_run(&program, "flightdeck config check --config it.yaml");
    if (code != 0) print_message("%s%s", program.out, program.err);
    assert_int_equal(code, 0);
    test_program_clear(&program);
}

/* kubectl on one file; the exit code. */
static int apply(const char *kubeconfig, const char *file) {
    char path[512], config[256];
    snprintf(path, sizeof path, FOLDER "/%s", file);
    snprintf(config, sizeof config, "--kubeconfig=%s", kubeconfig);
    const char *const args[] = {
        "kubectl",
        config,
        "--namespace=agent",
        "create",
        "--dry-run=client",
        "--validate=false",
        "-f",
        path,
        NULL};
    return test_process_run(args, NULL);
}

static void apply_all(const char *kubeconfig) {
    for (size_t i = 0; i < count; i++) {
        bool again = i > 0 && strcmp(manifests[i].file, manifests[i - 1].file) == 0;
        if (!again) assert_int_equal(apply(kubeconfig, manifests[i].file), 0);
    }
}

static void kubectl_understands_them(void **state) {
    (void)state;
    if (!kubernetes_stage_has_kubectl()) {
        print_message("kubectl is not here: it does not read the manifests\n");
        skip();
    }
    struct test_folder folder;
    struct test_process peer;
    char config[TEST_PATH_SIZE], port[8];
    test_folder_init(&folder);
    setenv("HOME", folder.path, 1);
    uint16_t number = test_free_port();
    snprintf(port, sizeof port, "%u", number);
    const char *const args[] = {
        BINARIES_FOLDER "/tests/kubernetes-peer", "-p", port, NULL};
    test_process_start(&peer, args, NULL);
    assert_true(test_wait_for_port(number, &peer));
    kubernetes_kubeconfig(&folder, number, config);
    apply_all(config);
    test_process_stop(&peer);
    test_folder_clear(&folder);
}

/* A cluster need not know all kinds, nor we be allowed to give rights away. */
static void try_in(struct cluster_ground *cluster, const struct manifest *manifest) {
    static const char query[] = "?dryRun=All&fieldValidation=Strict";
    char ignored[KUBERNETES_PATH_SIZE], own[96], api[128], path[256];
    const struct kubernetes_kind *kind = manifest_path(manifest->json, ignored);
    bool in_cluster = kind->traits & KIND_CLUSTER;
    kubernetes_kind_api(kind, own);
    snprintf(api, sizeof api, "/%s/%s", *kind->group ? "apis" : "api", own);
    snprintf(
        path, sizeof path, "%s%s%s%s", in_cluster ? api : "", in_cluster ? "/" : "",
        kind->plural, query);
    char *body = cJSON_PrintUnformatted(manifest->json);
    const struct ground_call call = {
        "POST", in_cluster ? NULL : api, path, "application/json", body};
    unsigned status = cluster_ground_call(cluster, &call);
    cJSON_free(body);
    if (status == 404) print_message("  the cluster knows no %s\n", kind->kind);
    if (status == 403) print_message("  we may not make a %s\n", kind->kind);
    if (status == 201 || status == 404 || status == 403) return;
    fail_msg("%s: %u", manifest->file, status);
}

static struct cluster_ground ground;

static void a_real_cluster_takes_them(void **state) {
    (void)state;
    const char *kubeconfig = getenv("KUBECONFIG");
    if (!kubeconfig || !*kubeconfig || !kubernetes_stage_has_kubectl()) {
        print_message("KUBECONFIG names no cluster: none is asked\n");
        skip();
    }
    cluster_ground_open(&ground, WAY_KUBECTL);
    for (size_t i = 0; i < count; i++) try_in(&ground, &manifests[i]);
}

static int close_ground(void **state) {
    (void)state;
    cluster_ground_close(&ground);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_real_cluster_takes_them, close_ground),
        cmocka_unit_test(every_file_says_what_it_is_for),
        cmocka_unit_test(a_server_takes_all_of_them),
        cmocka_unit_test(a_mistake_in_one_would_be_found),
        cmocka_unit_test(roles_name_objects_that_are_there),
        cmocka_unit_test(an_operator_may_do_all_that_a_rollout_needs),
        cmocka_unit_test(the_watchdog_may_go_back),
        cmocka_unit_test(the_configuration_is_right),
        cmocka_unit_test(kubectl_understands_them),
    };
    return cmocka_run_group_tests(tests, read_all, clear_all);
}
