/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_stage.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/panic.h"
#include "base/units.h"
#include "io/kubernetes.h"
#include "io/loop.h"
#include "support/test_process.h"

enum { CONFIG_SIZE = 1024, LIMIT_MS = 10000 };

void kubernetes_kubeconfig(
    const struct test_folder *folder, uint16_t port, char path[TEST_PATH_SIZE]) {
    char config[CONFIG_SIZE];
    snprintf(
        config, sizeof config,
        "apiVersion: v1\nkind: Config\n"
        "clusters: [{name: c, cluster: {server: \"http://127.0.0.1:%u\"}}]\n"
        "users: [{name: u, user: {}}]\n"
        "contexts: [{name: here, context: {cluster: c, user: u}}]\n"
        "current-context: here\n",
        port);
    test_folder_write(folder, "kubeconfig", config);
    test_folder_path(folder, "kubeconfig", path);
}

void kubernetes_stage_init(struct kubernetes_stage *stage, bool tcp) {
    *stage = (struct kubernetes_stage){0};
    test_folder_init(&stage->folder);
    setenv("XDG_RUNTIME_DIR", stage->folder.path, 1);
    setenv("HOME", stage->folder.path, 1);
    test_folder_path(&stage->folder, "api.sock", stage->socket);
    stage->loop = loop_new();
    const struct kubernetes_peer_options options = {
        .path = stage->socket, .tcp = tcp, .tick_ns = 2 * NS_PER_MS};
    stage->peer = kubernetes_peer_new(stage->loop, &options);
    kubernetes_peer_add_agent(stage->peer);
    uint16_t port = kubernetes_peer_port(stage->peer);
    if (tcp) kubernetes_kubeconfig(&stage->folder, port, stage->kubeconfig);
    const struct kubernetes_options way = {
        .socket = stage->socket, .namespace = "agent", .authority = HTTP_MAY_ACT};
    stage->kubernetes = kubernetes_new(stage->loop, &way);
}

void kubernetes_stage_clear(struct kubernetes_stage *stage) {
    kubernetes_free(stage->kubernetes);
    kubernetes_peer_free(stage->peer);
    loop_free(stage->loop);
    test_folder_clear(&stage->folder);
}

/* Looks at a flag between turns of the loop. */
struct waiting {
    struct loop *loop;
    const unsigned *flag;
    unsigned value;
    uint64_t until_ns;
};

static void on_look(void *owner, uint64_t now_ns) {
    struct waiting *waiting = owner;
    if (waiting->flag && *waiting->flag == waiting->value) loop_stop(waiting->loop);
    if (now_ns >= waiting->until_ns) loop_stop(waiting->loop);
}

static void wait_for(
    struct kubernetes_stage *stage, const unsigned *flag, unsigned value, unsigned ms) {
    struct waiting waiting = {
        .loop = stage->loop,
        .flag = flag,
        .value = value,
        .until_ns = loop_clock_ns() + ms * NS_PER_MS,
    };
    if (flag && *flag == value) return;
    struct loop_timer *timer = loop_every(stage->loop, NS_PER_MS, on_look, &waiting);
    loop_run(stage->loop);
    loop_timer_free(timer);
}

void kubernetes_stage_until(
    struct kubernetes_stage *stage, const unsigned *flag, unsigned value) {
    wait_for(stage, flag, value, LIMIT_MS);
    ensure(*flag == value);
}

void kubernetes_stage_run(struct kubernetes_stage *stage, unsigned ms) {
    wait_for(stage, NULL, 0, ms);
}

static struct kubernetes_object *object_of(
    struct kubernetes_stage *stage, const char *plural, const char *name) {
    return kubernetes_api_get(kubernetes_peer_api(stage->peer), "agent", plural, name);
}

int kubernetes_stage_int(
    struct kubernetes_stage *stage, const char *plural, const char *name,
    const char *pointer) {
    struct kubernetes_object *object = object_of(stage, plural, name);
    return object ? tree_int(object->json, pointer, 0) : 0;
}

const char *kubernetes_stage_string(
    struct kubernetes_stage *stage, const char *plural, const char *name,
    const char *pointer) {
    struct kubernetes_object *object = object_of(stage, plural, name);
    return object ? tree_string(object->json, pointer) : "";
}

void kubernetes_stage_set(
    struct kubernetes_stage *stage, const char *plural, const char *name,
    const char *pointer, const char *json) {
    struct kubernetes_object *object = object_of(stage, plural, name);
    ensure(object);
    cJSON *changed = cJSON_Duplicate(object->json, true);
    tree_set(changed, pointer, cJSON_Parse(json));
    kubernetes_store_replace(&kubernetes_peer_api(stage->peer)->store, object, changed);
}

bool kubernetes_stage_has_kubectl(void) {
    const char *const args[] = {"sh", "-c", "command -v kubectl", NULL};
    return test_process_run(args, NULL) == 0;
}
