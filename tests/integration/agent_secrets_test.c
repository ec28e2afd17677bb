/* What the agent was told in confidence stands in no log, no error and no metric. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/service.h"
#include "support/test_stack.h"

#define PROGRAM        BINARIES_FOLDER "/flightdeck-agent"
#define API_KEY        "sk-planted-4711"
#define REDIS_PASSWORD "p@ss/planted-4712"
#define REDIS_WRITTEN  "p%40ss%2Fplanted-4712"
#define MODEL_PASSWORD "planted-4713"
#define CLIENT_TOKEN   "planted-4714"

enum { URL_SIZE = 256, PAGE_MAX = 4 * 1024 * 1024 };

static const char *const secrets[] = {"planted",     API_KEY,        REDIS_PASSWORD,
                                      REDIS_WRITTEN, MODEL_PASSWORD, CLIENT_TOKEN};

static struct test_stack stack;
static struct service *model; /* that repeats what it must not */
static char redis_url[URL_SIZE], model_url[URL_SIZE];

static int set_up(void **state) {
    (void)state;
    char url[URL_SIZE];
    setenv("PLANTED_KEY", API_KEY, 1);
    test_stack_start(&stack, PROGRAM, "instant");
    test_redis_stop(&stack.redis);
    static const char *const extra[] = {"--requirepass", REDIS_PASSWORD, NULL};
    test_redis_start_with(&stack.redis, true, extra);
    snprintf(
        redis_url, sizeof redis_url, "redis://:%s@127.0.0.1:%u", REDIS_WRITTEN,
        stack.redis.port);
    model = service_new(stack.client.loop, 0);
    service_url(model, url, sizeof url);
    snprintf(
        model_url, sizeof model_url, "http://ann:%s@%s", MODEL_PASSWORD,
        url + strlen("http://"));
    service_answer(model, "/v1/models/local-1", 200, "application/json", "{}");
    service_answer(
        model, "/v1/messages", 401, "application/json",
        "{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":"
        "\"the key " API_KEY " at http://ann:" MODEL_PASSWORD "@host is bad\"}}");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    service_free(model);
    test_stack_stop(&stack);
    return 0;
}

static void assert_hides(const char *what, const char *words) {
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        const char *found = strstr(words, secrets[i]);
        if (found) fail_msg("%s tells %s: %.200s", what, secrets[i], found);
    }
}

/* The log of a part, which must hold these words. */
static void assert_log_hides(const char *name, const char *has) {
    char path[TEST_PATH_SIZE];
    char *log = malloc(PAGE_MAX);
    assert_non_null(log);
    test_folder_path(&stack.folder, name, path);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    log[fread(log, 1, PAGE_MAX - 1, file)] = '\0';
    fclose(file);
    assert_hides(name, log);
    if (!strstr(log, has)) fail_msg("%s: no \"%s\" in %s", name, has, log);
    free(log);
}

static void assert_page_hides(const char *path, const char *has) {
    struct test_reply reply;
    test_client_get(&stack.client, test_stack_url(&stack, 0, path), &reply);
    const char *page = buffer_string(&reply.body);
    assert_hides(path, page);
    if (!strstr(page, has)) fail_msg("%s: no \"%s\" in %s", path, has, page);
    test_reply_clear(&reply);
}

static void chat(const char *prefer, unsigned status, char path[URL_SIZE]) {
    static const char body[] = "{\"user_id\":\"ann\",\"message\":\"Hello\"}";
    const struct http_header headers[] = {
        {"Authorization", "Bearer " CLIENT_TOKEN}, {"Prefer", prefer}, {0}};
    struct test_reply reply;
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"), .body = body, .headers = headers};
    test_client_send(&stack.client, &request, &reply);
    assert_int_equal(reply.status, status);
    assert_hides("the answer", buffer_string(&reply.body));
    snprintf(path, URL_SIZE, "/chat/%s", test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);
}

static void no_secret_is_told(void **state) {
    (void)state;
    char path[URL_SIZE], url[2 * TEST_URL_SIZE];
    const char *const more[] = {"--redis", redis_url,       "--model-url",
                                model_url, "--api-key-env", "PLANTED_KEY",
                                "--log",   "debug",         NULL};
    test_stack_serve(&stack, 0, "v1", more);
    test_stack_worker(&stack, 0, "v1", more);
    chat("wait=1", 502, path);
    /* The model was told the key: what follows is no success for want of a secret. */
    service_keep_header(model, "x-api-key");
    chat("respond-async", 202, path);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, path));
    assert_true(test_client_until(&stack.client, url, "$.status", "failed"));
    assert_string_equal(service_last_header(model), API_KEY);
    assert_page_hides(path, "the key *** at");
    assert_page_hides("/errors", "the key *** at");
    assert_page_hides("/metrics", "model_auth");

    /* Away, and back with another password: what Redis says of that is logged, too. */
    test_redis_kill(&stack.redis);
    static const char *const extra[] = {"--requirepass", "another", NULL};
    stack.redis.extra = extra;
    test_redis_restart(&stack.redis);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, "/health"));
    assert_true(test_client_until(&stack.client, url, "$.status", "degraded"));
    assert_page_hides("/health", "down: ");
    test_process_stop(&stack.workers[0]);
    assert_log_hides("serve-0.log", "the key *** at");
    assert_log_hides("worker-0.log", "the key *** at");
    assert_log_hides("worker-0.log", "the queue cannot be read");
}

/* The local model is told the key of whoever asks it. */
static void the_local_model_keeps_what_it_is_told(void **state) {
    (void)state;
    char path[URL_SIZE];
    char local[URL_SIZE];
    snprintf(
        local, sizeof local, "http://ann:%s@%s", MODEL_PASSWORD,
        stack.model_url + strlen("http://"));
    test_process_stop(&stack.serves[0]);
    const char *const more[] = {
        "--model-url", local, "--api-key-env", "PLANTED_KEY", "--log", "debug", NULL};
    test_stack_serve(&stack, 0, "v1", more);
    chat("wait=1", 200, path);
    test_stack_fault(&stack, "{\"error\":1}");
    chat("wait=1", 502, path);
    test_process_stop(&stack.model);
    assert_log_hides("serve-0.log", "chat success");
    assert_log_hides("model.log", "");
}

static void a_password_that_cannot_be_hidden_is_refused(void **state) {
    (void)state;
    static const char *const args[] = {
        "serve", "--model-url", "http://a", "--redis", "redis://:abc@127.0.0.1", NULL};
    assert_int_equal(test_stack_run(&stack, args), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_secret_is_told),
        cmocka_unit_test(the_local_model_keeps_what_it_is_told),
        cmocka_unit_test(a_password_that_cannot_be_hidden_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
