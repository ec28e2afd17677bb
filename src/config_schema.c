/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stddef.h>

#include "base/units.h"
#include "config_canary.h"
#include "config_file.h"

static const char *const classes[] = {"local", "staging", "production", NULL};
static const char *const http_schemes[] = {"http", "https", NULL};
static const char *const tracks[] = {"stable", "canary", NULL};
static const char *const queue_kinds[] = {"stream", "list", NULL};
static const char *const cluster_routers[] = {"replicas", "httproute", "argo", NULL};

_Static_assert(TARGET_LOCAL == 0 && TARGET_PRODUCTION == 2, "order of `classes`");
_Static_assert(TRACK_STABLE == 0 && TRACK_CANARY == 1, "order of `tracks`");
_Static_assert(QUEUE_STREAM == 0 && QUEUE_LIST == 1, "order of `queue_kinds`");
_Static_assert(
    CLUSTER_REPLICAS == 0 && CLUSTER_ARGO == 2, "order of `cluster_routers`");

#define MS(count)      ((count)*1e6)
#define SECONDS(count) ((count)*1e9)
#define MINUTES(count) ((count)*60e9)
#define HOURS(count)   ((count)*3600e9)

static const struct schema_field header_fields[] = {
    {NULL, SCHEMA_STRING, SCHEMA_AT(struct target_header, value), .secret = true},
};
static const struct schema header_schema = {
    SCHEMA_OF(struct target_header, header_fields),
    .name_offset = offsetof(struct target_header, name),
    .name_size = TARGET_HEADER_NAME_SIZE,
};

static const struct schema_field connect_to_fields[] = {
    {NULL, SCHEMA_STRING, SCHEMA_AT(struct target_connect_to, to)},
};
static const struct schema connect_to_schema = {
    SCHEMA_OF(struct target_connect_to, connect_to_fields),
    .name_offset = offsetof(struct target_connect_to, from),
    .name_size = TARGET_URL_SIZE,
};

static const struct schema_field instance_fields[] = {
    {NULL, SCHEMA_URL, .offset = 0, .size = TARGET_URL_SIZE, .words = http_schemes},
};
static const struct schema instance_schema = {
    .fields = instance_fields, .field_count = 1, .size = TARGET_URL_SIZE};

static const struct schema_field pods_fields[] = {
    {"deployment", SCHEMA_STRING, SCHEMA_AT(struct target_pods, deployment),
     .required = true},
    {"port", SCHEMA_INTEGER, SCHEMA_AT(struct target_pods, port), .required = true,
     .least = 1, .most = UINT16_MAX},
};
static const struct schema pods_schema = {SCHEMA_OF(struct target_pods, pods_fields)};

static const struct schema_field track_fields[] = {
    {"urls", SCHEMA_LIST, SCHEMA_LIST_AT(struct target_track, urls, url_count),
     .of = &instance_schema},
    {"dns", SCHEMA_URL, SCHEMA_AT(struct target_track, dns), .words = http_schemes},
    {"pods", SCHEMA_OBJECT, SCHEMA_AT(struct target_track, pods), .of = &pods_schema},
};
static const struct schema track_schema = {
    SCHEMA_OF(struct target_track, track_fields)};

static const struct schema_field tracks_fields[] = {
    {"stable", SCHEMA_OBJECT, .offset = offsetof(struct target, tracks[TRACK_STABLE]),
     .of = &track_schema},
    {"canary", SCHEMA_OBJECT, .offset = offsetof(struct target, tracks[TRACK_CANARY]),
     .of = &track_schema},
};
static const struct schema tracks_schema = {SCHEMA_OF(struct target, tracks_fields)};

static const struct schema_field tls_fields[] = {
    {"ca", SCHEMA_FILE, SCHEMA_AT(struct target_tls, ca)},
    {"cert", SCHEMA_FILE, SCHEMA_AT(struct target_tls, cert)},
    {"key", SCHEMA_FILE, SCHEMA_AT(struct target_tls, key)},
    {"server_name", SCHEMA_STRING, SCHEMA_AT(struct target_tls, server_name)},
    {"insecure", SCHEMA_BOOL, SCHEMA_AT(struct target_tls, insecure)},
};
static const struct schema tls_schema = {SCHEMA_OF(struct target_tls, tls_fields)};

static const struct schema_field slo_fields[] = {
    {"availability", SCHEMA_RATIO, SCHEMA_AT(struct target, slo_availability)},
    {"p95", SCHEMA_MILLISECONDS, SCHEMA_AT(struct target, slo_p95_ms), .least = 1,
     .most = 3600e3},
};
static const struct schema slo_schema = {SCHEMA_OF(struct target, slo_fields)};

static const struct schema_field haproxy_fields[] = {
    {"socket", SCHEMA_FILE, SCHEMA_AT(struct target_split, socket), .required = true},
    {"table", SCHEMA_STRING, SCHEMA_AT(struct target_split, table)},
    {"stable", SCHEMA_STRING, SCHEMA_AT(struct target_split, stable)},
    {"canary", SCHEMA_STRING, SCHEMA_AT(struct target_split, canary)},
    {"log", SCHEMA_FILE, SCHEMA_AT(struct target_split, log)},
};
static const struct schema haproxy_schema = {
    SCHEMA_OF(struct target_split, haproxy_fields)};
static const struct schema_field kubernetes_fields[] = {
    {"namespace", SCHEMA_STRING, SCHEMA_AT(struct target_kubernetes, namespace),
     .required = true},
    {"kubectl", SCHEMA_FILE, SCHEMA_AT(struct target_kubernetes, kubectl)},
    {"kubeconfig", SCHEMA_FILE, SCHEMA_AT(struct target_kubernetes, kubeconfig)},
    {"context", SCHEMA_STRING, SCHEMA_AT(struct target_kubernetes, context)},
    {"socket", SCHEMA_FILE, SCHEMA_AT(struct target_kubernetes, socket)},
    {"router", SCHEMA_ENUM, SCHEMA_AT(struct target_kubernetes, router),
     .words = cluster_routers},
    {"stable", SCHEMA_STRING, SCHEMA_AT(struct target_kubernetes, stable)},
    {"canary", SCHEMA_STRING, SCHEMA_AT(struct target_kubernetes, canary)},
    {"service", SCHEMA_STRING, SCHEMA_AT(struct target_kubernetes, service)},
    {"route", SCHEMA_STRING, SCHEMA_AT(struct target_kubernetes, route)},
    {"rollout", SCHEMA_STRING, SCHEMA_AT(struct target_kubernetes, rollout)},
    {"lease", SCHEMA_STRING, SCHEMA_AT(struct target_kubernetes, lease)},
    {"replicas", SCHEMA_INTEGER, SCHEMA_AT(struct target_kubernetes, replicas),
     .least = 1, .most = 100000},
    {"settle", SCHEMA_DURATION, SCHEMA_AT(struct target_kubernetes, settle_ns),
     .least = SECONDS(1), .most = HOURS(1)},
};
static const struct schema kubernetes_schema = {
    SCHEMA_OF(struct target_kubernetes, kubernetes_fields)};
static const struct schema_field word_fields[] = {
    {NULL, SCHEMA_STRING, .offset = 0, .size = TARGET_ARG_SIZE, .may_be_empty = true},
};
static const struct schema word_schema = {
    .fields = word_fields, .field_count = 1, .size = TARGET_ARG_SIZE};
static const struct schema_field command_fields[] = {
    {"set", SCHEMA_LIST, SCHEMA_LIST_AT(struct target_command, set.args, set.arg_count),
     .required = true, .least = 1, .of = &word_schema},
    {"get", SCHEMA_LIST, SCHEMA_LIST_AT(struct target_command, get.args, get.arg_count),
     .required = true, .least = 1, .of = &word_schema},
    {"verify", SCHEMA_LIST,
     SCHEMA_LIST_AT(struct target_command, verify.args, verify.arg_count), .least = 1,
     .of = &word_schema},
};
static const struct schema command_schema = {
    SCHEMA_OF(struct target_command, command_fields)};
static const struct schema_field split_fields[] = {
    {"haproxy", SCHEMA_OBJECT, .offset = offsetof(struct target, split),
     .of = &haproxy_schema},
    {"command", SCHEMA_OBJECT, .offset = offsetof(struct target, command),
     .of = &command_schema},
    {"kubernetes", SCHEMA_OBJECT, .offset = offsetof(struct target, kubernetes),
     .of = &kubernetes_schema},
};
static const struct schema split_schema = {SCHEMA_OF(struct target, split_fields)};

static const struct schema_field paths_fields[] = {
    {"health", SCHEMA_PATH, SCHEMA_AT(struct target_paths, health),
     .may_be_empty = true},
    {"ready", SCHEMA_PATH, SCHEMA_AT(struct target_paths, ready), .may_be_empty = true},
    {"metrics", SCHEMA_PATH, SCHEMA_AT(struct target_paths, metrics),
     .may_be_empty = true},
    {"errors", SCHEMA_PATH, SCHEMA_AT(struct target_paths, errors),
     .may_be_empty = true},
    {"chat", SCHEMA_PATH, SCHEMA_AT(struct target_paths, chat), .may_be_empty = true},
    {"job", SCHEMA_PATH, SCHEMA_AT(struct target_paths, job), .may_be_empty = true},
};
static const struct schema paths_schema = {
    SCHEMA_OF(struct target_paths, paths_fields)};

/* `done: {$.status: [completed, failed]}`: a map of one name, the path, which stands in
 * target_chat in front of its values. */
enum {
    DONE_AT = offsetof(struct target_chat, done_path),
    DONE_SIZE = sizeof(struct target_chat) - DONE_AT,
};
static const struct schema_field done_value_fields[] = {
    {NULL, SCHEMA_STRING, .offset = 0, .size = TARGET_DONE_SIZE},
};
static const struct schema done_value_schema = {
    .fields = done_value_fields, .field_count = 1, .size = TARGET_DONE_SIZE};
static const struct schema_field done_fields[] = {
    {NULL, SCHEMA_LIST, .offset = offsetof(struct target_chat, done) - DONE_AT,
     .size = sizeof(((struct target_chat *)0)->done),
     .count_offset = offsetof(struct target_chat, done_count) - DONE_AT,
     .count_size = sizeof(uint32_t), .least = 1, .of = &done_value_schema},
};
static const struct schema done_schema = {
    .fields = done_fields,
    .field_count = 1,
    .size = DONE_SIZE,
    .name_size = TARGET_PATH_SIZE,
};

static const struct schema_field chat_fields[] = {
    {"request", SCHEMA_JSON, SCHEMA_AT(struct target_chat, request)},
    {"answer", SCHEMA_STRING, SCHEMA_AT(struct target_chat, answer)},
    {"job", SCHEMA_STRING, SCHEMA_AT(struct target_chat, job), .may_be_empty = true},
    {"done", SCHEMA_MAP, .offset = DONE_AT, .size = DONE_SIZE, .least = 1,
     .of = &done_schema},
};
static const struct schema chat_schema = {SCHEMA_OF(struct target_chat, chat_fields)};

static void init_queue(void *to) {
    ((struct target_queue *)to)->track = STATE_TRACK_NONE;
}

static const struct schema_field queue_fields[] = {
    {"kind", SCHEMA_ENUM, SCHEMA_AT(struct target_queue, kind), .words = queue_kinds},
    {"key", SCHEMA_STRING, SCHEMA_AT(struct target_queue, key), .required = true},
    {"group", SCHEMA_STRING, SCHEMA_AT(struct target_queue, group)},
    {"dead", SCHEMA_STRING, SCHEMA_AT(struct target_queue, dead)},
    {"track", SCHEMA_ENUM, SCHEMA_AT(struct target_queue, track), .words = tracks},
};
static const struct schema queue_schema = {
    SCHEMA_OF(struct target_queue, queue_fields), .init = init_queue};

static void init_process(void *to) {
    ((struct target_process *)to)->track = STATE_TRACK_NONE;
}

static const struct schema_field process_fields[] = {
    {"pid_file", SCHEMA_FILE, SCHEMA_AT(struct target_process, pid_file),
     .required = true},
    {"track", SCHEMA_ENUM, SCHEMA_AT(struct target_process, track), .words = tracks},
    {"optional", SCHEMA_BOOL, SCHEMA_AT(struct target_process, optional)},
};
static const struct schema process_schema = {
    SCHEMA_OF(struct target_process, process_fields),
    .name_offset = offsetof(struct target_process, name),
    .name_size = STATE_NAME_SIZE,
    .init = init_process,
};

static const struct schema_field load_fields[] = {
    {"max_rps", SCHEMA_NUMBER, SCHEMA_AT(struct target_load, max_rps), .least = 0,
     .most = 1e6},
    {"tokens_per_request", SCHEMA_NUMBER,
     SCHEMA_AT(struct target_load, tokens_per_request), .least = 0, .most = 1e7},
    {"usd_per_request", SCHEMA_NUMBER, SCHEMA_AT(struct target_load, usd_per_request),
     .least = 0, .most = 1e4},
};
static void init_load(void *to) {
    struct target_load *load = to;
    load->max_rps = load->tokens_per_request = load->usd_per_request = (double)NAN;
}
static const struct schema load_schema = {
    SCHEMA_OF(struct target_load, load_fields), .init = init_load};

static const struct schema_field rollout_fields[] = {
    {"socket", SCHEMA_FILE, SCHEMA_AT(struct target, rollout_socket)},
    {"redis", SCHEMA_BOOL, SCHEMA_AT(struct target, publish.redis)},
    {"status_listen", SCHEMA_STRING, SCHEMA_AT(struct target, publish.listen)},
    {"configmap", SCHEMA_STRING, SCHEMA_AT(struct target, publish.configmap)},
    {"url", SCHEMA_URL, SCHEMA_AT(struct target, publish.url), .words = http_schemes},
};
static const struct schema rollout_schema = {SCHEMA_OF(struct target, rollout_fields)};

static const struct schema_field prometheus_fields[] = {
    {"url", SCHEMA_URL, SCHEMA_AT(struct target_prometheus, url), .required = true,
     .words = http_schemes},
    {"ca", SCHEMA_FILE, SCHEMA_AT(struct target_prometheus, ca)},
    {"headers", SCHEMA_MAP,
     SCHEMA_LIST_AT(struct target_prometheus, headers, header_count),
     .of = &header_schema},
    {"stable", SCHEMA_STRING,
     SCHEMA_AT(struct target_prometheus, selectors[TRACK_STABLE])},
    {"canary", SCHEMA_STRING,
     SCHEMA_AT(struct target_prometheus, selectors[TRACK_CANARY])},
};
static const struct schema prometheus_schema = {
    SCHEMA_OF(struct target_prometheus, prometheus_fields)};

static const struct schema_field target_fields[] = {
    {"class", SCHEMA_ENUM, SCHEMA_AT(struct target, class), .words = classes},
    {"url", SCHEMA_URL, SCHEMA_AT(struct target, url), .words = http_schemes},
    {"redis", SCHEMA_STRING, SCHEMA_AT(struct target, redis), .secret = true},
    {"tracks", SCHEMA_OBJECT, .offset = 0, .of = &tracks_schema},
    {"headers", SCHEMA_MAP, SCHEMA_LIST_AT(struct target, headers, header_count),
     .of = &header_schema},
    {"tls", SCHEMA_OBJECT, SCHEMA_AT(struct target, tls), .of = &tls_schema},
    {"connect_to", SCHEMA_MAP,
     SCHEMA_LIST_AT(struct target, connect_to, connect_to_count),
     .of = &connect_to_schema},
    {"host", SCHEMA_STRING, SCHEMA_AT(struct target, host)},
    {"proxy", SCHEMA_STRING, SCHEMA_AT(struct target, proxy), .secret = true},
    {"load", SCHEMA_OBJECT, SCHEMA_AT(struct target, load), .of = &load_schema},
    {"expected_rps", SCHEMA_NUMBER, SCHEMA_AT(struct target, expected_rps), .least = 0,
     .most = 1e6},
    {"slo", SCHEMA_OBJECT, .offset = 0, .of = &slo_schema},
    {"split", SCHEMA_OBJECT, .offset = 0, .of = &split_schema},
    {"paths", SCHEMA_OBJECT, SCHEMA_AT(struct target, paths), .of = &paths_schema},
    {"chat", SCHEMA_OBJECT, SCHEMA_AT(struct target, chat), .of = &chat_schema},
    {"queues", SCHEMA_LIST, SCHEMA_LIST_AT(struct target, queues, queue_count),
     .of = &queue_schema},
    {"processes", SCHEMA_MAP, SCHEMA_LIST_AT(struct target, processes, process_count),
     .of = &process_schema},
    {"rollout", SCHEMA_OBJECT, .offset = 0, .of = &rollout_schema},
    {"prometheus", SCHEMA_OBJECT, SCHEMA_AT(struct target, prometheus),
     .of = &prometheus_schema},
    {"deploy", SCHEMA_OBJECT, SCHEMA_AT(struct target, deploy),
     .of = &config_deploy_schema},
    {"real_model", SCHEMA_BOOL, SCHEMA_AT(struct target, real_model)},
};

static void init_target(void *to) {
    target_init(to);
}

static const struct schema target_schema = {
    SCHEMA_OF(struct target, target_fields),
    .name_offset = offsetof(struct target, name),
    .name_size = STATE_NAME_SIZE,
    .init = init_target,
};

static const struct schema_field poll_fields[] = {
    {"health", SCHEMA_DURATION, SCHEMA_AT(struct config_poll, health_ns),
     .least = MS(250), .most = MINUTES(1), .fallback = "1s"},
    {"metrics", SCHEMA_DURATION, SCHEMA_AT(struct config_poll, metrics_ns),
     .least = MS(250), .most = MINUTES(1), .fallback = "1s"},
    {"redis", SCHEMA_DURATION, SCHEMA_AT(struct config_poll, redis_ns),
     .least = MS(250), .most = MINUTES(1), .fallback = "1s"},
};
static const struct schema poll_schema = {SCHEMA_OF(struct config_poll, poll_fields)};

static const struct schema_field file_fields[] = {
    {"version", SCHEMA_INTEGER, SCHEMA_AT(struct config_file, version),
     .required = true, .least = CONFIG_VERSION, .most = CONFIG_VERSION},
    {"target", SCHEMA_STRING, SCHEMA_AT(struct config_file, target)},
    {"targets", SCHEMA_MAP, SCHEMA_LIST_AT(struct config_file, targets, target_count),
     .of = &target_schema},
    {"poll", SCHEMA_OBJECT, SCHEMA_AT(struct config_file, poll), .of = &poll_schema},
    {"canary", SCHEMA_OBJECT, SCHEMA_AT(struct config_file, canary),
     .of = &config_canary_schema},
    {"arm_for", SCHEMA_DURATION, SCHEMA_AT(struct config_file, arm_for_ns),
     .least = MINUTES(1), .most = HOURS(8), .fallback = "30m"},
    {"theme", SCHEMA_STRING, SCHEMA_AT(struct config_file, theme)},
};
static const struct schema file_schema = {SCHEMA_OF(struct config_file, file_fields)};

const struct schema *config_file_schema(void) {
    return &file_schema;
}
