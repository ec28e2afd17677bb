/* SPDX-License-Identifier: MIT */
#include "load_scrape.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "io/loop.h"
#include "io/server.h"
#include "report/load_summary.h"

enum { ADDRESS_SIZE = 64, BODY_BYTES_MAX = 64 * 1024, CONNECTIONS_MAX = 16 };

struct load_scrape {
    struct server *server;
    struct buffer body; /* what is told at the moment */
};

static void answer(void *owner, struct server_request *request) {
    const struct load_scrape *scrape = owner;
    bool gets = strcmp(server_request_method(request), "GET") == 0;
    if (gets && strcmp(server_request_path(request), "/metrics") == 0) {
        server_answer(
            request, 200, "text/plain; version=0.0.4", buffer_slice(&scrape->body));
    } else {
        server_answer(request, gets ? 404 : 405, "text/plain", slice_of("/metrics\n"));
    }
}

static void on_gone(void *owner, struct server_request *request) {
    (void)owner;
    (void)request;
}

static bool split_address(
    const char *address, char host[ADDRESS_SIZE], uint16_t *port, struct error *err) {
    const char *colon = strrchr(address, ':');
    uint64_t number = 0;
    struct text text = text_in(host, ADDRESS_SIZE);
    if (!colon || !slice_u64(slice_of(colon + 1), &number) || number > UINT16_MAX) {
        return error_set(
            err, ERROR_USAGE,
            "--metrics-listen: expected an address like "
            "127.0.0.1:9100");
    }
    struct slice name = {address, (size_t)(colon - address)};
    if (name.length >= 2 && name.data[0] == '[' && name.data[name.length - 1] == ']') {
        name.data++;
        name.length -= 2;
    }
    text_add_slice(&text, name);
    *port = (uint16_t)number;
    return true;
}

struct load_scrape *load_scrape_new(
    struct loop *loop, const char *address, struct error *err) {
    char host[ADDRESS_SIZE];
    uint16_t port = 0;
    if (!split_address(address, host, &port, err)) return NULL;
    struct load_scrape *scrape = memory_new(sizeof *scrape);
    const struct server_options options = {
        .address = host, .port = port, .connections_max = CONNECTIONS_MAX};
    buffer_init(&scrape->body, BODY_BYTES_MAX);
    scrape->server = server_new(loop, &options, answer, on_gone, scrape, err);
    if (scrape->server) return scrape;
    error_wrap(err, "--metrics-listen");
    load_scrape_free(scrape);
    return NULL;
}

void load_scrape_free(struct load_scrape *scrape) {
    if (!scrape) return;
    server_free(scrape->server);
    buffer_clear(&scrape->body);
    free(scrape);
}

void load_scrape_show(struct load_scrape *scrape, const struct load_course *course) {
    buffer_reset(&scrape->body);
    load_summary_metrics(course, &scrape->body);
}
