/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "config_file.h"
#include "core/document.h"
#include "io/yaml.h"

/* What the checks say of a target that holds these lines; "" when they are content. */
static void check(const char *lines, char *said, size_t size) {
    char file[1024];
    struct text text = TEXT_IN(file);
    struct text all = text_in(said, size);
    struct mistakes mistakes;
    struct error err;
    text_addf(&text, "version: 1\ntargets:\n  a:\n    url: http://h\n%s", lines);
    struct document *document = yaml_parse(slice_of(file), "f", &err);
    if (!document) fail_msg("%s", err.message);
    mistakes_init(&mistakes, "f");
    config_file_check(document_root(document), &mistakes);
    for (uint32_t i = 0; i < mistakes.count; i++) {
        const struct mistake *mistake = &mistakes.items[i];
        text_addf(&all, "%u:%u %s\n", mistake->line, mistake->column, mistake->words);
    }
    document_free(document);
}

static const char *const fine[] = {
    "    headers: {A-1: b, X_y.z: \"${env:A}\"}\n",
    "    redis: redis://h:1/0\n",
    "    redis: rediss://u:${env:P}@h\n",
    "    redis: ${env:REDIS_URL}\n",
    "    redis: unix:///run/redis.sock\n",
    "    proxy: http://u:${file:/p}@h:3128\n",
    "    connect_to: {\"a:1\": \"[::1]:2\", \"[::1]:3\": \"b.c:4\"}\n",
    "    chat: {answer: \"$.a[0]['b c']\", job: $.id, done: {$.s: x}}\n",
    "    chat: {request: {messages: [{content: \"${message}\"}]}}\n",
    "    tracks: {stable: {urls: [http://a, \"http://[::1]:2\"]}}\n",
    "    tracks: {canary: {pods: {deployment: a-b, port: 80}}}\n",
    "    rollout: {configmap: a.b-c}\n",
    "    prometheus: {url: http://p, stable: '{job=\"a\", track!~\"b|c\"}'}\n",
    "    deploy: external\n",
    "    deploy: {command: [deploy, \"${track}\", \"v${version}\"]}\n",
    "canary: {steps: 100%}\n",
    "canary: {steps: [0.1%, 100%], hold_each: 1m, max_each: 1m}\n",
};

static void what_makes_sense_is_left_alone(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        char said[512];
        check(fine[i], said, sizeof said);
        if (said[0]) fail_msg("%s%s", fine[i], said);
    }
}

#define LONG "a-name-that-is-much-too-long-for-where-it-is-to-stand-in-the-end"

static const struct {
    const char *lines, *said;
} wrong[] = {
    {"    headers: {\"a b\": c}\n", "5:15 \"a b\" is no name for a header\n"},
    {"    prometheus: {url: http://u:p@h, canary: '{a=\"b\"}', headers: {Host: c}}\n",
     "5:23 a user and password belong into `headers: {Authorization: ...}`, not into "
     "the URL\n5:66 the header \"Host\" cannot be set here\n"},
    {"    prometheus: {url: http://h}\n",
     "5:5 prometheus: expected a selector for `stable` or `canary`\n"},
    {"    prometheus: {url: http://h, stable: 'up', canary: '{a=\"b\"}[5m]'}\n",
     "5:41 stable: expected a selector like {job=\"agent\"}\n"
     "5:55 canary: nothing may stand behind \"}\"\n"},
    {"    headers: {hOST: c}\n", "5:15 the header \"hOST\" cannot be set here\n"},
    {"    headers: {A: \"${x}\"}\n",
     "5:18 A: \"${\": only ${env:NAME} and ${file:PATH} are known here\n"},
    {"    redis: http://h\n", "5:12 redis: expected redis:// or rediss://\n"},
    {"    redis: redis://:${env:P@h\n", "5:12 redis: \"${\" without its \"}\"\n"},
    {"    redis: redis://:${env:P}h\n", "5:12 redis: the URL has no valid host\n"},
    {"    proxy: redis://h\n", "5:12 proxy: expected http:// or https://\n"},
    {"    proxy: h:3128\n",
     "5:12 proxy: a URL starts with http://, https://, redis://, rediss:// or "
     "unix://\n"},
    {"    connect_to: {a: \"b:1\"}\n",
     "5:18 connect_to: expected HOST:PORT: HOST:PORT\n"},
    {"    connect_to: {\"a:1\": \"u@b:1\"}\n",
     "5:18 connect_to: expected HOST:PORT: HOST:PORT\n"},
    {"    connect_to: {\"a:1\": \"b:1/x\"}\n",
     "5:18 connect_to: expected HOST:PORT: HOST:PORT\n"},
    {"    chat: {request: {message: hello}}\n",
     "5:12 request: \"${message}\" must stand somewhere in it\n"},
    {"    chat: {answer: response}\n",
     "5:12 path \"response\" cannot be read at character 1: it is made of $, .name, "
     "['name'] and [0]\n"},
    {"    chat: {done: {status: x}}\n",
     "5:19 path \"status\" cannot be read at character 1: it is made of $, .name, "
     "['name'] and [0]\n"},
    {"    tracks: {canary: {dns: http://u:p@h}}\n",
     "5:28 a user and password belong into `headers: {Authorization: ...}`, not into "
     "the URL\n"},
    {"    tracks: {canary: {dns: http://h, pods: {deployment: a, port: 1}}}\n",
     "5:38 pods: `urls`, `dns` or `pods`, not both\n"},
    {"    tracks: {canary: {pods: {deployment: ../x, port: 1}}}\n",
     "5:42 deployment: no object of a cluster can be called \"../x\"\n"},
    {"    rollout: {configmap: Board}\n",
     "5:26 configmap: no object of a cluster can be called \"Board\"\n"},
    {"  -b: {url: http://h}\n",
     "5:3 \"-b\" is no name for a target: letters and digits, then also . _ -\n"},
    {"  a/b: {url: http://h}\n",
     "5:3 \"a/b\" is no name for a target: letters and digits, then also . _ -\n"},
    {"canary: {steps: [50%, 5%]}\n", "5:23 steps: each must be larger than the last\n"},
    {"canary: {steps: [5%, 5%]}\n", "5:22 steps: each must be larger than the last\n"},
    {"canary: {steps: [5%, 50%]}\n", "5:22 steps: the last one must be 100%\n"},
    {"canary: {hold_each: 2h, max_each: 1h}\n",
     "5:35 max_each: expected at least hold_each\n"},
    {"    split: {haproxy: {socket: /s, table: \"a;b\"}}\n",
     "5:42 table: nothing can be called \"a;b\"\n"},
    {"    split: {haproxy: {socket: /s, stable: a, canary: a}}\n",
     "5:54 canary: expected another one than stable\n"},
    {"    split: {kubernetes: {namespace: ../b, stable: a, canary: a}}\n",
     "5:37 namespace: nothing can be called \"../b\"\n"
     "5:62 canary: expected another one than stable\n"},
    {"    split: {command: {set: [w], get: [w]}}\n",
     "5:23 set: \"${weight}\" must stand in it\n"},
    {"    split: {command: {set: [w, \"${weight}\"], get: [w, \"${wait}\"]}}\n",
     "5:55 only ${weight}, ${before}, ${epoch} and ${salt} can be filled in here\n"},
    {"    rollout: {socket: /" LONG LONG "}\n",
     "5:23 socket: the path of a socket has at most 107 bytes\n"},
    {"    rollout: {socket: run/rollout.sock}\n",
     "5:23 socket: expected a path from / on, got \"run/rollout.sock\": the controller "
     "and who speaks to it stand in folders of their own\n"},
    {"    rollout: {socket: \"./\\e[31m\"}\n",
     "5:23 socket: expected a path from / on, got \"./\xE2\x90\x9B[31m\": the "
     "controller "
     "and who speaks to it stand in folders of their own\n"},
    {"    deploy: {command: [deploy, \"${versio}\"]}\n",
     "5:32 only ${version} and ${track} can be filled in here\n"},
    {"    deploy: {kubernetes: {deployment: d, container: c, image: \"a:1\"}}\n",
     "5:63 image: \"${version}\" must stand in it\n"},
    {"    deploy:\n      command: [a]\n      kubernetes: {deployment: d}\n",
     "6:7 deploy: `kubernetes` or `command`, not both\n"},
};

static void what_makes_none_is_named_with_its_place(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char said[512];
        check(wrong[i].lines, said, sizeof said);
        assert_string_equal(said, wrong[i].said);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_makes_sense_is_left_alone),
        cmocka_unit_test(what_makes_none_is_named_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
