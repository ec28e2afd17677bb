/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/server_state.h"

enum { HEADERS_BYTES_MAX = 16 * 1024 }; /* past it: 431 or 414, by libmicrohttpd */

/* What libmicrohttpd tells. None of these runs libmicrohttpd. */

/* Its words are for nobody, but it has some when a connection cannot be accepted. */
static void on_log(void *owner, const char *words, va_list args)
    __attribute__((format(printf, 2, 0)));
static void on_log(void *owner, const char *words, va_list args) {
    struct server *server = owner;
    (void)words;
    (void)args;
    server->complained = true;
}

/* A path is decoded by who knows what it means, and never twice. */
static size_t leave_encoded(
    void *owner, struct MHD_Connection *connection, char *words) {
    (void)owner;
    (void)connection;
    return strlen(words);
}

static int descriptor_of(struct MHD_Connection *mhd) {
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static void open_connection(
    struct server *server, struct MHD_Connection *mhd, void **slot) {
    struct server_connection *connection = memory_new(sizeof *connection);
    connection->server = server;
    connection->descriptor = descriptor_of(mhd);
    connection->since_ns = loop_clock_ns();
    connection->next = server->connections;
    if (connection->next) connection->next->link = &connection->next;
    connection->link = &server->connections;
    server->connections = connection;
    *slot = connection;
    server_sweep_start(server);
}

/* After a complaint libmicrohttpd listens again when one has ended, but only once it
 * runs the next time: nothing else might wake it. */
static void close_connection(struct server_connection *connection) {
    struct server *server = connection->server;
    if (server->complained || server->held_back) server->resumed = true;
    server->held_back = false;
    *connection->link = connection->next;
    if (connection->next) connection->next->link = connection->link;
    free(connection);
}

static void on_connection(
    void *owner, struct MHD_Connection *mhd, void **slot,
    enum MHD_ConnectionNotificationCode what) {
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        open_connection(owner, mhd, slot);
    } else {
        close_connection(*slot);
    }
}

static struct server_request *begin_request(
    struct server *server, struct MHD_Connection *mhd) {
    struct server_connection *connection =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
            ->socket_context;
    struct server_request *request =
        server_request_new(connection, mhd, server->options.body_max_bytes);
    request->started_ns = loop_clock_ns();
    connection->request = request;
    server->request_count++;
    return request;
}

static enum MHD_Result send_now(struct server_request *request) {
    return server_request_send(request, loop_clock_ns()) ? MHD_YES : MHD_NO;
}

static enum MHD_Result receive(
    struct server_request *request, const char *bytes, size_t *length) {
    bool bearable = server_request_receive(request, bytes, *length);
    *length = 0;
    if (!bearable) shutdown(request->connection->descriptor, SHUT_RDWR);
    return MHD_YES;
}

/* The owner has answered, let go of it, or takes its time. */
static enum MHD_Result go_on(struct server_request *request) {
    if (request->state == REQUEST_READY) return send_now(request);
    if (request->state == REQUEST_DROPPED) return MHD_NO;
    request->is_suspended = true;
    MHD_suspend_connection(request->mhd);
    return MHD_YES;
}

/* The whole request is here. What is answered on the spot is never suspended, which
 * would cost more than many an answer. */
static enum MHD_Result arrive(struct server *server, struct server_request *request) {
    unsigned refusal = 0;
    if (request->body.overflow) refusal = MHD_HTTP_CONTENT_TOO_LARGE;
    if (server->freed) refusal = MHD_HTTP_SERVICE_UNAVAILABLE;
    if (refusal) {
        server_request_refuse(request, refusal);
        return send_now(request);
    }
    request->state = REQUEST_WAITING;
    server->on_request(server->owner, request);
    return go_on(request);
}

/* Also of "http://host/path", which every server must take: RFC 9112, 3.2.2. */
static const char *path_of(const char *url) {
    static const char scheme[] = "http://";
    if (strncasecmp(url, scheme, sizeof scheme - 1) != 0) return url;
    const char *path = strchr(url + sizeof scheme - 1, '/');
    return path ? path : "/";
}

/* NOLINTNEXTLINE(readability-function-size): libmicrohttpd's own parameters */
static enum MHD_Result on_mhd_request(
    void *owner, struct MHD_Connection *mhd, const char *url, const char *method,
    const char *version, const char *bytes, size_t *length, void **slot) {
    struct server *server = owner;
    struct server_request *request = *slot;
    (void)version;
    if (!request) {
        *slot = request = begin_request(server, mhd);
        request->method = method;
        request->path = path_of(url);
        unsigned status = server_request_check(request);
        if (status == 0) return MHD_YES;
        server_request_refuse(request, status);
        return send_now(request);
    }
    if (*length > 0) return receive(request, bytes, length);
    switch (request->state) {
    case REQUEST_RECEIVING: return arrive(server, request);
    case REQUEST_READY: return send_now(request);
    case REQUEST_WAITING:
    case REQUEST_SENDING:
    case REQUEST_DROPPED:
    case REQUEST_LOST: break;
    }
    return MHD_NO;
}

static void on_completed(
    void *owner, struct MHD_Connection *mhd, void **slot,
    enum MHD_RequestTerminationCode how) {
    struct server *server = owner;
    struct server_request *request = *slot;
    (void)mhd;
    (void)how;
    if (!request) return;
    ensure(request->state != REQUEST_WAITING);
    request->connection->request = NULL;
    request->connection->used = true;
    request->connection->since_ns = loop_clock_ns();
    *slot = NULL;
    if (request->stream.is_open) {
        request->state = REQUEST_LOST;
        request->connection = NULL;
        request->mhd = NULL;
        request->next = server->lost;
        server->lost = request;
        return;
    }
    server->request_count--;
    server_request_free(request);
}

struct MHD_Daemon *server_daemon_start(struct server *server) {
    unsigned idle_s =
        (unsigned)((server->options.idle_timeout_ns + NS_PER_S - 1) / NS_PER_S);
    const struct server_options *limits = &server->options;
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_log, server}, /* must come first */
        {MHD_OPTION_LISTEN_SOCKET, server->listener, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADERS_BYTES_MAX, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)limits->connections_max, NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)limits->address_max, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)idle_s, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, server},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, server},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_encoded, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        on_mhd_request, server, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
}
