/* How requests get where they are meant to go: reuse, names, proxies, TLS. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"
#include "io/http.h"
#include "io/loop.h"
#include "support/service.h"
#include "support/test_folder.h"
#include "support/test_process.h"

enum { URL_SIZE = 256 };

struct fixture {
    struct loop *loop;
    struct http *http;
    struct service *service;
    /* of the last reply */
    struct error error;
    unsigned status;
    uint64_t connect_ns, first_byte_ns, total_ns;
    char body[SERVICE_BODY_SIZE];
};

static int start(void **state) {
    struct fixture *fixture = memory_new(sizeof *fixture);
    fixture->loop = loop_new();
    fixture->http = http_new(fixture->loop, HTTP_MAY_ACT);
    fixture->service = service_new(fixture->loop, 0);
    service_answer(fixture->service, "/x", 200, "text/plain", "hello");
    *state = fixture;
    return 0;
}

static int stop(void **state) {
    struct fixture *fixture = *state;
    http_free(fixture->http);
    service_free(fixture->service);
    loop_free(fixture->loop);
    free(fixture);
    return 0;
}

static void on_done(void *owner, const struct http_reply *reply) {
    struct fixture *fixture = owner;
    fixture->error = reply->error;
    fixture->status = reply->status;
    fixture->connect_ns = reply->connect_ns;
    fixture->first_byte_ns = reply->first_byte_ns;
    fixture->total_ns = reply->total_ns;
    struct text body = TEXT_IN(fixture->body);
    text_add_slice(&body, reply->body);
    loop_stop(fixture->loop);
}

static void ask(struct fixture *fixture, struct http_request request) {
    request.timeout_ns = 5 * NS_PER_S;
    http_start(fixture->http, &request, on_done, fixture);
    loop_run(fixture->loop);
}

/* "http://HOST:PORT/x" of the service. */
static const char *url_at(const struct fixture *fixture, const char *host) {
    static char url[URL_SIZE];
    snprintf(
        url, sizeof url, "http://%s:%u/x", host,
        (unsigned)service_port(fixture->service));
    return url;
}

static void connections_are_reused_unless_told_otherwise(void **state) {
    struct fixture *fixture = *state;
    struct http_request request = {.url = url_at(fixture, "127.0.0.1")};
    ask(fixture, request);
    assert_int_equal(fixture->status, 200);
    assert_string_equal(fixture->body, "hello");
    assert_true(fixture->connect_ns > 0);
    assert_true(fixture->first_byte_ns >= fixture->connect_ns);
    assert_true(fixture->total_ns >= fixture->first_byte_ns);
    ask(fixture, request);
    assert_true(fixture->connect_ns == 0);
    request.new_connection = true;
    ask(fixture, request);
    assert_true(fixture->connect_ns > 0);
}

static void bodies_and_headers_arrive_as_they_were_given(void **state) {
    struct fixture *fixture = *state;
    struct http_header headers[] = {{"X-One", "a b"}, {"X-Empty", ""}};
    service_keep_header(fixture->service, "X-One");
    ask(fixture, (struct http_request){
                     .url = url_at(fixture, "127.0.0.1"),
                     .method = "POST",
                     .headers = headers,
                     .header_count = 2,
                     .body = {.data = "a\0b", .length = 3},
                 });
    assert_int_equal(fixture->status, 200);
    assert_memory_equal(service_last_body(fixture->service), "a\0b", 3);
    assert_string_equal(service_last_header(fixture->service), "a b");

    service_keep_header(fixture->service, "Content-Type");
    ask(fixture,
        (struct http_request){.url = url_at(fixture, "127.0.0.1"), .method = "POST"});
    assert_int_equal(fixture->status, 200);
    assert_string_equal(service_last_header(fixture->service), "");

    ask(fixture,
        (struct http_request){.url = url_at(fixture, "127.0.0.1"), .method = "HEAD"});
    assert_int_equal(fixture->status, 200);
    assert_string_equal(fixture->body, "");
}

static void the_environment_is_not_asked_for_a_proxy(void **state) {
    struct fixture *fixture = *state;
    static const char *const names[] = {"http_proxy", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        setenv(names[i], "http://127.0.0.1:1", 1);
    }
    ask(fixture, (struct http_request){.url = url_at(fixture, "127.0.0.1")});
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unsetenv(names[i]);
    assert_int_equal(fixture->status, 200);
}

static void a_proxy_that_is_configured_is_used(void **state) {
    struct fixture *fixture = *state;
    char proxy[URL_SIZE];
    service_url(fixture->service, proxy, sizeof proxy);
    service_answer(fixture->service, "/proxied", 200, "text/plain", "proxied");
    setenv("no_proxy", "*", 1);
    struct http_peer peer = {.proxy = proxy};
    ask(fixture,
        (struct http_request){.url = "http://nowhere.invalid/proxied", .peer = &peer});
    unsetenv("no_proxy");
    assert_int_equal(fixture->status, 200);
    assert_string_equal(fixture->body, "proxied");
}

static void names_may_lead_elsewhere(void **state) {
    struct fixture *fixture = *state;
    char lines[URL_SIZE];
    unsigned port = service_port(fixture->service);
    snprintf(
        lines, sizeof lines,
        "other.invalid:80:127.0.0.1:1\nagent.invalid:%u:127.0.0.1:%u", port, port);
    struct http_peer peer = {.connect_to = lines};
    service_keep_header(fixture->service, "Host");
    ask(fixture,
        (struct http_request){.url = url_at(fixture, "agent.invalid"), .peer = &peer});
    assert_int_equal(fixture->status, 200);
    char host[URL_SIZE];
    snprintf(host, sizeof host, "agent.invalid:%u", port);
    assert_string_equal(service_last_header(fixture->service), host);

    peer.host = "users.example";
    ask(fixture,
        (struct http_request){.url = url_at(fixture, "agent.invalid"), .peer = &peer});
    assert_string_equal(service_last_header(fixture->service), "users.example");
}

/* A TLS server with a certificate of its own for agent.example. */
struct tls_server {
    struct test_folder folder;
    struct test_process process;
    uint16_t port;
    char certificate[TEST_PATH_SIZE], key[TEST_PATH_SIZE];
};

static void tls_start(
    struct tls_server *server, const char *version, const char *more) {
    test_folder_init(&server->folder);
    test_folder_path(&server->folder, "cert.pem", server->certificate);
    test_folder_path(&server->folder, "key.pem", server->key);
    const char *const make[] = {
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=agent.example",
        "-addext",
        "subjectAltName=DNS:agent.example",
        "-keyout",
        server->key,
        "-out",
        server->certificate,
        NULL};
    assert_int_equal(test_process_run(make, NULL), 0);
    char port[16];
    server->port = test_free_port();
    snprintf(port, sizeof port, "%u", (unsigned)server->port);
    const char *const serve[] = {"openssl", "s_server",  "-accept", port,
                                 "-www",    "-quiet",    "-cert",   server->certificate,
                                 "-key",    server->key, version,   more,
                                 NULL};
    test_process_start(&server->process, serve, NULL);
    assert_true(test_wait_for_port(server->port, &server->process));
}

static void tls_stop(struct tls_server *server) {
    test_process_stop(&server->process);
    test_folder_clear(&server->folder);
}

static void ask_tls(
    struct fixture *fixture, const struct tls_server *server,
    const struct http_peer *peer) {
    char url[URL_SIZE];
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", (unsigned)server->port);
    ask(fixture, (struct http_request){
                     .url = url, .peer = peer, .body_max_bytes = (size_t)64 * 1024});
}

static void certificates_are_verified_unless_told_otherwise(void **state) {
    struct fixture *fixture = *state;
    struct tls_server server;
    tls_start(&server, "-tls1_2", NULL);

    struct http_peer peer = {0};
    ask_tls(fixture, &server, &peer);
    assert_int_equal(fixture->error.code, ERROR_TLS); /* nobody vouches for it */
    peer.ca = server.certificate;
    ask_tls(fixture, &server, &peer);
    assert_int_equal(fixture->error.code, ERROR_TLS); /* it is somebody else's */
    peer.server_name = "other.example";
    ask_tls(fixture, &server, &peer);
    assert_int_equal(fixture->error.code, ERROR_TLS);
    peer.server_name = "agent.example";
    ask_tls(fixture, &server, &peer);
    assert_string_equal(fixture->error.message, "");
    assert_int_equal(fixture->status, 200);
    peer = (struct http_peer){.insecure = true};
    ask_tls(fixture, &server, &peer);
    assert_int_equal(fixture->status, 200);
    tls_stop(&server);
}

static void old_tls_is_refused(void **state) {
    struct fixture *fixture = *state;
    struct tls_server server;
    tls_start(&server, "-tls1_1", NULL);
    struct http_peer peer = {.insecure = true};
    ask_tls(fixture, &server, &peer);
    assert_int_equal(fixture->error.code, ERROR_TLS);
    tls_stop(&server);
}

/* The refusal comes after the handshake, and may be lost with the connection. */
static void a_client_certificate_that_is_required_is_named(void **state) {
    struct fixture *fixture = *state;
    struct tls_server server;
    tls_start(&server, "-tls1_3", "-Verify=1");
    struct http_peer peer = {.insecure = true};
    for (unsigned i = 0; i < 8; i++) {
        ask_tls(fixture, &server, &peer);
        assert_int_equal(fixture->error.code, ERROR_TLS);
        assert_non_null(strstr(fixture->error.message, "a client certificate "));
    }
    peer.cert = server.certificate;
    peer.key = server.key;
    ask_tls(fixture, &server, &peer);
    assert_int_equal(fixture->status, 200);
    tls_stop(&server);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(connections_are_reused_unless_told_otherwise),
        TEST(bodies_and_headers_arrive_as_they_were_given),
        TEST(the_environment_is_not_asked_for_a_proxy),
        TEST(a_proxy_that_is_configured_is_used),
        TEST(names_may_lead_elsewhere),
        TEST(certificates_are_verified_unless_told_otherwise),
        TEST(old_tls_is_refused),
        TEST(a_client_certificate_that_is_required_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
