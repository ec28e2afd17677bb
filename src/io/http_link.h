/* One open connection to an HTTP peer: what is sent goes
 * out as the kernel takes it, what comes is handed on.
 * Between two uses it watches for its end. For io/http only. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"
#include "io/http_wire.h"

struct loop;

/* What its user wants to hear; neither runs inside a call of this file, and after
 * either the link may be gone. */
struct http_link_user {
    void *owner;
    void (*on_bytes)(void *owner, struct slice bytes); /* borrowed, never empty */
    /* The peer closed it: 0, or the errno of what failed. */
    void (*on_end)(void *owner, int number);
};

struct http_link {
    struct http_link *next;         /* for who keeps it while nobody uses it, */
    void *keeper;                   /* and who that is */
    char name[HTTP_WIRE_NAME_SIZE]; /* of the peer */
    uint64_t idle_ns;               /* since when nobody uses it */
    struct http_link_user user;
    struct loop_watch *watch;
    int socket;
    struct slice unsent; /* borrowed from the user */
    char *room; /* where bytes are read to, of HTTP_LINK_READ_SIZE; borrowed, shared */
};

enum { HTTP_LINK_READ_SIZE = 32 * 1024 };

/* Takes a connected socket; `room` stays the caller's. */
struct http_link *http_link_new(struct loop *loop, int socket, char *room);
void http_link_free(struct http_link *link);

/* Sends bytes that stay where they are until they are sent or the link is gone. A
 * failure is heard of as the end of the link. */
void http_link_send(struct http_link *link, struct slice bytes);
