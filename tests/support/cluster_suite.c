/* SPDX-License-Identifier: MIT */
#include "support/cluster_suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "support/kubernetes_stage.h"

void cluster_suite_add_deployment(
    struct cluster_ground *ground, const char *name, int replicas) {
    char json[1024];
    snprintf(
        json, sizeof json,
        "{\"kind\":\"Deployment\",\"apiVersion\":\"apps/v1\",\"metadata\":{\"name\":"
        "\"%s\"},\"spec\":{\"replicas\":%d,\"selector\":{\"matchLabels\":{\"app\":"
        "\"%s\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"%s\"}},\"spec\":{"
        "\"nodeSelector\":{\"flightdeck.dev/no-node\":\"has-this\"},\"containers\":[{"
        "\"name\":\"agent\",\"image\":\"agent:v1\"}]}}}}",
        name, replicas, name, name);
    cluster_ground_add(ground, APPS, "deployments", json);
}

static void add_service(struct cluster_ground *ground) {
    cluster_ground_add(
        ground, CORE, "services",
        "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"agent\"},"
        "\"spec\":{\"ports\":[{\"port\":80}],\"selector\":{\"app\":\"agent\"}}}");
}

static int open_ground(void **state, enum cluster_way way) {
    struct cluster_ground *ground = memory_new(sizeof *ground);
    *state = ground;
    cluster_ground_open(ground, way);
    add_service(ground);
    cluster_suite_add_deployment(ground, "agent", 0);
    return 0;
}

static int open_socket(void **state) {
    return open_ground(state, WAY_SOCKET);
}

static int open_kubectl(void **state) {
    return open_ground(state, WAY_KUBECTL);
}

static int close_ground(void **state) {
    cluster_ground_close(*state);
    free(*state);
    return 0;
}

int cluster_suite_run(const struct CMUnitTest *tests, size_t count) {
    const char *own = getenv("KUBECONFIG");
    int failed = _cmocka_run_group_tests(
        "the API server for tests, by its socket", tests, count, open_socket,
        close_ground);
    if (!kubernetes_stage_has_kubectl()) {
        print_message("kubectl is not here: no cluster is asked\n");
        return failed;
    }
    if (!own || !*own) {
        print_message("KUBECONFIG names no cluster: the API server for tests stands in "
                      "for it, by kubectl\n");
    }
    return failed + _cmocka_run_group_tests(
                        "the cluster of KUBECONFIG, by kubectl", tests, count,
                        open_kubectl, close_ground);
}
