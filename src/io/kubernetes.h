/* The API of a Kubernetes cluster, through `kubectl proxy` on a unix socket: one
 * request, one answer, and what the answer means for whoever asked. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"
#include "core/node.h"
#include "io/http.h"

struct kubernetes;
struct kubernetes_exchange;
struct loop;

enum { KUBERNETES_REPLY_MAX = 4 * 1024 * 1024 };

struct kubernetes_options {
    const char *kubectl, *kubeconfig, *context; /* as of io/kubectl_proxy.h */
    const char *namespace;                      /* "" for "default" */
    const char *socket; /* of a proxy that somebody else runs; NULL or "" to run one */
    enum http_authority authority;
};

enum kubernetes_outcome {
    KUBERNETES_DONE,
    KUBERNETES_MISSING,  /* 404: it is not there */
    KUBERNETES_CONFLICT, /* 409, 422: it is not as the request supposes */
    KUBERNETES_DENIED,   /* 401, 403, or our own authority: cannot act */
    KUBERNETES_UNKNOWN,  /* a timeout, a reset, 429, 5xx: it may be done or not */
    KUBERNETES_REFUSED,  /* another 4xx: it will never be done */
};

struct kubernetes_reply {
    enum kubernetes_outcome outcome;
    unsigned status;         /* 0 without an answer */
    const struct node *body; /* borrowed; NULL unless an answer in JSON came */
    struct error error;      /* in words, unless done */
};

typedef void (*kubernetes_done_fn)(void *owner, const struct kubernetes_reply *reply);

/* A proxy of its own is started with the first request, and again when it has died. */
struct kubernetes *kubernetes_new(
    struct loop *loop, const struct kubernetes_options *options);
void kubernetes_free(struct kubernetes *kubernetes); /* ends every call silently */
const char *kubernetes_namespace(const struct kubernetes *kubernetes);

struct kubernetes_request {
    const char *method; /* NULL for GET */
    const char *path;   /* "/api/v1/…", with its query */
    const char *type;   /* of the body: "application/json-patch+json" */
    struct slice body;
    uint64_t timeout_ns; /* of all, also of starting the proxy; 0 for 5 s */
};

/* `on_done` runs exactly once unless the call is freed first, and never inside this. */
struct kubernetes_exchange *kubernetes_start(
    struct kubernetes *kubernetes, const struct kubernetes_request *request,
    kubernetes_done_fn on_done, void *owner);
void kubernetes_exchange_free(struct kubernetes_exchange *exchange);
