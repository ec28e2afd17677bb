/* SPDX-License-Identifier: MIT */
#include "support/cluster_ground.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "io/kubernetes.h"
#include "io/loop.h"
#include "support/kubernetes_stage.h"

enum { PATH_SIZE = 512, BODY_SIZE = 512, LIMIT_S = 60 };

#define ANSWER_NS (20 * NS_PER_S)

/* The last answer, as far as somebody asked for it. */
struct heard {
    struct cluster_ground *ground;
    unsigned status;
    const char *value_path; /* NULL for none */
    char value[GROUND_VALUE_SIZE], words[ERROR_MESSAGE_SIZE];
};

static void on_reply(void *owner, const struct kubernetes_reply *reply) {
    struct heard *heard = owner;
    const struct node *found = NULL;
    struct error err;
    heard->status = reply->status;
    heard->ground->answers++;
    text_copy_cut(heard->words, sizeof heard->words, reply->error.message);
    if (!heard->value_path || reply->outcome != KUBERNETES_DONE) return;
    assert_true(node_find(reply->body, slice_of(heard->value_path), &found, &err));
    if (!found) return;
    struct text text = TEXT_IN(heard->value);
    text_add_slice(&text, found->string);
    assert_false(text.truncated);
}

struct waiting {
    struct loop *loop;
    const unsigned *flag;
    unsigned value;
    uint64_t until_ns;
};

static void on_look(void *owner, uint64_t now_ns) {
    const struct waiting *waiting = owner;
    if (*waiting->flag >= waiting->value || now_ns >= waiting->until_ns) {
        loop_stop(waiting->loop);
    }
}

void cluster_ground_until(
    struct cluster_ground *ground, const unsigned *flag, unsigned value) {
    struct waiting waiting = {
        ground->loop, flag, value, loop_clock_ns() + LIMIT_S * NS_PER_S};
    if (*flag < value) {
        struct loop_timer *timer =
            loop_every(ground->loop, NS_PER_MS, on_look, &waiting);
        loop_run(ground->loop);
        loop_timer_free(timer);
    }
    assert_true(*flag >= value);
}

static void call_for(
    struct cluster_ground *ground, const struct ground_call *call,
    struct heard *heard) {
    char path[PATH_SIZE];
    struct text text = TEXT_IN(path);
    if (call->api) text_addf(&text, "%s/namespaces/%s/", call->api, ground->namespace);
    text_add(&text, call->path);
    assert_false(text.truncated);
    const struct kubernetes_request request = {
        .method = call->method,
        .path = path,
        .type = call->type,
        .body = slice_of(call->body ? call->body : ""),
        .timeout_ns = ANSWER_NS,
    };
    heard->ground = ground;
    ground->answers = 0;
    kubernetes_start(ground->kubernetes, &request, on_reply, heard);
    cluster_ground_until(ground, &ground->answers, 1);
}

unsigned cluster_ground_call(
    struct cluster_ground *ground, const struct ground_call *call) {
    struct heard heard = {0};
    call_for(ground, call, &heard);
    return heard.status;
}

void cluster_ground_add(
    struct cluster_ground *ground, const char *api, const char *plural,
    const char *json) {
    struct heard heard = {0};
    call_for(
        ground, &(struct ground_call){"POST", api, plural, "application/json", json},
        &heard);
    if (heard.status != 201) fail_msg("%s: %s", plural, heard.words);
}

const char *cluster_ground_value(
    struct cluster_ground *ground, const char *api, const char *path,
    const char *value_path) {
    static struct heard heard; /* what is returned stands in it */
    heard = (struct heard){.value_path = value_path};
    call_for(ground, &(struct ground_call){.api = api, .path = path}, &heard);
    if (heard.status != 200) fail_msg("%s: %s", path, heard.words);
    return heard.value;
}

/* Opening */

static void open_peer(struct cluster_ground *ground, struct kubernetes_options *way) {
    static char socket[TEST_PATH_SIZE];
    test_folder_path(&ground->folder, "api.sock", socket);
    const struct kubernetes_peer_options options = {
        .path = socket, .tick_ns = 2 * NS_PER_MS};
    ground->peer = kubernetes_peer_new(ground->loop, &options);
    way->socket = socket;
}

/* Its kubeconfig stays in the folder. */
static void open_stand_in(
    struct cluster_ground *ground, struct kubernetes_options *way) {
    static char path[TEST_PATH_SIZE];
    char port[8];
    uint16_t number = test_free_port();
    snprintf(port, sizeof port, "%u", number);
    const char *const args[] = {
        BINARIES_FOLDER "/tests/kubernetes-peer", "-p", port, NULL};
    test_process_start(&ground->stand_in, args, NULL);
    assert_true(test_wait_for_port(number, &ground->stand_in));
    kubernetes_kubeconfig(&ground->folder, number, path);
    way->kubeconfig = path;
}

static void make_namespace(struct cluster_ground *ground) {
    char body[BODY_SIZE];
    struct heard heard = {0};
    snprintf(
        body, sizeof body,
        "{\"kind\":\"Namespace\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\","
        "\"labels\":{\"app.kubernetes.io/managed-by\":\"flightdeck-tests\"}}}",
        ground->namespace);
    const struct ground_call call = {
        "POST", NULL, "/api/v1/namespaces", "application/json", body};
    call_for(ground, &call, &heard);
    if (heard.status != 201) fail_msg("no namespace: %s", heard.words);
    ground->is_real = true;
    print_message("  in the namespace %s\n", ground->namespace);
}

void cluster_ground_open(struct cluster_ground *ground, enum cluster_way way) {
    const char *own = getenv("KUBECONFIG");
    uint32_t serial;
    memset(ground, 0, sizeof *ground);
    test_folder_init(&ground->folder);
    setenv("XDG_RUNTIME_DIR", ground->folder.path, 1);
    ground->loop = loop_new();
    loop_random(&serial, sizeof serial);
    snprintf(
        ground->namespace, sizeof ground->namespace, "flightdeck-test-%08x",
        (unsigned)serial);
    struct kubernetes_options options = {
        .namespace = ground->namespace, .authority = HTTP_MAY_ACT};
    if (way == WAY_SOCKET) {
        open_peer(ground, &options);
    } else if (!own || !*own) {
        open_stand_in(ground, &options);
    } /* else kubectl finds it, and whoever logs in there, by itself */
    ground->kubernetes = kubernetes_new(ground->loop, &options);
    make_namespace(ground);
}

static void delete_namespace(struct cluster_ground *ground) {
    char path[PATH_SIZE];
    struct heard heard = {0};
    snprintf(path, sizeof path, "/api/v1/namespaces/%s", ground->namespace);
    call_for(ground, &(struct ground_call){.method = "DELETE", .path = path}, &heard);
    if (heard.status == 200 || heard.status == 202) return;
    print_message("  %s is left there: %s\n", ground->namespace, heard.words);
}

void cluster_ground_close(struct cluster_ground *ground) {
    if (!ground->loop) return;
    if (ground->is_real) delete_namespace(ground);
    kubernetes_free(ground->kubernetes);
    kubernetes_peer_free(ground->peer);
    loop_free(ground->loop);
    if (ground->stand_in.pid) test_process_stop(&ground->stand_in);
    test_folder_clear(&ground->folder);
    ground->loop = NULL;
}
