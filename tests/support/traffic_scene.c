/* SPDX-License-Identifier: MIT */
#include "support/traffic_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "io/loop.h"

enum { LINE_SIZE = 1024 };

void traffic_scene_on_observation(void *owner, const struct observation *seen) {
    struct traffic_scene *scene = owner;
    if (scene->count < TRAFFIC_SCENE_SEEN_MAX) scene->seen[scene->count] = *seen;
    scene->count++;
}

static void begin(struct traffic_scene *scene) {
    struct error err = {0};
    const struct traffic_options options = {
        .salt = TRAFFIC_SCENE_SALT,
        .on_observation = traffic_scene_on_observation,
        .owner = scene};
    scene->traffic = traffic_new(scene->loop, scene->target, &options, &err);
    assert_non_null(scene->traffic);
    scene->sender = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    text_copy(address.sun_path, sizeof address.sun_path, scene->target->split.log);
    const struct sockaddr *to = (const struct sockaddr *)&address;
    assert_int_equal(connect(scene->sender, to, sizeof address), 0);
}

void traffic_scene_init(struct traffic_scene *scene) {
    *scene = (struct traffic_scene){.loop = loop_new()};
    test_folder_init(&scene->folder);
    scene->target = memory_new(sizeof *scene->target);
    target_init(scene->target);
    struct target_split *split = &scene->target->split;
    char path[TEST_PATH_SIZE];
    test_folder_path(&scene->folder, "canary.sock", path);
    text_copy(split->log, sizeof split->log, path);
    text_copy(split->canary, sizeof split->canary, "canary");
    scene->service = service_new(scene->loop, 0);
    service_url(scene->service, scene->target->url, sizeof scene->target->url);
    begin(scene);
}

void traffic_scene_clear(struct traffic_scene *scene) {
    if (scene->sender >= 0) close(scene->sender);
    traffic_free(scene->traffic);
    service_free(scene->service);
    loop_free(scene->loop);
    test_folder_clear(&scene->folder);
    free(scene->target);
}

void traffic_scene_begin_again(struct traffic_scene *scene) {
    close(scene->sender);
    traffic_free(scene->traffic);
    begin(scene);
}

const struct sent sent_to_stable = {
    .arm = "stable",
    .status = "200",
    .outcome = "success",
    .job = "-",
    .bucket = 700,
    .weight_bp = 500,
    .salt = TRAFFIC_SCENE_SALT,
    .user = 11,
    .chat = 1,
};

const struct sent sent_to_canary = {
    .arm = "canary",
    .status = "200",
    .outcome = "success",
    .job = "-",
    .bucket = 3,
    .weight_bp = 500,
    .salt = TRAFFIC_SCENE_SALT,
    .user = 11,
    .chat = 1,
};

void traffic_scene_send_words(struct traffic_scene *scene, const char *words) {
    char data[LINE_SIZE + 8];
    struct text framed = TEXT_IN(data);
    text_addf(&framed, "%zu %s", strlen(words), words);
    assert_int_equal(
        send(scene->sender, data, framed.length, 0), (ssize_t)framed.length);
}

static const char *or_else(const char *words, const char *usual) {
    return words ? words : usual;
}

void traffic_scene_send(struct traffic_scene *scene, const struct sent *sent) {
    char data[LINE_SIZE];
    struct text line = TEXT_IN(data);
    text_addf(
        &line,
        "{\"n\":%llu,\"t\":%lld.%03lld,\"arm\":\"%s\",\"be\":\"%s\",\"srv\":\"x1\","
        "\"st\":%s,\"ts\":\"%s\",\"rc\":\"%s\",\"Tw\":0,\"Tc\":0,\"Tr\":1,\"Ta\":2,"
        "\"bkt\":%u,\"bp\":%u,\"salt\":%u,\"user\":%d,\"chat\":%d,\"out\":\"%s\","
        "\"job\":\"%s\",\"tin\":\"3\",\"tout\":\"4\",\"usd\":\"0.5\",\"tf\":\"0\"}\n",
        (unsigned long long)++scene->number,
        (long long)(loop_wall_ms() / 1000) + sent->ahead_s,
        (long long)(loop_wall_ms() % 1000), sent->arm,
        or_else(sent->backend, sent->arm), sent->status, or_else(sent->ended, "----"),
        or_else(sent->retries, "0"), sent->bucket, sent->weight_bp, sent->salt,
        sent->user, sent->chat, sent->outcome, sent->job);
    traffic_scene_send_words(scene, data);
}

void traffic_scene_until(struct traffic_scene *scene, until_fn holds, uint64_t value) {
    if (until(scene->loop, holds, scene, value)) return;
    fail_msg("it did not happen in time");
}

static bool has_seen(const void *what, uint64_t count) {
    const struct traffic_scene *scene = what;
    return scene->count >= count;
}

void traffic_scene_see(struct traffic_scene *scene, unsigned count) {
    traffic_scene_until(scene, has_seen, count);
}

static bool has_refused(const void *what, uint64_t count) {
    const struct traffic_scene *scene = what;
    return traffic_look(scene->traffic).aside >= count;
}

void traffic_scene_settle(struct traffic_scene *scene) {
    struct sent aside = sent_to_stable;
    aside.chat = 0;
    uint64_t before = traffic_look(scene->traffic).aside;
    traffic_scene_send(scene, &aside);
    traffic_scene_until(scene, has_refused, before + 1);
}
