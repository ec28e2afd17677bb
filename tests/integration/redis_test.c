/* SPDX-License-Identifier: MIT */
#include "io/redis.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/stream.h"
#include "support/test_redis.h"

#define LIMIT_NS (10 * NS_PER_S)

/* A client and what came back last. */
struct asked {
    struct loop *loop;
    struct redis *redis;
    struct error error;
    enum redis_kind kind;
    char words[256];
    int64_t integer;
    size_t count;
    unsigned answers, wanted;
};

static void on_answer(void *owner, const struct redis_result *result) {
    struct asked *asked = owner;
    asked->answers++;
    asked->error = result->error;
    assert_int_equal(result->error.code == ERROR_NONE, result->reply != NULL);
    if (result->reply) {
        asked->kind = result->reply->kind;
        asked->integer = result->reply->integer;
        asked->count = result->reply->count;
        struct text text = TEXT_IN(asked->words);
        text_add_slice(&text, result->reply->string);
    }
    if (asked->answers == asked->wanted) loop_stop(asked->loop);
}

static void run_until(struct asked *asked, unsigned answers) {
    asked->wanted = answers;
    if (asked->answers < answers) loop_run(asked->loop);
    assert_int_equal(asked->answers, answers);
}

static void connect_with(struct asked *asked, const struct redis_options *options) {
    *asked = (struct asked){.loop = loop_new()};
    struct error err = {0};
    asked->redis = redis_new(asked->loop, options, &err);
    if (!asked->redis) print_message("%s\n", err.message);
    assert_non_null(asked->redis);
}

static void connect_to(struct asked *asked, const char *url) {
    const struct redis_options options = {.url = url, .authority = REDIS_MAY_ACT};
    connect_with(asked, &options);
}

static void asked_clear(struct asked *asked) {
    redis_free(asked->redis);
    loop_free(asked->loop);
}

#define ASK(asked, ...) \
    redis_ask((asked)->redis, LIMIT_NS, on_answer, (asked), __VA_ARGS__, NULL)

static void commands_are_answered_over_every_transport(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start_tcp(&server);
    const char *const urls[] = {server.url, server.tcp_url};
    for (size_t i = 0; i < 2; i++) {
        struct asked asked;
        connect_to(&asked, urls[i]);
        ASK(&asked, "SET", "name", "value");
        ASK(&asked, "GET", "name");
        assert_int_equal(asked.answers, 0); /* never inside the call */
        run_until(&asked, 2);
        assert_int_equal(asked.kind, REDIS_STRING);
        assert_string_equal(asked.words, "value");
        assert_true(redis_connected(asked.redis));
        asked_clear(&asked);
    }
    test_redis_stop(&server);
}

static void password_database_and_name_are_sent_first(void **state) {
    (void)state;
    const char *const extra[] = {"--requirepass", "s3cret@x", NULL};
    struct test_redis server;
    test_redis_start_with(&server, true, extra);
    char url[128];
    struct text text = TEXT_IN(url);
    text_addf(&text, "redis://:s3cret%%40x@127.0.0.1:%u/5", server.port);
    struct asked asked;
    const struct redis_options options = {
        .url = url, .client_name = "cockpit", .authority = REDIS_MAY_ACT};
    connect_with(&asked, &options);
    ASK(&asked, "CLIENT", "INFO");
    run_until(&asked, 1);
    assert_non_null(strstr(asked.words, " name=cockpit "));
    assert_non_null(strstr(asked.words, " db=5 "));
    asked_clear(&asked);

    text_reset(&text);
    text_addf(&text, "redis://:wrong@127.0.0.1:%u", server.port);
    connect_to(&asked, url);
    redis_ask(asked.redis, 200 * NS_PER_MS, on_answer, &asked, "PING", NULL);
    run_until(&asked, 1);
    assert_int_equal(asked.error.code, ERROR_AUTH);
    assert_null(strstr(asked.error.message, "wrong@"));
    asked_clear(&asked);

    connect_to(&asked, server.tcp_url);
    redis_ask(asked.redis, 200 * NS_PER_MS, on_answer, &asked, "PING", NULL);
    run_until(&asked, 1);
    assert_int_equal(asked.error.code, ERROR_AUTH);
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void a_reader_cannot_write(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start(&server);
    struct asked asked;
    const struct redis_options options = {.url = server.url};
    connect_with(&asked, &options);
    ASK(&asked, "SET", "a", "b");
    assert_int_equal(asked.answers, 0);
    run_until(&asked, 1);
    assert_int_equal(asked.error.code, ERROR_FORBIDDEN);
    ASK(&asked, "DBSIZE");
    run_until(&asked, 2);
    assert_int_equal(asked.integer, 0);
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void a_refused_connection_is_the_answer(void **state) {
    (void)state;
    char url[64];
    struct text text = TEXT_IN(url);
    text_addf(&text, "redis://127.0.0.1:%u", test_free_port());
    struct asked asked;
    connect_to(&asked, url);
    redis_ask(asked.redis, 50 * NS_PER_MS, on_answer, &asked, "PING", NULL);
    run_until(&asked, 1);
    assert_int_equal(asked.error.code, ERROR_CONNECT);
    assert_non_null(strstr(asked.error.message, "refused"));
    assert_int_equal(redis_last_error(asked.redis)->code, ERROR_CONNECT);
    asked_clear(&asked);
}

static void a_restarted_server_is_found_again(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start_tcp(&server);
    struct asked asked;
    connect_to(&asked, server.tcp_url);
    ASK(&asked, "PING");
    run_until(&asked, 1);
    for (unsigned i = 0; i < 3; i++) {
        test_redis_kill(&server);
        test_redis_restart(&server);
        ASK(&asked, "PING");
        run_until(&asked, 2 + i);
        /* Sent into the dead connection, or after it was seen to be dead. */
        assert_true(asked.error.code == ERROR_NONE || asked.error.code == ERROR_LOST);
    }
    ASK(&asked, "PING");
    run_until(&asked, 5);
    assert_string_equal(asked.words, "PONG");
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void commands_on_their_way_are_lost_with_the_connection(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start(&server);
    struct asked asked;
    connect_to(&asked, server.url);
    ASK(&asked, "PING");
    run_until(&asked, 1);
    kill(server.process.pid, SIGSTOP);
    for (int i = 0; i < 3; i++) ASK(&asked, "INCR", "n");
    test_redis_kill(&server);
    run_until(&asked, 4);
    assert_int_equal(asked.error.code, ERROR_LOST);
    assert_false(redis_connected(asked.redis));
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void a_frozen_server_costs_a_deadline_and_the_connection(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start(&server);
    struct asked asked;
    connect_to(&asked, server.url);
    ASK(&asked, "PING");
    run_until(&asked, 1);
    kill(server.process.pid, SIGSTOP);
    ASK(&asked, "PING");
    redis_ask(asked.redis, 50 * NS_PER_MS, on_answer, &asked, "PING", NULL);
    run_until(&asked, 3); /* the other one is lost with the connection */
    assert_int_equal(asked.error.code, ERROR_LOST);
    assert_false(redis_connected(asked.redis));
    kill(server.process.pid, SIGCONT);
    ASK(&asked, "PING");
    run_until(&asked, 4);
    assert_int_equal(asked.error.code, ERROR_NONE);
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void a_late_reply_goes_to_nobody_else(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start(&server);
    struct asked asked;
    connect_to(&asked, server.url);
    /* The first answer shows that the server lives, the second is late. */
    redis_ask(
        asked.redis, 50 * NS_PER_MS, on_answer, &asked, "BLPOP", "nothing", "0.3",
        NULL);
    run_until(&asked, 1);
    assert_int_equal(asked.error.code, ERROR_TIMEOUT);
    ASK(&asked, "ECHO", "mine");
    run_until(&asked, 2);
    assert_string_equal(asked.words, "mine");
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void a_cancelled_command_stays_silent(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start(&server);
    struct asked asked;
    int other = 0;
    connect_to(&asked, server.url);
    uint64_t ticket = ASK(&asked, "ECHO", "one");
    redis_ask(asked.redis, LIMIT_NS, on_answer, &other, "ECHO", "two", NULL);
    ASK(&asked, "ECHO", "three");
    redis_cancel(asked.redis, ticket);
    redis_cancel_all(asked.redis, &other);
    run_until(&asked, 1);
    assert_string_equal(asked.words, "three");
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void on_answer_free(void *owner, const struct redis_result *result) {
    struct asked *asked = owner;
    on_answer(owner, result);
    redis_free(asked->redis);
    asked->redis = NULL;
    loop_stop(asked->loop);
}

static void the_client_may_be_freed_by_its_own_answer(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start(&server);
    struct asked asked;
    connect_to(&asked, server.url);
    redis_ask(asked.redis, LIMIT_NS, on_answer_free, &asked, "PING", NULL);
    ASK(&asked, "PING");
    loop_run(asked.loop);
    assert_int_equal(asked.answers, 1);
    asked_clear(&asked);

    connect_to(&asked, "redis://127.0.0.1:1");
    redis_ask(asked.redis, NS_PER_MS, on_answer_free, &asked, "PING", NULL);
    ASK(&asked, "PING");
    loop_run(asked.loop);
    assert_int_equal(asked.answers, 1);
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void only_so_many_commands_may_wait(void **state) {
    (void)state;
    struct asked asked;
    connect_to(&asked, "unix:///nonexistent/redis.sock");
    for (unsigned i = 0; i < REDIS_PENDING_MAX + 5; i++) ASK(&asked, "PING");
    run_until(&asked, 5);
    assert_int_equal(asked.error.code, ERROR_LIMIT);
    asked_clear(&asked);
}

/* TLS */

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
        .connect_timeout_ns = NS_PER_S,
    };
    connect_with(&asked, &options);
    redis_ask(asked.redis, 500 * NS_PER_MS, on_answer, &asked, "PING", NULL);
    run_until(&asked, 1);
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
    connect_with(&asked, &options);
    redis_ask(asked.redis, NS_PER_S, on_answer, &asked, "PING", NULL);
    run_until(&asked, 1);
    assert_int_not_equal(asked.error.code, ERROR_NONE);
    asked_clear(&asked);
    test_redis_stop(&server);
}

/* A hostile peer: it answers every connection with the same bytes, again and again. */
struct villain {
    struct loop *loop;
    struct listener *listener;
    struct stream *clients[64];
    size_t client_count;
    const char *bytes;
    bool closes;
};

static void on_victim(void *owner, struct stream *stream) {
    struct villain *villain = owner;
    static const struct stream_handlers deaf = {NULL, NULL, NULL};
    if (villain->client_count == 64 || villain->closes) {
        stream_free(stream);
        return;
    }
    villain->clients[villain->client_count++] = stream;
    stream_attend(stream, &deaf, NULL);
    stream_write(stream, slice_of(villain->bytes));
}

static size_t memory_kib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (size_t)usage.ru_maxrss;
}

static void a_hostile_peer_costs_no_more_than_the_deadline(void **state) {
    (void)state;
    static const char *const replies[] = {
        "",
        "$2147483647\r\n",
        "*-5\r\n",
        "*2147483647\r\n",
        "+PONG\r\n+PONG\r\n+PONG\r\n",
        ">2\r\n+push\r\n+x\r\n",
        "$100\r\nhalf",
        "HTTP/1.1 200 OK\r\n\r\n",
        "-ERR max number of clients reached\r\n",
        "-NOAUTH Authentication required.\r\n",
        "-LOADING Redis is loading the dataset in memory\r\n",
        "\x1b]0;title\x07\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
        NULL, /* closes at once */
    };
    size_t before_kib = memory_kib();
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        struct villain villain = {
            .loop = loop_new(), .bytes = replies[i], .closes = !replies[i]};
        const struct listener_options options = {.port = 0};
        struct error err = {0};
        villain.listener =
            listener_new(villain.loop, &options, on_victim, &villain, &err);
        assert_non_null(villain.listener);
        char url[64];
        struct text text = TEXT_IN(url);
        text_addf(&text, "redis://127.0.0.1:%u", listener_port(villain.listener));
        struct asked asked = {.loop = villain.loop};
        const struct redis_options victim = {
            .url = url, .connect_timeout_ns = 50 * NS_PER_MS};
        asked.redis = redis_new(villain.loop, &victim, &err);
        uint64_t start_ns = loop_clock_ns();
        redis_ask(asked.redis, 200 * NS_PER_MS, on_answer, &asked, "PING", NULL);
        run_until(&asked, 1);
        assert_true(loop_clock_ns() - start_ns < 2 * NS_PER_S);
        assert_int_not_equal(asked.error.code, ERROR_NONE);
        assert_null(strchr(asked.error.message, '\x1b'));

        redis_free(asked.redis);
        for (size_t c = 0; c < villain.client_count; c++) {
            stream_free(villain.clients[c]);
        }
        listener_free(villain.listener);
        loop_free(villain.loop);
    }
    assert_true(memory_kib() - before_kib < 16384);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hostile_peer_costs_no_more_than_the_deadline),
        cmocka_unit_test(commands_are_answered_over_every_transport),
        cmocka_unit_test(password_database_and_name_are_sent_first),
        cmocka_unit_test(a_reader_cannot_write),
        cmocka_unit_test(a_refused_connection_is_the_answer),
        cmocka_unit_test(a_restarted_server_is_found_again),
        cmocka_unit_test(commands_on_their_way_are_lost_with_the_connection),
        cmocka_unit_test(a_frozen_server_costs_a_deadline_and_the_connection),
        cmocka_unit_test(a_late_reply_goes_to_nobody_else),
        cmocka_unit_test(a_cancelled_command_stays_silent),
        cmocka_unit_test(the_client_may_be_freed_by_its_own_answer),
        cmocka_unit_test(only_so_many_commands_may_wait),
        cmocka_unit_test(tls_is_verified_in_every_way),
        cmocka_unit_test(tls_against_a_plain_server_ends_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
