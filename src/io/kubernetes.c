/* SPDX-License-Identifier: MIT */
#include "io/kubernetes.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "io/json.h"
#include "io/kubectl_proxy.h"
#include "io/loop.h"

enum { URL_SIZE = HTTP_URL_SIZE, WORDS_SIZE = 200, FIRST_ERROR = 400 };

#define TIMEOUT_NS (5 * NS_PER_S)
#define RETRY_NS   (25 * NS_PER_MS) /* while the proxy opens its socket */
#define RESTART_NS NS_PER_S         /* between one that came to nothing and the next */
#define OPEN_NS    (20 * NS_PER_S)  /* for a login, until its socket is open */

/* How the proxy is to be run; strings of our own. */
struct wish {
    char *program, *kubeconfig, *context, *namespace, *socket;
    bool read_only;
};

struct kubernetes {
    struct loop *loop; /* borrowed */
    struct wish wish;
    struct http *http;
    struct kubectl_proxy *proxy; /* NULL: none was started, or it is somebody else's */
    bool has_served;     /* that one has answered: if it ends, another may, too */
    uint64_t started_ns; /* when that one was */
    struct kubernetes_exchange *first;
};

struct kubernetes_exchange {
    struct kubernetes_exchange *next;
    struct kubernetes *kubernetes; /* borrowed */
    char *method, *path, *type;    /* owned */
    char *body;
    size_t body_length;
    uint64_t deadline_ns;
    struct http_call *http;
    struct loop_timer *timer;
    struct error error; /* for `timer`: why it was not sent */
    kubernetes_done_fn on_done;
    void *owner;
};

static void send_exchange(struct kubernetes_exchange *exchange);

static char *copy_given(const char *value, const char *without) {
    return memory_copy_string(value && *value ? value : without);
}

struct kubernetes *kubernetes_new(
    struct loop *loop, const struct kubernetes_options *options) {
    struct kubernetes *kubernetes = memory_new(sizeof *kubernetes);
    kubernetes->loop = loop;
    kubernetes->wish = (struct wish){
        .program = copy_given(options->kubectl, "kubectl"),
        .kubeconfig = copy_given(options->kubeconfig, ""),
        .context = copy_given(options->context, ""),
        .namespace = copy_given(options->namespace, "default"),
        .socket = copy_given(options->socket, ""),
        .read_only = options->authority == HTTP_READ_ONLY,
    };
    kubernetes->http = http_new(loop, options->authority);
    return kubernetes;
}

void kubernetes_free(struct kubernetes *kubernetes) {
    if (!kubernetes) return;
    struct kubernetes_exchange *exchange = kubernetes->first;
    while (exchange) {
        struct kubernetes_exchange *next = exchange->next;
        kubernetes_exchange_free(exchange);
        exchange = next;
    }
    http_free(kubernetes->http);
    kubectl_proxy_free(kubernetes->proxy);
    free(kubernetes->wish.program);
    free(kubernetes->wish.kubeconfig);
    free(kubernetes->wish.context);
    free(kubernetes->wish.namespace);
    free(kubernetes->wish.socket);
    free(kubernetes);
}

const char *kubernetes_namespace(const struct kubernetes *kubernetes) {
    return kubernetes->wish.namespace;
}

void kubernetes_exchange_free(struct kubernetes_exchange *exchange) {
    if (!exchange) return;
    struct kubernetes_exchange **link = &exchange->kubernetes->first;
    while (*link != exchange) link = &(*link)->next;
    *link = exchange->next;
    http_call_free(exchange->http);
    loop_timer_free(exchange->timer);
    free(exchange->method);
    free(exchange->path);
    free(exchange->type);
    free(exchange->body);
    free(exchange);
}

static void finish(
    struct kubernetes_exchange *exchange, const struct kubernetes_reply *reply) {
    kubernetes_done_fn on_done = exchange->on_done;
    void *owner = exchange->owner;
    kubernetes_exchange_free(exchange);
    on_done(owner, reply);
}

static enum kubernetes_outcome outcome_of(unsigned status) {
    if (status < FIRST_ERROR) return KUBERNETES_DONE;
    switch (status) {
    case 401:
    case 403: return KUBERNETES_DENIED;
    case 404: return KUBERNETES_MISSING;
    case 409:
    case 422: return KUBERNETES_CONFLICT;
    case 408:
    case 429: return KUBERNETES_UNKNOWN;
    default: return status >= 500 ? KUBERNETES_UNKNOWN : KUBERNETES_REFUSED;
    }
}

/* "PATCH /apis/…: 422 Invalid: the server …". */
static void explain(
    const struct kubernetes_exchange *exchange, struct kubernetes_reply *reply) {
    char words[WORDS_SIZE] = "";
    struct text text = TEXT_IN(words);
    const struct node *reason = node_get(reply->body, "reason");
    const struct node *message = node_get(reply->body, "message");
    if (reason && reason->kind == NODE_STRING) {
        text_add_char(&text, ' ');
        safe_text_add(&text, reason->string);
    }
    if (message && message->kind == NODE_STRING) {
        text_add(&text, ": ");
        safe_text_add(&text, message->string);
    }
    error_set(
        &reply->error, ERROR_REPLY, "%s %s: %u%s",
        *exchange->method ? exchange->method : "GET", exchange->path, reply->status,
        words);
}

/* An answer that cannot be read says nothing about what was done. */
static void judge(
    const struct kubernetes_exchange *exchange, struct kubernetes_reply *reply,
    const struct document *document, const struct error *unread) {
    reply->outcome = outcome_of(reply->status);
    reply->body = document ? document_root(document) : NULL;
    if (reply->outcome != KUBERNETES_DONE) {
        explain(exchange, reply);
    } else if (!document) {
        reply->outcome = KUBERNETES_UNKNOWN;
        reply->error = *unread;
        error_wrap(&reply->error, "%s", exchange->path);
    }
}

/* Nothing was sent yet: the proxy is only about to open its socket, or has ended and is
 * to be started again. One that never came so far will not come the next time. */
static bool may_wait(
    const struct kubernetes_exchange *exchange, const struct error *why) {
    const struct kubernetes *kubernetes = exchange->kubernetes;
    const struct kubectl_proxy *proxy = kubernetes->proxy;
    return why->code == ERROR_CONNECT && proxy &&
           (kubectl_proxy_runs(proxy) || kubernetes->has_served) &&
           loop_clock_ns() + RETRY_NS < exchange->deadline_ns;
}

/* One that hangs before it has opened its socket, as at a login that nobody answers. */
static bool is_stuck(const struct kubernetes *kubernetes) {
    return kubernetes->proxy && !kubernetes->has_served &&
           loop_clock_ns() - kubernetes->started_ns > OPEN_NS;
}

static void on_lost(struct kubernetes_exchange *exchange, const struct error *why) {
    struct kubernetes_reply reply = {.outcome = KUBERNETES_UNKNOWN, .error = *why};
    struct kubernetes *kubernetes = exchange->kubernetes;
    if (why->code == ERROR_CONNECT && is_stuck(kubernetes)) {
        kubectl_proxy_free(kubernetes->proxy);
        kubernetes->proxy = NULL; /* the next request starts another */
    }
    const struct kubectl_proxy *proxy = kubernetes->proxy;
    if (why->code == ERROR_FORBIDDEN) reply.outcome = KUBERNETES_DENIED;
    if (why->code == ERROR_USAGE) reply.outcome = KUBERNETES_REFUSED;
    if (proxy && !kubectl_proxy_runs(proxy)) {
        error_set(
            &reply.error, ERROR_CONNECT, "kubectl proxy does not run: %s",
            kubectl_proxy_words(proxy));
    }
    finish(exchange, &reply);
}

static void on_retry(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct kubernetes_exchange *exchange = owner;
    const struct kubernetes *kubernetes = exchange->kubernetes;
    exchange->timer = NULL;
    if (kubernetes->proxy && !kubectl_proxy_runs(kubernetes->proxy) &&
        !kubernetes->has_served) {
        const struct error why = {.code = ERROR_CONNECT};
        on_lost(exchange, &why);
        return;
    }
    send_exchange(exchange);
}

static void on_reply(void *owner, const struct http_reply *http) {
    struct kubernetes_exchange *exchange = owner;
    exchange->http = NULL;
    if (may_wait(exchange, &http->error)) {
        exchange->timer =
            loop_after(exchange->kubernetes->loop, RETRY_NS, on_retry, exchange);
        return;
    }
    if (http->error.code != ERROR_NONE) {
        on_lost(exchange, &http->error);
        return;
    }
    struct error unread = {0};
    struct kubernetes_reply reply = {.status = http->status};
    exchange->kubernetes->has_served = true;
    struct document *document = json_parse(http->body, &unread);
    judge(exchange, &reply, document, &unread);
    finish(exchange, &reply);
    document_free(document);
}

static void on_unsent(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct kubernetes_exchange *exchange = owner;
    exchange->timer = NULL;
    struct error why = exchange->error;
    on_lost(exchange, &why);
}

/* The socket to ask, with a proxy behind it; NULL when none can be started. */
static const char *socket_of(struct kubernetes *kubernetes, struct error *err) {
    const struct wish *wish = &kubernetes->wish;
    if (*wish->socket) return wish->socket;
    if (kubernetes->proxy && !kubectl_proxy_runs(kubernetes->proxy)) {
        bool is_soon = loop_clock_ns() - kubernetes->started_ns < RESTART_NS;
        if (!kubernetes->has_served && is_soon) {
            error_set(err, ERROR_CONNECT, "it has just ended");
            return NULL;
        }
        kubectl_proxy_free(kubernetes->proxy);
        kubernetes->proxy = NULL;
    }
    if (!kubernetes->proxy) {
        const struct kubectl_proxy_options options = {
            .program = wish->program,
            .kubeconfig = wish->kubeconfig,
            .context = wish->context,
            .namespace = wish->namespace,
            .read_only = wish->read_only,
        };
        kubernetes->has_served = false;
        kubernetes->started_ns = loop_clock_ns();
        kubernetes->proxy = kubectl_proxy_start(kubernetes->loop, &options, err);
    }
    return kubernetes->proxy ? kubectl_proxy_socket(kubernetes->proxy) : NULL;
}

static void send_exchange(struct kubernetes_exchange *exchange) {
    struct kubernetes *kubernetes = exchange->kubernetes;
    char url[URL_SIZE];
    struct text text = TEXT_IN(url);
    /* The proxy lets in who calls it by this name. */
    text_addf(&text, "http://localhost%s", exchange->path);
    const char *socket =
        text.truncated ? NULL : socket_of(kubernetes, &exchange->error);
    if (!socket) {
        if (text.truncated) {
            error_set(&exchange->error, ERROR_USAGE, "the path is too long");
        }
        exchange->timer = loop_soon(kubernetes->loop, on_unsent, exchange);
        return;
    }
    uint64_t now_ns = loop_clock_ns();
    uint64_t left_ns =
        exchange->deadline_ns > now_ns ? exchange->deadline_ns - now_ns : 1;
    const struct http_peer peer = {.unix_socket = socket};
    const struct http_header type = {"Content-Type", exchange->type};
    const struct http_request request = {
        .method = *exchange->method ? exchange->method : NULL,
        .url = url,
        .peer = &peer,
        .headers = &type,
        .header_count = *exchange->type ? 1 : 0,
        .body = {.data = exchange->body, .length = exchange->body_length},
        .timeout_ns = left_ns,
        .body_max_bytes = KUBERNETES_REPLY_MAX,
        /* On a connection that was kept and turns out dead a request is sent again
         * without asking: no write may be. */
        .new_connection = *exchange->method != '\0',
    };
    exchange->http = http_start(kubernetes->http, &request, on_reply, exchange);
}

struct kubernetes_exchange *kubernetes_start(
    struct kubernetes *kubernetes, const struct kubernetes_request *request,
    kubernetes_done_fn on_done, void *owner) {
    struct kubernetes_exchange *exchange = memory_new(sizeof *exchange);
    exchange->kubernetes = kubernetes;
    exchange->next = kubernetes->first;
    kubernetes->first = exchange;
    exchange->method = copy_given(request->method, "");
    exchange->path = memory_copy_string(request->path);
    exchange->type = copy_given(request->type, "");
    exchange->body = memory_copy_bytes(request->body.data, request->body.length);
    exchange->body_length = request->body.length;
    exchange->deadline_ns =
        loop_clock_ns() + (request->timeout_ns ? request->timeout_ns : TIMEOUT_NS);
    exchange->on_done = on_done;
    exchange->owner = owner;
    send_exchange(exchange);
    return exchange;
}
