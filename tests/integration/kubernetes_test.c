/* SPDX-License-Identifier: MIT */
#include "io/kubernetes.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/kubernetes_stage.h"

#define CANARY "/apis/apps/v1/namespaces/agent/deployments/agent-canary"
#define MORE   "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":3}]"

/* The last answer. */
struct heard {
    unsigned count;
    enum kubernetes_outcome outcome;
    unsigned status;
    char words[ERROR_MESSAGE_SIZE], name[64];
};

static void on_done(void *owner, const struct kubernetes_reply *reply) {
    struct heard *heard = owner;
    heard->count++;
    heard->outcome = reply->outcome;
    heard->status = reply->status;
    text_copy_cut(heard->words, sizeof heard->words, reply->error.message);
    heard->name[0] = '\0';
    node_string(
        node_get(reply->body, "metadata"), "name", heard->name, sizeof heard->name);
}

static void ask(
    struct kubernetes_stage *stage, struct kubernetes *kubernetes,
    struct kubernetes_request request, struct heard *heard) {
    *heard = (struct heard){0};
    kubernetes_start(kubernetes, &request, on_done, heard);
    assert_int_equal(heard->count, 0);
    kubernetes_stage_until(stage, &heard->count, 1);
}

static struct kubernetes *open_socket(
    struct kubernetes_stage *stage, enum http_authority authority) {
    const struct kubernetes_options options = {
        .socket = stage->socket, .namespace = "agent", .authority = authority};
    return kubernetes_new(stage->loop, &options);
}

static struct kubernetes *open_kubectl(
    struct kubernetes_stage *stage, const char *context,
    enum http_authority authority) {
    const struct kubernetes_options options = {
        .kubeconfig = stage->kubeconfig,
        .context = context,
        .namespace = "agent",
        .authority = authority,
    };
    return kubernetes_new(stage->loop, &options);
}

static const struct kubernetes_request looking = {
    .path = "/api/v1/namespaces/kube-system", .timeout_ns = 8 * NS_PER_S};

static struct kubernetes_request patching(const char *type) {
    return (struct kubernetes_request){
        .method = "PATCH",
        .path = CANARY,
        .type = type,
        .body = slice_of(MORE),
        .timeout_ns = 300 * NS_PER_MS,
    };
}

static void kubectl_opens_the_cluster(void **state) {
    (void)state;
    if (!kubernetes_stage_has_kubectl()) {
        print_message("kubectl is not here: its proxy is not tried\n");
        skip();
    }
    struct kubernetes_stage stage;
    struct heard heard;
    kubernetes_stage_init(&stage, true);
    struct kubernetes *kubernetes = open_kubectl(&stage, "here", HTTP_MAY_ACT);
    ask(&stage, kubernetes, looking, &heard);
    assert_string_equal(heard.words, "");
    assert_int_equal(heard.outcome, KUBERNETES_DONE);
    assert_string_equal(heard.name, "kube-system");
    struct kubernetes_request patch = patching("application/json-patch+json");
    ask(&stage, kubernetes, patch, &heard);
    assert_int_equal(heard.outcome, KUBERNETES_DONE);
    assert_int_equal(
        kubernetes_stage_int(&stage, "deployments", "agent-canary", "/spec/replicas"),
        3);
    /* The API server is gone, kubectl is not: nobody knows what became of a write. */
    kubernetes_peer_go_away(stage.peer);
    ask(&stage, kubernetes, looking, &heard);
    assert_int_equal(heard.outcome, KUBERNETES_UNKNOWN);
    kubernetes_free(kubernetes);
    kubernetes_stage_clear(&stage);
}

/* The only child of this process, or 0. */
static pid_t child_of_ours(void) {
    char path[64];
    int child = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char words[64] = "";
    if (fgets(words, sizeof words, file)) child = (int)strtol(words, NULL, 10);
    fclose(file);
    return child;
}

static void a_killed_proxy_is_started_again_and_a_freed_one_is_gone(void **state) {
    (void)state;
    if (!kubernetes_stage_has_kubectl()) skip();
    struct kubernetes_stage stage;
    struct heard heard;
    kubernetes_stage_init(&stage, true);
    struct kubernetes *kubernetes = open_kubectl(&stage, "here", HTTP_MAY_ACT);
    ask(&stage, kubernetes, looking, &heard);
    assert_int_equal(heard.outcome, KUBERNETES_DONE);
    pid_t child = child_of_ours();
    assert_int_not_equal(child, 0);
    kill(child, SIGKILL);
    while (child_of_ours() == child) kubernetes_stage_run(&stage, 5);
    ask(&stage, kubernetes, looking, &heard);
    assert_int_equal(heard.outcome, KUBERNETES_DONE);
    child = child_of_ours();
    assert_int_not_equal(child, 0);
    kubernetes_free(kubernetes);
    assert_int_equal(child_of_ours(), 0);
    assert_int_equal(kill(child, 0), -1);
    kubernetes_stage_clear(&stage);
}

static void a_proxy_that_cannot_run_says_why(void **state) {
    (void)state;
    if (!kubernetes_stage_has_kubectl()) skip();
    struct kubernetes_stage stage;
    struct heard heard;
    kubernetes_stage_init(&stage, true);
    struct kubernetes *kubernetes = open_kubectl(&stage, "elsewhere", HTTP_MAY_ACT);
    uint64_t begun_ns = loop_clock_ns();
    ask(&stage, kubernetes, looking, &heard);
    assert_int_equal(heard.outcome, KUBERNETES_UNKNOWN);
    assert_non_null(strstr(heard.words, "kubectl proxy does not run"));
    assert_non_null(strstr(heard.words, "elsewhere"));
    assert_true(loop_clock_ns() - begun_ns < 8 * NS_PER_S);
    kubernetes_free(kubernetes);

    const struct kubernetes_options missing = {
        .kubectl = "kubectl-that-is-not-there", .authority = HTTP_MAY_ACT};
    kubernetes = kubernetes_new(stage.loop, &missing);
    ask(&stage, kubernetes, looking, &heard);
    assert_int_equal(heard.outcome, KUBERNETES_UNKNOWN);
    assert_non_null(strstr(heard.words, "kubectl-that-is-not-there"));
    kubernetes_free(kubernetes);
    kubernetes_stage_clear(&stage);
}

static void an_answer_means_one_of_six_things(void **state) {
    (void)state;
    static const char json_patch[] = "application/json-patch+json";
    struct kubernetes_stage stage;
    struct heard heard;
    kubernetes_stage_init(&stage, false);
    struct kubernetes *kubernetes = open_socket(&stage, HTTP_MAY_ACT);
    const struct kubernetes_request missing = {
        .path = "/apis/apps/v1/namespaces/agent/deployments/nope"};
    ask(&stage, kubernetes, missing, &heard);
    assert_int_equal(heard.outcome, KUBERNETES_MISSING);
    assert_non_null(strstr(heard.words, "404 NotFound: deployments.apps \"nope\""));

    struct kubernetes_request stale = patching(json_patch);
    stale.body =
        slice_of("[{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":9}]");
    ask(&stage, kubernetes, stale, &heard);
    assert_int_equal(heard.outcome, KUBERNETES_CONFLICT);
    assert_int_equal(heard.status, 422);
    ask(&stage, kubernetes, patching("application/json"), &heard);
    assert_int_equal(heard.outcome, KUBERNETES_REFUSED);
    kubernetes_peer_api(stage.peer)->tokens = true;
    ask(&stage, kubernetes, patching(json_patch), &heard);
    assert_int_equal(heard.outcome, KUBERNETES_DENIED);
    assert_non_null(strstr(heard.words, "system:anonymous"));
    kubernetes_free(kubernetes);
    kubernetes_stage_clear(&stage);
}

static void what_was_not_answered_may_be_done_or_not(void **state) {
    (void)state;
    static const struct {
        enum kubernetes_fault fault;
        unsigned done;
    } rows[] = {{FAULT_LOST, 1},  {FAULT_CUT, 1},    {FAULT_SLOW, 1}, {FAULT_SILENT, 1},
                {FAULT_RESET, 0}, {FAULT_BROKEN, 0}, {FAULT_BUSY, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct kubernetes_stage stage;
        struct heard heard;
        kubernetes_stage_init(&stage, false);
        struct kubernetes *kubernetes = open_socket(&stage, HTTP_MAY_ACT);
        kubernetes_peer_fault(stage.peer, rows[i].fault, "PATCH", 1, NS_PER_S);
        ask(&stage, kubernetes, patching("application/json-patch+json"), &heard);
        assert_int_equal(heard.outcome, KUBERNETES_UNKNOWN);
        int replicas = kubernetes_stage_int(
            &stage, "deployments", "agent-canary", "/spec/replicas");
        assert_int_equal(replicas, rows[i].done ? 3 : 1);
        kubernetes_free(kubernetes);
        kubernetes_stage_clear(&stage);
    }
}

static void who_may_only_read_writes_nothing(void **state) {
    (void)state;
    struct kubernetes_stage stage;
    struct heard heard;
    kubernetes_stage_init(&stage, false);
    struct kubernetes *kubernetes = open_socket(&stage, HTTP_READ_ONLY);
    ask(&stage, kubernetes, patching("application/json-patch+json"), &heard);
    assert_int_equal(heard.outcome, KUBERNETES_DENIED);
    assert_int_equal(kubernetes_peer_requests(stage.peer), 0);
    ask(&stage, kubernetes, looking, &heard);
    assert_int_equal(heard.outcome, KUBERNETES_DONE);
    kubernetes_free(kubernetes);
    kubernetes_stage_clear(&stage);
}

static void freeing_is_final(void **state) {
    (void)state;
    struct kubernetes_stage stage;
    struct heard heard = {0};
    kubernetes_stage_init(&stage, false);
    struct kubernetes *kubernetes = open_socket(&stage, HTTP_MAY_ACT);
    kubernetes_start(kubernetes, &looking, on_done, &heard);
    kubernetes_exchange_free(kubernetes_start(kubernetes, &looking, on_done, &heard));
    kubernetes_free(kubernetes);
    kubernetes_stage_run(&stage, 20);
    assert_int_equal(heard.count, 0);
    kubernetes_stage_clear(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kubectl_opens_the_cluster),
        cmocka_unit_test(a_killed_proxy_is_started_again_and_a_freed_one_is_gone),
        cmocka_unit_test(a_proxy_that_cannot_run_says_why),
        cmocka_unit_test(an_answer_means_one_of_six_things),
        cmocka_unit_test(what_was_not_answered_may_be_done_or_not),
        cmocka_unit_test(who_may_only_read_writes_nothing),
        cmocka_unit_test(freeing_is_final),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
