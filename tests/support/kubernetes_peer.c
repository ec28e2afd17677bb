/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "io/listener.h"
#include "io/loop.h"
#include "support/kubernetes_line.h"

enum { RECORDS_MAX = 4096, PATH_SIZE = 108 };

struct kubernetes_peer {
    struct loop *loop;
    struct listener *local, *remote;
    struct loop_timer *ticker;
    char path[PATH_SIZE];
    bool tcp;
    uint16_t port;
    struct kubernetes_api api;
    struct kubernetes_behaviour behaviour;
    struct kubernetes_record *records;
    size_t record_count, request_count;
    enum kubernetes_fault fault;
    char fault_method[16];
    unsigned fault_times;
    uint64_t slow_ns;
    struct kubernetes_lines lines;
};

static void on_tick(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct kubernetes_peer *peer = owner;
    kubernetes_controllers_tick(&peer->api, &peer->behaviour);
    kubernetes_lines_tell(&peer->lines, &peer->api.store);
}

static enum kubernetes_fault take_fault(
    struct kubernetes_peer *peer, const struct kubernetes_call *call) {
    if (peer->fault_times == 0) return FAULT_NONE;
    if (*peer->fault_method && strcmp(peer->fault_method, call->method) != 0) {
        return FAULT_NONE;
    }
    peer->fault_times--;
    return peer->fault;
}

static struct kubernetes_record *keep(
    struct kubernetes_peer *peer, const struct kubernetes_call *call) {
    char dry[KUBERNETES_PATH_SIZE];
    if (strcmp(call->method, "GET") == 0) return NULL;
    ensure(peer->record_count < RECORDS_MAX);
    struct kubernetes_record *record = &peer->records[peer->record_count++];
    text_copy(record->method, sizeof record->method, call->method);
    text_copy(record->path, sizeof record->path, call->path);
    text_copy(record->content_type, sizeof record->content_type, call->content_type);
    record->body = memory_copy_bytes(call->body, call->body_length);
    record->dry = kubernetes_call_query(call, "dryRun", dry);
    record->looked = strstr(call->path, "selfsubjectaccessreviews") != NULL;
    return record;
}

static void answer_badly(
    struct kubernetes_line *line, enum kubernetes_fault fault,
    struct kubernetes_answer *answer) {
    bool broken = fault == FAULT_BROKEN;
    kubernetes_answer_plain(
        answer, broken ? 500 : 503, broken ? "InternalError" : "ServiceUnavailable",
        broken ? "Internal error occurred: etcdserver: request timed out"
               : "the server is currently unable to handle the request");
    kubernetes_line_answer(line, answer);
}

static void on_call(
    void *owner, struct kubernetes_line *line, const struct kubernetes_call *call) {
    struct kubernetes_peer *peer = owner;
    struct kubernetes_answer answer = {0};
    struct kubernetes_watch watch;
    peer->request_count++;
    enum kubernetes_fault fault = take_fault(peer, call);
    if (fault == FAULT_RESET) {
        kubernetes_line_close(line);
        return;
    }
    struct kubernetes_record *record = keep(peer, call);
    if (fault == FAULT_BROKEN || fault == FAULT_BUSY) {
        answer_badly(line, fault, &answer);
    } else if (kubernetes_api_answer(&peer->api, call, &answer, &watch)) {
        kubernetes_line_watch(line, &watch, &peer->api.store);
    } else if (fault == FAULT_LOST) {
        kubernetes_line_close(line);
    } else if (fault == FAULT_CUT) {
        kubernetes_line_answer_half(line, &answer);
    } else if (fault == FAULT_SLOW) {
        kubernetes_line_answer_later(line, &answer, peer->slow_ns);
    } else if (fault != FAULT_SILENT) {
        kubernetes_line_answer(line, &answer);
    }
    if (record) record->status = answer.status;
    cJSON_Delete(answer.json);
}

static void on_accept(void *owner, struct stream *stream) {
    struct kubernetes_peer *peer = owner;
    kubernetes_lines_add(&peer->lines, stream);
}

static void listen_at(struct kubernetes_peer *peer) {
    struct error err = {0};
    if (*peer->path) {
        const struct listener_options options = {
            .path = peer->path, .queue_max_bytes = KUBERNETES_QUEUE_MAX};
        peer->local = listener_new(peer->loop, &options, on_accept, peer, &err);
        if (!peer->local) panic("%s", err.message);
    }
    if (peer->tcp) {
        const struct listener_options options = {
            .port = peer->port, .queue_max_bytes = KUBERNETES_QUEUE_MAX};
        peer->remote = listener_new(peer->loop, &options, on_accept, peer, &err);
        if (!peer->remote) panic("%s", err.message);
        peer->port = listener_port(peer->remote);
    }
}

struct kubernetes_peer *kubernetes_peer_new(
    struct loop *loop, const struct kubernetes_peer_options *options) {
    struct kubernetes_peer *peer = memory_new(sizeof *peer);
    peer->loop = loop;
    peer->tcp = options->tcp;
    peer->port = options->port;
    if (options->path) ensure(text_copy(peer->path, sizeof peer->path, options->path));
    peer->records = memory_new_array(RECORDS_MAX, sizeof *peer->records);
    kubernetes_api_init(&peer->api);
    peer->lines =
        (struct kubernetes_lines){.loop = loop, .on_call = on_call, .owner = peer};
    peer->ticker = loop_every(
        loop, options->tick_ns ? options->tick_ns : 5 * NS_PER_MS, on_tick, peer);
    listen_at(peer);
    return peer;
}

void kubernetes_peer_free(struct kubernetes_peer *peer) {
    if (!peer) return;
    kubernetes_peer_go_away(peer);
    loop_timer_free(peer->ticker);
    kubernetes_api_clear(&peer->api);
    for (size_t i = 0; i < peer->record_count; i++) free(peer->records[i].body);
    free(peer->records);
    free(peer);
}

uint16_t kubernetes_peer_port(const struct kubernetes_peer *peer) {
    return peer->port;
}

struct kubernetes_api *kubernetes_peer_api(struct kubernetes_peer *peer) {
    return &peer->api;
}

struct kubernetes_behaviour *kubernetes_peer_behaviour(struct kubernetes_peer *peer) {
    return &peer->behaviour;
}

void kubernetes_peer_fault(
    struct kubernetes_peer *peer, enum kubernetes_fault fault, const char *method,
    unsigned times, uint64_t slow_ns) {
    peer->fault = fault;
    peer->fault_times = times;
    peer->slow_ns = slow_ns;
    ensure(text_copy(peer->fault_method, sizeof peer->fault_method, method));
}

void kubernetes_peer_go_away(struct kubernetes_peer *peer) {
    listener_free(peer->local);
    listener_free(peer->remote);
    peer->local = peer->remote = NULL;
    kubernetes_lines_clear(&peer->lines);
}

void kubernetes_peer_come_back(struct kubernetes_peer *peer) {
    listen_at(peer);
}

size_t kubernetes_peer_writes(const struct kubernetes_peer *peer) {
    return peer->record_count;
}

const struct kubernetes_record *kubernetes_peer_write(
    const struct kubernetes_peer *peer, size_t at) {
    ensure(at < peer->record_count);
    return &peer->records[at];
}

size_t kubernetes_peer_changes(const struct kubernetes_peer *peer) {
    size_t count = 0;
    for (size_t i = 0; i < peer->record_count; i++) {
        const struct kubernetes_record *record = &peer->records[i];
        count += !record->dry && !record->looked && record->status >= 200 &&
                 record->status < 300;
    }
    return count;
}

size_t kubernetes_peer_requests(const struct kubernetes_peer *peer) {
    return peer->request_count;
}

static void add_deployment(
    struct kubernetes_peer *peer, const char *track, const char *image, int replicas) {
    char json[1024];
    snprintf(
        json, sizeof json,
        "{\"kind\":\"Deployment\",\"apiVersion\":\"apps/v1\",\"metadata\":{\"name\":"
        "\"agent-%s\",\"labels\":{\"app\":\"agent\",\"version\":\"%s\"}},\"spec\":{"
        "\"replicas\":%d,\"selector\":{\"matchLabels\":{\"app\":\"agent\",\"version\":"
        "\"%s\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"agent\","
        "\"version\":\"%s\"}},\"spec\":{\"containers\":[{\"name\":\"agent\",\"image\":"
        "\"%s\",\"ports\":[{\"containerPort\":8000}]}]}},"
        "\"progressDeadlineSeconds\":20}}",
        track, track, replicas, track, track, image);
    kubernetes_api_add(&peer->api, "agent", json);
}

void kubernetes_peer_add_agent(struct kubernetes_peer *peer) {
    enum { TICKS = 8 };
    struct kubernetes_api *api = &peer->api;
    struct kubernetes_behaviour at_once = {.pod_ip = peer->behaviour.pod_ip};
    add_deployment(peer, "stable", "agent:v1.5.0", 19);
    add_deployment(peer, "canary", "agent:v1.6.0", 1);
    kubernetes_api_add(
        api, "agent",
        "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"agent-"
        "service\"},\"spec\":{\"ports\":[{\"name\":\"http\",\"port\":80,"
        "\"targetPort\":8000}],\"selector\":{\"app\":\"agent\"}}}");
    kubernetes_api_add(
        api, "agent",
        "{\"kind\":\"HTTPRoute\",\"apiVersion\":\"gateway.networking.k8s.io/v1\","
        "\"metadata\":{\"name\":\"agent\"},\"spec\":{\"parentRefs\":[{\"name\":\"gw\"}]"
        ","
        "\"rules\":[{\"backendRefs\":[{\"kind\":\"Service\",\"name\":\"agent-stable\","
        "\"port\":80,\"weight\":95},{\"kind\":\"Service\",\"name\":\"agent-canary\","
        "\"port\":80,\"weight\":5}]}]}}");
    kubernetes_api_add(
        api, "agent",
        "{\"kind\":\"Rollout\",\"apiVersion\":\"argoproj.io/v1alpha1\",\"metadata\":{"
        "\"name\":\"agent\"},\"spec\":{\"replicas\":4,\"strategy\":{\"canary\":{"
        "\"steps\":[{\"setWeight\":5},{\"pause\":{}},{\"setWeight\":25},{\"pause\":{}},"
        "{\"setWeight\":50},{\"pause\":{}},{\"setWeight\":100},{\"pause\":{}}]}},"
        "\"template\":{\"metadata\":{\"labels\":{\"app\":\"agent\"}},\"spec\":{"
        "\"containers\":[{\"name\":\"agent\",\"image\":\"agent:v1.5.0\"}]}}}}");
    for (unsigned i = 0; i < TICKS; i++) kubernetes_controllers_tick(api, &at_once);
}
