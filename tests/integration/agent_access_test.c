/* Who may ask the real service, and from where. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/test_stack.h"

#define PROGRAM  BINARIES_FOLDER "/flightdeck-agent"
#define VARIABLE "FLIGHTDECK_TEST_TOKEN"
#define TOKEN    "a-token-of-the-tests"

enum { TRIES_MAX = 20000 };

static struct test_stack stack;

static int set_up(void **state) {
    (void)state;
    static const char *const guarded[] = {"--token-env", VARIABLE, NULL};
    static const char *const narrow[] = {"--address-max", "2", NULL};
    test_stack_start(&stack, PROGRAM, "instant");
    assert_int_equal(setenv(VARIABLE, TOKEN, 1), 0);
    test_stack_serve(&stack, 0, "v1", guarded);
    test_stack_serve(&stack, 1, "v2", narrow);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static void ask(const char *path, const char *header, struct test_reply *reply) {
    const struct http_header headers[] = {{"Authorization", header}, {0}};
    struct test_request request = {
        .url = test_stack_url(&stack, 0, path),
        .body = strstr(path, "/chat") == path ? "{\"user_id\":\"a\",\"message\":\"Hi\"}"
                                              : NULL,
        .headers = header ? headers : NULL};
    test_client_send(&stack.client, &request, reply);
}

static void only_the_token_opens_the_service(void **state) {
    (void)state;
    static const char *const paths[] = {"/chat",    "/chat/stream", "/health",
                                        "/metrics", "/errors",      "/nothing"};
    static const char *const wrong[] = {
        NULL, "Bearer a-token-of-the-test", "Basic " TOKEN, TOKEN};
    struct test_reply reply;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        for (size_t j = 0; j < sizeof wrong / sizeof wrong[0]; j++) {
            ask(paths[i], wrong[j], &reply);
            assert_int_equal(reply.status, 401);
            assert_string_equal(
                test_reply_header(&reply, "www-authenticate"), "Bearer");
            assert_string_equal(
                test_reply_text(&reply, "$.error.code"), "unauthorized");
            assert_string_not_equal(test_reply_text(&reply, "$.error.request_id"), "");
            test_reply_clear(&reply);
        }
        ask(paths[i], "Bearer " TOKEN, &reply);
        assert_int_equal(reply.status, strcmp(paths[i], "/nothing") == 0 ? 404 : 200);
        test_reply_clear(&reply);
    }
}

static void probes_need_no_token(void **state) {
    (void)state;
    static const char *const paths[] = {"/health/live", "/health/ready"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct test_reply reply;
        ask(paths[i], NULL, &reply);
        assert_int_equal(reply.status, 200);
        test_reply_clear(&reply);
    }
}

static void an_open_service_does_not_start_by_accident(void **state) {
    (void)state;
    static const char *const open[] = {"serve",       "--listen",         "0.0.0.0:0",
                                       "--model-url", "http://127.0.0.1", NULL};
    static const char *const unset[] = {
        "serve",       "--token-env",      "FLIGHTDECK_TEST_UNSET",
        "--model-url", "http://127.0.0.1", NULL};
    static const char *const poor[] = {
        "serve",       "--token-env",      "FLIGHTDECK_TEST_POOR",
        "--model-url", "http://127.0.0.1", NULL};
    assert_int_equal(setenv("FLIGHTDECK_TEST_POOR", "secret", 1), 0);
    assert_int_equal(test_stack_run(&stack, open), EXIT_CODE_USAGE);
    assert_int_equal(test_stack_run(&stack, unset), EXIT_CODE_USAGE);
    assert_int_equal(test_stack_run(&stack, poor), EXIT_CODE_USAGE);
}

static int connect_to_second(void) {
    const char *colon = strrchr(stack.urls[1], ':');
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = 20};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(
        connect(descriptor, (const struct sockaddr *)&address, sizeof address), 0);
    return descriptor;
}

/* What comes first when health is asked for: a letter of the answer, or the end. */
static ssize_t first_byte(int descriptor) {
    static const char words[] = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n";
    char byte = 0;
    (void)send(descriptor, words, sizeof words - 1, MSG_NOSIGNAL);
    return recv(descriptor, &byte, 1, 0);
}

static void one_address_has_only_so_many_connections(void **state) {
    (void)state;
    int first = connect_to_second();
    int second = connect_to_second();
    assert_int_equal(first_byte(first), 1);
    assert_int_equal(first_byte(second), 1);
    int third = connect_to_second();
    assert_true(first_byte(third) <= 0);
    close(third);
    close(first);
    /* Its place is free as soon as the service has noticed. */
    ssize_t got = 0;
    for (int tries = 0; got <= 0; tries++) {
        assert_in_range(tries, 0, TRIES_MAX);
        int fourth = connect_to_second();
        got = first_byte(fourth);
        close(fourth);
    }
    close(second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_token_opens_the_service),
        cmocka_unit_test(probes_need_no_token),
        cmocka_unit_test(an_open_service_does_not_start_by_accident),
        cmocka_unit_test(one_address_has_only_so_many_connections),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
