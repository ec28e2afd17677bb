/* `canary monitor` and `canary plan` where the instances are pods, or a Prometheus
 * server has their numbers: real agents, a real server, and an API server for tests. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "core/exit_code.h"
#include "io/loop.h"
#include "support/counted_scene.h"
#include "support/kubernetes_stage.h"
#include "support/service.h"

#define FLIGHTDECK (BINARIES_FOLDER "/flightdeck")
#define TOKEN      "s3cret-of-the-numbers"
#define LIMIT_NS   (120 * NS_PER_S)

/* --config FILE is added. */
#define MONITOR(...)                                    \
    (const char *const[]) {                             \
        "monitor", "--budget", "20%", __VA_ARGS__, NULL \
    }
#define PLAN(...)                                                 \
    (const char *const[]) {                                       \
        "plan", "--to", "v1.6.0", "-f", "json", __VA_ARGS__, NULL \
    }

enum { SKIPPED = 77, ARGS_MAX = 24, WORDS_SIZE = 16 * 1024, CONFIG_SIZE = 2048 };

struct scene {
    struct counted_scene counted;
    struct kubernetes_peer *peer;
    char socket[TEST_PATH_SIZE], config[TEST_PATH_SIZE], log[TEST_PATH_SIZE];
    char words[WORDS_SIZE]; /* of the last command */
};

/* Running a command while the loop turns */

struct wait {
    struct loop *loop;
    struct test_process *process;
    uint64_t start_ns;
    int status;
    bool has_ended;
};

static void on_turn(void *owner, uint64_t now_ns) {
    struct wait *wait = owner;
    wait->has_ended =
        waitpid(wait->process->pid, &wait->status, WNOHANG) == wait->process->pid;
    if (wait->has_ended || now_ns - wait->start_ns > LIMIT_NS) loop_stop(wait->loop);
}

static void read_words(struct scene *scene) {
    FILE *file = fopen(scene->log, "r");
    assert_non_null(file);
    size_t length = fread(scene->words, 1, sizeof scene->words - 1, file);
    scene->words[length] = '\0';
    fclose(file);
}

static int run(struct scene *scene, const char *const *words) {
    const char *args[ARGS_MAX] = {FLIGHTDECK, "canary"};
    struct test_process process = {0};
    struct wait wait = {
        scene->counted.rollout.loop, &process, loop_clock_ns(), 0, false};
    unsigned count = 2;
    for (; *words; words++) args[count++] = *words;
    args[count++] = "--config";
    args[count++] = scene->config;
    unlink(scene->log); /* it is added to */
    test_process_start(&process, args, scene->log);
    struct loop_timer *turn = loop_every(wait.loop, 5 * NS_PER_MS, on_turn, &wait);
    loop_run(wait.loop);
    loop_timer_free(turn);
    if (!wait.has_ended) test_process_kill(&process);
    read_words(scene);
    assert_true(wait.has_ended);
    assert_true(WIFEXITED(wait.status));
    return WEXITSTATUS(wait.status);
}

static void expect(
    struct scene *scene, const char *const *words, int code, const char *said) {
    int ended = run(scene, words);
    if (ended == code && strstr(scene->words, said)) return;
    fail_msg("%d, wanted %d with \"%s\"\n%s", ended, code, said, scene->words);
}

static void expect_words(const struct scene *scene, const char *said) {
    if (!strstr(scene->words, said)) fail_msg("no \"%s\":\n%s", said, scene->words);
}

/* The scene */

static uint16_t port_of(const struct scene *scene, unsigned side) {
    const char *url = scene->counted.stack.urls[side];
    return (uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10);
}

/* The Deployments' pods are the agents: at 127.0.0.1, each track at its own port. */
static void write_pods(struct scene *scene, const char *way) {
    char config[CONFIG_SIZE];
    int length = snprintf(
        config, sizeof config,
        "version: 1\n"
        "target: pods\n"
        "targets:\n"
        "  pods:\n"
        "    class: local\n"
        "    url: %s\n"
        "    tracks:\n"
        "      stable: {pods: {deployment: agent-stable, port: %u}}\n"
        "      canary: {pods: {deployment: agent-canary, port: %u}}\n"
        "    split:\n"
        "      kubernetes: {namespace: agent, router: httproute, route: agent,\n"
        "        stable: agent-stable, canary: agent-canary, %s}\n",
        scene->counted.stack.urls[COUNTED_STABLE], port_of(scene, COUNTED_STABLE),
        port_of(scene, COUNTED_CANARY), way);
    assert_true(length > 0 && (size_t)length < sizeof config);
    test_folder_write(&scene->counted.folder, "pods.yaml", config);
    test_folder_path(&scene->counted.folder, "pods.yaml", scene->config);
}

static void by_socket(struct scene *scene) {
    char way[TEST_PATH_SIZE + 16];
    snprintf(way, sizeof way, "socket: %s", scene->socket);
    write_pods(scene, way);
}

static void by_kubectl(struct scene *scene) {
    char path[TEST_PATH_SIZE], way[TEST_PATH_SIZE + 64];
    uint16_t port = kubernetes_peer_port(scene->peer);
    kubernetes_kubeconfig(&scene->counted.folder, port, path);
    snprintf(way, sizeof way, "kubeconfig: %s, context: here", path);
    write_pods(scene, way);
}

static void add_cluster(struct scene *scene) {
    test_folder_path(&scene->counted.folder, "k8s.sock", scene->socket);
    const struct kubernetes_peer_options options = {
        .path = scene->socket, .tcp = true, .tick_ns = 2 * NS_PER_MS};
    scene->peer = kubernetes_peer_new(scene->counted.rollout.loop, &options);
    kubernetes_peer_behaviour(scene->peer)->pod_ip = "127.0.0.1";
    kubernetes_peer_add_agent(scene->peer);
    struct kubernetes_object *pod = kubernetes_peer_api(scene->peer)->store.first;
    for (; pod; pod = pod->next) {
        if (strcmp(pod->kind->plural, "pods") != 0) continue;
        tree_set_string(pod->json, "/status/podIP", "127.0.0.1");
    }
}

static void scene_init(struct scene *scene, bool by_prometheus) {
    memset(scene, 0, sizeof *scene);
    if (by_prometheus) {
        counted_scene_init_by_prometheus(&scene->counted);
    } else {
        counted_scene_init(&scene->counted);
    }
    test_folder_path(&scene->counted.folder, "config.yaml", scene->config);
    test_folder_path(&scene->counted.folder, "said", scene->log);
    setenv("KUBECACHEDIR", scene->counted.folder.path, 1);
}

static void scene_clear(struct scene *scene) {
    kubernetes_peer_free(scene->peer);
    counted_scene_clear(&scene->counted);
}

static void scale(struct scene *scene, const char *deployment, int replicas) {
    struct kubernetes_api *api = kubernetes_peer_api(scene->peer);
    struct kubernetes_object *object =
        kubernetes_api_get(api, "agent", "deployments", deployment);
    cJSON *changed = cJSON_Duplicate(object->json, true);
    tree_set_int(changed, "/spec/replicas", replicas);
    kubernetes_store_replace(&api->store, object, changed);
}

static void spoil(struct scene *scene) {
    test_stack_fault(&scene->counted.stack, "{\"version\":\"v1.6.0\",\"error\":0.1}");
}

/* Pods */

static void see_them_compared(struct scene *scene) {
    expect(
        scene, MONITOR("--duration", "5s", "-f", "json"), EXIT_CODE_OK,
        "\"decision\":\"promote\"");
    expect_words(scene, "\"source\":\"metrics\"");
    expect(scene, PLAN("--duration", "3s"), EXIT_CODE_OK, "\"canary_is_it\":true");
    expect_words(scene, "\"source\":\"metrics\"");
    assert_null(strstr(scene->words, "no_rate"));
}

static void see_what_is_missing(struct scene *scene) {
    expect(
        scene, MONITOR("--duration", "3s", "--to", "v9", "-f", "json"),
        EXIT_CODE_INCONCLUSIVE, "says that it is v1.6.0");
    scale(scene, "agent-canary", 0);
    expect(scene, MONITOR("--duration", "3s"), EXIT_CODE_INCONCLUSIVE, "pods: hold: ");
    expect_words(scene, "no instance of the canary");
    /* Before a rollout nothing need be there. */
    expect(scene, PLAN("--duration", "3s"), EXIT_CODE_OK, "\"canary_is_it\":false");
    assert_null(strstr(scene->words, "no_rate"));
    scale(scene, "agent-canary", 1);
}

static void pods_are_compared_as_a_controller_sees_them(void **state) {
    struct scene scene;
    (void)state;
    scene_init(&scene, false);
    add_cluster(&scene);
    by_socket(&scene);
    see_them_compared(&scene);
    see_what_is_missing(&scene);
    spoil(&scene);
    expect(
        &scene, MONITOR("--duration", "60s", "-f", "json"), EXIT_CODE_FAILED,
        "\"decision\":\"roll back\"");
    expect_words(&scene, "evidence of harm");
    assert_int_equal(kubernetes_peer_writes(scene.peer), 0);
    scene_clear(&scene);
}

static void a_cluster_that_does_not_tell_is_said(void **state) {
    struct scene scene;
    (void)state;
    scene_init(&scene, false);
    add_cluster(&scene);
    struct kubernetes_api *api = kubernetes_peer_api(scene.peer);
    if (kubernetes_stage_has_kubectl()) {
        by_kubectl(&scene);
        expect(&scene, MONITOR("--duration", "5s"), EXIT_CODE_OK, "pods: promote");
    }
    write_pods(&scene, "kubectl: /nowhere/kubectl");
    expect(
        &scene, MONITOR("--duration", "20s"), EXIT_CODE_UNREACHABLE,
        "the pods of agent-stable: starting kubectl proxy: ");
    by_socket(&scene);
    api->tokens = true; /* and we have none */
    expect(&scene, MONITOR("--duration", "9m"), EXIT_CODE_UNREACHABLE, "anonymous");
    api->tokens = false;
    kubernetes_api_deny(api, "list", "pods", "");
    expect(&scene, MONITOR("--duration", "9m"), EXIT_CODE_UNREACHABLE, ": 403");
    expect(&scene, PLAN("--duration", "9m"), EXIT_CODE_UNREACHABLE, ": 403");
    expect_words(&scene, "flightdeck canary plan: the pods of agent-");
    api->denied_count = 0;
    kubernetes_peer_go_away(scene.peer);
    expect(
        &scene, MONITOR("--duration", "9m"), EXIT_CODE_UNREACHABLE,
        "the pods of agent-");
    kubernetes_peer_come_back(scene.peer);
    assert_int_equal(kubernetes_peer_writes(scene.peer), 0);
    scene_clear(&scene);
}

/* Prometheus */

/* That server has the numbers of both tracks. */
static void write_server(struct scene *scene, const char *server) {
    char config[CONFIG_SIZE];
    const char *stable = scene->counted.stack.urls[COUNTED_STABLE];
    const char *canary = scene->counted.stack.urls[COUNTED_CANARY];
    int length = snprintf(
        config, sizeof config,
        "version: 1\n"
        "target: other\n"
        "targets:\n"
        "  other:\n"
        "    class: local\n"
        "    url: %s\n"
        "    tracks: {stable: {urls: [\"%s\"]}, canary: {urls: [\"%s\"]}}\n"
        "    split: {command: {set: [\"false\", \"${weight}\"], get: [\"false\"]}}\n"
        "    prometheus:\n"
        "      url: %s\n"
        "      stable: '{track=\"stable\"}'\n"
        "      canary: '{track=\"canary\"}'\n"
        "      headers: {Authorization: \"${env:NUMBERS_TOKEN}\"}\n",
        stable, stable, canary, server);
    assert_true(length > 0 && (size_t)length < sizeof config);
    test_folder_write(&scene->counted.folder, "other.yaml", config);
    test_folder_path(&scene->counted.folder, "other.yaml", scene->config);
}

static void see_nothing(
    struct scene *scene, const char *monitored, const char *planned) {
    expect(scene, MONITOR("--duration", "3s"), EXIT_CODE_INCONCLUSIVE, monitored);
    assert_null(strstr(scene->words, TOKEN));
    expect(scene, PLAN("--duration", "2s"), EXIT_CODE_INCONCLUSIVE, planned);
    assert_null(strstr(scene->words, TOKEN));
}

static void a_prometheus_that_does_not_tell_makes_nothing_good(void **state) {
    struct scene scene;
    char url[TEST_PATH_SIZE];
    (void)state;
    scene_init(&scene, false);
    setenv("NUMBERS_TOKEN", TOKEN, 1);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", test_free_port());
    write_server(&scene, url);
    see_nothing(
        &scene, "other: hold: no data has come yet; Prometheus: ",
        "\"no_rate\":\"Prometheus: ");
    /* One that does not let us in, and says by what. */
    struct service *service = service_new(scene.counted.rollout.loop, 0);
    service_answer(
        service, "/api/v1/query", 401, "application/json",
        "{\"status\":\"error\",\"errorType\":\"unauthorized\","
        "\"error\":\"nobody is " TOKEN "\"}");
    service_url(service, url, sizeof url);
    write_server(&scene, url);
    see_nothing(
        &scene, "; Prometheus: unauthorized: nobody is ***",
        "\"no_rate\":\"Prometheus: unauthorized: nobody is ***\"");
    service_free(service);
    scene_clear(&scene);
}

static void what_prometheus_has_scraped_is_compared(void **state) {
    struct scene scene;
    (void)state;
    scene_init(&scene, true);
    expect(
        &scene, PLAN("--target", "counted"), EXIT_CODE_OK, "\"source\":\"prometheus\"");
    assert_null(strstr(scene.words, "no_rate"));
    assert_null(strstr(scene.words, "\"requests_per_s\":null"));
    expect(
        &scene, MONITOR("--duration", "6s", "-f", "json", "--target", "counted"),
        EXIT_CODE_OK, "\"source\":\"prometheus\"");
    spoil(&scene);
    expect(
        &scene, MONITOR("--duration", "60s", "--target", "counted"), EXIT_CODE_FAILED,
        "by prometheus");
    scene_clear(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pods_are_compared_as_a_controller_sees_them),
        cmocka_unit_test(a_cluster_that_does_not_tell_is_said),
        cmocka_unit_test(a_prometheus_that_does_not_tell_makes_nothing_good),
    };
    const struct CMUnitTest served[] = {
        cmocka_unit_test(what_prometheus_has_scraped_is_compared),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (access("/usr/bin/prometheus", X_OK) != 0) {
        fprintf(stderr, "there is no prometheus\n");
        return failed ? failed : SKIPPED;
    }
    return failed + cmocka_run_group_tests(served, NULL, NULL);
}
