/* Whether the API server for tests answers as a real
 * one has answered, and misbehaves as it is told to. */
/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "io/http.h"
#include "io/loop.h"
#include "support/kubernetes_ask.h"
#include "support/test_folder.h"

enum { FILE_MAX = 64 * 1024 };

#define DEPLOYMENT "/apis/apps/v1/namespaces/agent/deployments/agent-canary"
#define JSON_PATCH "application/json-patch+json"

struct stage {
    struct test_folder folder;
    char socket[TEST_PATH_SIZE];
    struct loop *loop;
    struct http *http;
    struct kubernetes_peer *peer;
    struct kubernetes_said said;
};

static void stage_init(struct stage *stage) {
    *stage = (struct stage){0};
    test_folder_init(&stage->folder);
    test_folder_path(&stage->folder, "api.sock", stage->socket);
    stage->loop = loop_new();
    stage->http = http_new(stage->loop, HTTP_MAY_ACT);
    const struct kubernetes_peer_options options = {
        .path = stage->socket, .tick_ns = 2 * NS_PER_MS};
    stage->peer = kubernetes_peer_new(stage->loop, &options);
    kubernetes_peer_add_agent(stage->peer);
}

static void stage_clear(struct stage *stage) {
    kubernetes_said_clear(&stage->said);
    http_free(stage->http);
    kubernetes_peer_free(stage->peer);
    loop_free(stage->loop);
    test_folder_clear(&stage->folder);
}

static void ask(struct stage *stage, struct kubernetes_question question) {
    question.socket = stage->socket;
    kubernetes_said_clear(&stage->said);
    kubernetes_ask(stage->loop, stage->http, &question, &stage->said);
}

static void patch(struct stage *stage, const char *path, const char *body) {
    ask(stage, (struct kubernetes_question){
                   .method = "PATCH", .path = path, .type = JSON_PATCH, .body = body});
}

static void get(struct stage *stage, const char *path) {
    ask(stage, (struct kubernetes_question){.path = path});
}

static cJSON *read_exchanges(void) {
    FILE *file = fopen(TESTS_FOLDER "/kubernetes/exchanges.json", "r");
    assert_non_null(file);
    char *text = calloc(1, FILE_MAX);
    assert_in_range(fread(text, 1, FILE_MAX - 1, file), 1000, FILE_MAX - 2);
    fclose(file);
    cJSON *exchanges = cJSON_Parse(text);
    free(text);
    assert_non_null(exchanges);
    return exchanges;
}

/* The names of a map's members are those of the list, in any order. */
static void has_keys(cJSON *map, const cJSON *keys) {
    const cJSON *key;
    assert_int_equal(cJSON_GetArraySize(map), cJSON_GetArraySize(keys));
    cJSON_ArrayForEach(key, keys) {
        assert_non_null(cJSON_GetObjectItemCaseSensitive(map, key->valuestring));
    }
}

static void compare(struct stage *stage, cJSON *exchange) {
    cJSON *said = stage->said.json, *value;
    cJSON *message = tree_at(exchange, "/message");
    assert_int_equal(stage->said.error.code, ERROR_NONE);
    assert_int_equal(stage->said.status, tree_int(exchange, "/status", 0));
    assert_non_null(said);
    assert_string_equal(tree_string(said, "/reason"), tree_string(exchange, "/reason"));
    if (message) {
        assert_string_equal(tree_string(said, "/message"), message->valuestring);
    }
    if (*tree_string(exchange, "/reason")) {
        has_keys(said, tree_at(exchange, "/keys"));
        has_keys(tree_at(said, "/details"), tree_at(exchange, "/details"));
    }
    cJSON_ArrayForEach(value, tree_at(exchange, "/values")) {
        const cJSON *is = tree_at(said, value->string);
        if (!cJSON_Compare(is, value, true)) fail_msg("%s differs", value->string);
    }
}

static void replay(struct stage *stage, cJSON *exchange) {
    cJSON *body = tree_at(exchange, "/body");
    cJSON *version = body ? tree_at(body, "/metadata/resourceVersion") : NULL;
    if (version && strcmp(version->valuestring, "current") == 0) {
        struct kubernetes_object *lease = kubernetes_api_get(
            kubernetes_peer_api(stage->peer), "agent", "leases", "flightdeck-agent");
        tree_set_string(
            body, "/metadata/resourceVersion",
            tree_string(lease->json, "/metadata/resourceVersion"));
    }
    char *words = body ? cJSON_PrintUnformatted(body) : NULL;
    ask(stage, (struct kubernetes_question){
                   .method = tree_string(exchange, "/method"),
                   .path = tree_string(exchange, "/path"),
                   .type = tree_string(exchange, "/type"),
                   .token = tree_string(exchange, "/as"),
                   .body = words});
    cJSON_free(words);
    compare(stage, exchange);
}

static void it_answers_as_the_real_one_did(void **state) {
    (void)state;
    struct stage stage;
    stage_init(&stage);
    struct kubernetes_api *api = kubernetes_peer_api(stage.peer);
    api->tokens = true;
    kubernetes_api_deny(api, "delete", "deployments", "");
    cJSON *exchanges = read_exchanges(), *exchange;
    unsigned count = 0;
    cJSON_ArrayForEach(exchange, exchanges) {
        print_message("  %s\n", tree_string(exchange, "/what"));
        replay(&stage, exchange);
        count++;
    }
    assert_in_range(count, 35, 60);
    cJSON_Delete(exchanges);
    stage_clear(&stage);
}

static int seen_at(struct stage *stage, const char *pointer) {
    return tree_int(stage->said.json, pointer, 0);
}

static void a_deployment_settles_behind_its_generation(void **state) {
    (void)state;
    struct stage stage;
    stage_init(&stage);
    kubernetes_peer_behaviour(stage.peer)->observe_ticks = 4;
    kubernetes_peer_behaviour(stage.peer)->ready_ticks = 4;
    patch(
        &stage, DEPLOYMENT,
        "[{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":1},"
        "{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":5}]");
    assert_int_equal(stage.said.status, 200);
    assert_int_equal(seen_at(&stage, "/metadata/generation"), 2);
    bool was_behind = false, was_short = false;
    do {
        get(&stage, DEPLOYMENT);
        if (seen_at(&stage, "/status/observedGeneration") == 1) was_behind = true;
        if (seen_at(&stage, "/status/unavailableReplicas") == 4) was_short = true;
    } while (seen_at(&stage, "/status/readyReplicas") < 5);
    assert_true(was_behind);
    assert_true(was_short);
    get(&stage, "/api/v1/namespaces/agent/endpoints/agent-service");
    while (cJSON_GetArraySize(tree_at(stage.said.json, "/subsets/0/addresses")) < 24) {
        get(&stage, "/api/v1/namespaces/agent/endpoints/agent-service");
    }
    stage_clear(&stage);
}

static void a_bad_image_misses_its_deadline(void **state) {
    (void)state;
    struct stage stage;
    stage_init(&stage);
    kubernetes_peer_behaviour(stage.peer)->deadline_ticks = 5;
    patch(
        &stage, DEPLOYMENT,
        "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\","
        "\"value\":\"agent:bad\"}]");
    do {
        get(&stage, DEPLOYMENT);
    } while (!strstr(stage.said.text, "ProgressDeadlineExceeded"));
    /* The pod of the template before goes on taking traffic. */
    assert_int_equal(seen_at(&stage, "/status/readyReplicas"), 1);
    assert_int_equal(seen_at(&stage, "/status/updatedReplicas"), 1);
    get(&stage, "/api/v1/namespaces/agent/pods?labelSelector=version%3Dcanary");
    assert_non_null(strstr(stage.said.text, "CrashLoopBackOff"));
    stage_clear(&stage);
}

static void it_misbehaves_as_told(void **state) {
    (void)state;
    static const char more[] = "[{\"op\":\"replace\",\"path\":\"/spec/replicas\","
                               "\"value\":3}]";
    struct stage stage;
    stage_init(&stage);
    kubernetes_peer_fault(stage.peer, FAULT_LOST, "PATCH", 1, 0);
    patch(&stage, DEPLOYMENT, more);
    assert_int_equal(stage.said.error.code, ERROR_LOST);
    assert_int_equal(kubernetes_peer_changes(stage.peer), 1);
    kubernetes_peer_fault(stage.peer, FAULT_CUT, "GET", 1, 0);
    get(&stage, DEPLOYMENT);
    assert_int_equal(stage.said.error.code, ERROR_LOST);
    kubernetes_peer_fault(stage.peer, FAULT_BROKEN, "PATCH", 1, 0);
    patch(&stage, DEPLOYMENT, more);
    assert_int_equal(stage.said.status, 500);
    kubernetes_peer_fault(stage.peer, FAULT_SLOW, "", 1, 50 * NS_PER_MS);
    uint64_t begun_ns = loop_clock_ns();
    get(&stage, DEPLOYMENT);
    assert_true(loop_clock_ns() - begun_ns >= 50 * NS_PER_MS);
    kubernetes_peer_go_away(stage.peer);
    get(&stage, DEPLOYMENT);
    assert_int_equal(stage.said.error.code, ERROR_CONNECT);
    kubernetes_peer_come_back(stage.peer);
    get(&stage, DEPLOYMENT);
    assert_int_equal(seen_at(&stage, "/spec/replicas"), 3);
    stage_clear(&stage);
}

static void a_watch_tells_what_changes_and_when_it_comes_too_late(void **state) {
    (void)state;
    struct stage stage;
    stage_init(&stage);
    char path[256];
    struct kubernetes_store *store = &kubernetes_peer_api(stage.peer)->store;
    unsigned long long before = store->version;
    patch(
        &stage, DEPLOYMENT,
        "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":2}]");
    snprintf(
        path, sizeof path,
        "/apis/apps/v1/namespaces/agent/"
        "deployments?watch=true&resourceVersion=%llu&timeoutSeconds=1",
        before);
    get(&stage, path);
    assert_int_equal(stage.said.status, 200);
    assert_non_null(strstr(stage.said.text, "{\"type\":\"MODIFIED\",\"object\":"));
    assert_null(strstr(stage.said.text, "\"ADDED\""));
    kubernetes_store_compact(store);
    get(&stage, path);
    assert_non_null(strstr(stage.said.text, "\"type\":\"ERROR\""));
    assert_non_null(strstr(stage.said.text, "\"code\":410"));
    stage_clear(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_answers_as_the_real_one_did),
        cmocka_unit_test(a_deployment_settles_behind_its_generation),
        cmocka_unit_test(a_bad_image_misses_its_deadline),
        cmocka_unit_test(it_misbehaves_as_told),
        cmocka_unit_test(a_watch_tells_what_changes_and_when_it_comes_too_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
