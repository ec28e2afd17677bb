/* Redis over TLS: who is believed and who is not. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/asked.h"
#include "support/test_redis.h"

static void make_certificates(const struct test_folder *folder) {
    static const char script[] =
        "cd \"$1\" && "
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        " -keyout ca.key -out ca.pem -subj /CN=ca -days 2 && "
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        " -keyout server.key -out server.csr -subj /CN=localhost && "
        "printf 'subjectAltName=DNS:localhost' >ext && "
        "openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial"
        " -out server.pem -days 2 -extfile ext && "
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        " -keyout other.key -out other.pem -subj /CN=other -days 2";
    const char *const args[] = {"sh", "-c", script, "sh", folder->path, NULL};
    assert_int_equal(test_process_run(args, NULL), 0);
}

/* A server that speaks TLS on a free port and asks for a client certificate. */
struct tls_server {
    struct test_folder folder;
    struct test_process process;
    uint16_t port;
    char ca[TEST_PATH_SIZE], cert[TEST_PATH_SIZE], key[TEST_PATH_SIZE];
    char other[TEST_PATH_SIZE];
};

static void tls_server_start(struct tls_server *server) {
    *server = (struct tls_server){.port = 0};
    test_folder_init(&server->folder);
    make_certificates(&server->folder);
    test_folder_path(&server->folder, "ca.pem", server->ca);
    test_folder_path(&server->folder, "server.pem", server->cert);
    test_folder_path(&server->folder, "server.key", server->key);
    test_folder_path(&server->folder, "other.pem", server->other);
    for (unsigned i = 0; i < 5; i++) {
        char port[8];
        struct text digits = TEXT_IN(port);
        server->port = test_free_port();
        text_addf(&digits, "%u", server->port);
        const char *const args[] = {
            "redis-server",
            "--port",
            "0",
            "--tls-port",
            port,
            "--bind",
            "127.0.0.1",
            "--dir",
            server->folder.path,
            "--save",
            "",
            "--tls-cert-file",
            server->cert,
            "--tls-key-file",
            server->key,
            "--tls-ca-cert-file",
            server->ca,
            NULL};
        test_process_start(&server->process, args, NULL);
        if (test_wait_for_port(server->port, &server->process)) return;
    }
    fail_msg("no TLS server");
}

static enum error_code ask_over_tls(
    const struct tls_server *server, const char *host, const char *ca, bool identity,
    char message[ERROR_MESSAGE_SIZE]) {
    char url[64];
    struct text text = TEXT_IN(url);
    text_addf(&text, "rediss://%s:%u", host, server->port);
    struct asked asked;
    const struct redis_options options = {
        .url = url,
        .ca = ca,
        .cert = identity ? server->cert : NULL,
        .key = identity ? server->key : NULL,
        .authority = REDIS_MAY_ACT,
        .connect_timeout_ns = 2 * NS_PER_S,
    };
    asked_connect(&asked, &options);
    redis_ask(asked.redis, 2 * NS_PER_S, asked_on_answer, &asked, "PING", NULL);
    asked_run_until(&asked, 1);
    struct error error = asked.error;
    asked_clear(&asked);
    text_copy_cut(message, ERROR_MESSAGE_SIZE, error.message);
    return error.code;
}

static void tls_is_verified_in_every_way(void **state) {
    (void)state;
    struct tls_server server;
    tls_server_start(&server);
    char why[ERROR_MESSAGE_SIZE];
    assert_int_equal(
        ask_over_tls(&server, "localhost", server.ca, true, why), ERROR_NONE);
    assert_int_equal(
        ask_over_tls(&server, "127.0.0.1", server.ca, true, why), ERROR_TLS);
    assert_non_null(strstr(why, "IP address mismatch"));
    assert_int_equal(
        ask_over_tls(&server, "localhost", server.other, true, why), ERROR_TLS);
    assert_non_null(strstr(why, "certificate"));
    assert_int_equal(ask_over_tls(&server, "localhost", NULL, true, why), ERROR_TLS);
    assert_int_not_equal(
        ask_over_tls(&server, "localhost", server.ca, false, why), ERROR_NONE);
    test_process_stop(&server.process);
    test_folder_clear(&server.folder);
}

static void tls_against_a_plain_server_ends_in_time(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start_tcp(&server);
    char url[64];
    struct text text = TEXT_IN(url);
    text_addf(&text, "rediss://127.0.0.1:%u", server.port);
    struct asked asked;
    const struct redis_options options = {
        .url = url, .connect_timeout_ns = 200 * NS_PER_MS};
    asked_connect(&asked, &options);
    redis_ask(asked.redis, NS_PER_S, asked_on_answer, &asked, "PING", NULL);
    asked_run_until(&asked, 1);
    assert_int_not_equal(asked.error.code, ERROR_NONE);
    asked_clear(&asked);
    test_redis_stop(&server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tls_is_verified_in_every_way),
        cmocka_unit_test(tls_against_a_plain_server_ends_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
