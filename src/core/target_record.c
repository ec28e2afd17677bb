/* SPDX-License-Identifier: MIT */
#include "core/target_record.h"

/* An array of strings is a list of records that are one text each. */
#define TEXT_ROW(type) \
    { RECORD_TEXT, .offset = 0, .size = sizeof(type) }

typedef char url_text[TARGET_URL_SIZE];
typedef char word_text[TARGET_DONE_SIZE];
typedef char arg_text[TARGET_ARG_SIZE];

static const struct record_field url_fields[] = {TEXT_ROW(url_text)};
static const struct record url_record = RECORD_OF(url_text, url_fields);
static const struct record_field word_fields[] = {TEXT_ROW(word_text)};
static const struct record word_record = RECORD_OF(word_text, word_fields);

#define AT(member) RECORD_AT(struct target_pods, member)
static const struct record_field pods_fields[] = {
    {RECORD_TEXT, AT(deployment)},
    {RECORD_COUNT, AT(port), .most = UINT16_MAX},
};
static const struct record pods_record = RECORD_OF(struct target_pods, pods_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_track, member)
static const struct record_field track_fields[] = {
    {RECORD_LIST, AT(urls), .of = &url_record,
     .count_offset = offsetof(struct target_track, url_count)},
    {RECORD_TEXT, AT(dns)},
    {RECORD_STRUCT, AT(pods), .of = &pods_record},
};
static const struct record track_record = RECORD_OF(struct target_track, track_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_header, member)
static const struct record_field header_fields[] = {
    {RECORD_TEXT, AT(name)},
    {RECORD_TEXT, AT(value)},
    {RECORD_COUNT, AT(secret)},
};
static const struct record header_record =
    RECORD_OF(struct target_header, header_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_tls, member)
static const struct record_field tls_fields[] = {
    {RECORD_TEXT, AT(ca)},        {RECORD_TEXT, AT(cert)},
    {RECORD_TEXT, AT(key)},       {RECORD_TEXT, AT(server_name)},
    {RECORD_COUNT, AT(insecure)},
};
static const struct record tls_record = RECORD_OF(struct target_tls, tls_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_connect_to, member)
static const struct record_field connect_fields[] = {
    {RECORD_TEXT, AT(from)},
    {RECORD_TEXT, AT(to)},
};
static const struct record connect_record =
    RECORD_OF(struct target_connect_to, connect_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_paths, member)
static const struct record_field paths_fields[] = {
    {RECORD_TEXT, AT(health)}, {RECORD_TEXT, AT(ready)}, {RECORD_TEXT, AT(metrics)},
    {RECORD_TEXT, AT(errors)}, {RECORD_TEXT, AT(chat)},  {RECORD_TEXT, AT(job)},
};
static const struct record paths_record = RECORD_OF(struct target_paths, paths_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_chat, member)
static const struct record_field chat_fields[] = {
    {RECORD_TEXT, AT(request)},
    {RECORD_TEXT, AT(answer)},
    {RECORD_TEXT, AT(job)},
    {RECORD_TEXT, AT(done_path)},
    {RECORD_LIST, AT(done), .of = &word_record,
     .count_offset = offsetof(struct target_chat, done_count)},
};
static const struct record chat_record = RECORD_OF(struct target_chat, chat_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_split, member)
static const struct record_field split_fields[] = {
    {RECORD_TEXT, AT(socket)}, {RECORD_TEXT, AT(table)}, {RECORD_TEXT, AT(stable)},
    {RECORD_TEXT, AT(canary)}, {RECORD_TEXT, AT(log)},
};
static const struct record split_record = RECORD_OF(struct target_split, split_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_queue, member)
static const struct record_field queue_fields[] = {
    {RECORD_COUNT, AT(kind), .most = QUEUE_LIST},
    {RECORD_TEXT, AT(key)},
    {RECORD_TEXT, AT(group)},
    {RECORD_TEXT, AT(dead)},
    {RECORD_COUNT, AT(track)},
};
static const struct record queue_record = RECORD_OF(struct target_queue, queue_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_deploy, member)
static const struct record_field arg_fields[] = {TEXT_ROW(arg_text)};
static const struct record arg_record = RECORD_OF(arg_text, arg_fields);
static const struct record_field deploy_fields[] = {
    {RECORD_COUNT, AT(kind), .most = DEPLOY_COMMAND},
    {RECORD_TEXT, AT(deployment)},
    {RECORD_TEXT, AT(container)},
    {RECORD_TEXT, AT(image)},
    {RECORD_LIST, AT(args), .of = &arg_record,
     .count_offset = offsetof(struct target_deploy, arg_count)},
};
static const struct record deploy_record =
    RECORD_OF(struct target_deploy, deploy_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_kubernetes, member)
static const struct record_field kubernetes_fields[] = {
    {RECORD_TEXT, AT(namespace)},  {RECORD_TEXT, AT(kubectl)},
    {RECORD_TEXT, AT(kubeconfig)}, {RECORD_TEXT, AT(context)},
    {RECORD_TEXT, AT(socket)},     {RECORD_COUNT, AT(router), .most = CLUSTER_ARGO},
    {RECORD_TEXT, AT(stable)},     {RECORD_TEXT, AT(canary)},
    {RECORD_TEXT, AT(service)},    {RECORD_TEXT, AT(route)},
    {RECORD_TEXT, AT(rollout)},    {RECORD_TEXT, AT(lease)},
    {RECORD_COUNT, AT(settle_ns)}, {RECORD_COUNT, AT(replicas), .most = INT64_MAX},
};
static const struct record kubernetes_record =
    RECORD_OF(struct target_kubernetes, kubernetes_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_words, member)
static const struct record_field words_fields[] = {
    {RECORD_LIST, AT(args), .of = &arg_record,
     .count_offset = offsetof(struct target_words, arg_count)},
};
static const struct record words_record = RECORD_OF(struct target_words, words_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_command, member)
static const struct record_field command_fields[] = {
    {RECORD_STRUCT, AT(set), .of = &words_record},
    {RECORD_STRUCT, AT(get), .of = &words_record},
    {RECORD_STRUCT, AT(verify), .of = &words_record},
};
static const struct record command_record =
    RECORD_OF(struct target_command, command_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_publish, member)
static const struct record_field publish_fields[] = {
    {RECORD_COUNT, AT(redis)},
    {RECORD_TEXT, AT(listen)},
    {RECORD_TEXT, AT(configmap)},
    {RECORD_TEXT, AT(url)},
};
static const struct record publish_record =
    RECORD_OF(struct target_publish, publish_fields);
#undef AT

#define AT(member) RECORD_AT(struct target_prometheus, member)
static const struct record_field prometheus_fields[] = {
    {RECORD_TEXT, AT(url)},
    {RECORD_TEXT, AT(ca)},
    {RECORD_TEXT, AT(selectors[TRACK_STABLE])},
    {RECORD_TEXT, AT(selectors[TRACK_CANARY])},
    {RECORD_LIST, AT(headers), .of = &header_record,
     .count_offset = offsetof(struct target_prometheus, header_count)},
};
static const struct record prometheus_record =
    RECORD_OF(struct target_prometheus, prometheus_fields);
#undef AT

#define AT(member) RECORD_AT(struct target, member)
static const struct record_field fields[] = {
    {RECORD_TEXT, AT(name)},
    {RECORD_COUNT, AT(class), .most = TARGET_PRODUCTION},
    {RECORD_TEXT, AT(url)},
    {RECORD_TEXT, AT(redis)},
    {RECORD_STRUCT, AT(tracks[TRACK_STABLE]), .of = &track_record},
    {RECORD_STRUCT, AT(tracks[TRACK_CANARY]), .of = &track_record},
    {RECORD_LIST, AT(headers), .of = &header_record,
     .count_offset = offsetof(struct target, header_count)},
    {RECORD_STRUCT, AT(tls), .of = &tls_record},
    {RECORD_LIST, AT(connect_to), .of = &connect_record,
     .count_offset = offsetof(struct target, connect_to_count)},
    {RECORD_TEXT, AT(host)},
    {RECORD_TEXT, AT(proxy)},
    {RECORD_STRUCT, AT(paths), .of = &paths_record},
    {RECORD_STRUCT, AT(chat), .of = &chat_record},
    {RECORD_STRUCT, AT(split), .of = &split_record},
    {RECORD_STRUCT, AT(command), .of = &command_record},
    {RECORD_LIST, AT(queues), .of = &queue_record,
     .count_offset = offsetof(struct target, queue_count)},
    {RECORD_TEXT, AT(rollout_socket)},
    {RECORD_STRUCT, AT(kubernetes), .of = &kubernetes_record},
    {RECORD_STRUCT, AT(publish), .of = &publish_record},
    {RECORD_STRUCT, AT(prometheus), .of = &prometheus_record},
    {RECORD_STRUCT, AT(deploy), .of = &deploy_record},
    {RECORD_REAL, AT(expected_rps)},
    {RECORD_COUNT, AT(poll_health_ns)},
    {RECORD_COUNT, AT(poll_metrics_ns)},
    {RECORD_COUNT, AT(poll_redis_ns)},
    {RECORD_COUNT, AT(real_model)},
    {RECORD_COUNT, AT(bare)},
};
#undef AT

const struct record target_record = RECORD_OF(struct target, fields);
