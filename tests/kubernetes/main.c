/* The API server for tests as a program: for kubectl, for shells, and for whoever wants
 * to try what the canary does to a cluster without having one. */
/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/loop.h"
#include "support/kubernetes_peer.h"

static const char usage[] =
    "usage: kubernetes-peer [-s SOCKET] [-p PORT] [-t]\n"
    "  -s  listens on a unix socket, as `kubectl proxy --unix-socket` does\n"
    "  -p  listens on that port of 127.0.0.1, 0 for a free one\n"
    "  -t  asks for the token \"alice\"\n";

static void on_signal(void *owner, int number) {
    (void)number;
    loop_stop(owner);
}

static bool read_options(
    int argc, char **argv, struct kubernetes_peer_options *options, bool *tokens) {
    int option;
    while ((option = getopt(argc, argv, "s:p:t")) != -1) {
        if (option == 's') options->path = optarg;
        if (option == 't') *tokens = true;
        if (option == 'p') {
            options->tcp = true;
            options->port = (uint16_t)strtoul(optarg, NULL, 10);
        }
        if (option == '?') return false;
    }
    if (!options->path) options->tcp = true;
    return true;
}

static void serve(struct loop *loop) {
    struct loop_signal *interrupted = loop_on_signal(loop, SIGINT, on_signal, loop);
    struct loop_signal *ended = loop_on_signal(loop, SIGTERM, on_signal, loop);
    loop_run(loop);
    loop_signal_free(interrupted);
    loop_signal_free(ended);
}

int main(int argc, char **argv) {
    struct kubernetes_peer_options options = {0};
    bool tokens = false;
    if (!read_options(argc, argv, &options, &tokens)) {
        fputs(usage, stderr);
        return 2;
    }
    struct loop *loop = loop_new();
    struct kubernetes_peer *peer = kubernetes_peer_new(loop, &options);
    kubernetes_peer_api(peer)->tokens = tokens;
    kubernetes_peer_add_agent(peer);
    if (options.tcp) printf("http://127.0.0.1:%u\n", kubernetes_peer_port(peer));
    if (options.path) printf("unix:%s\n", options.path);
    fflush(stdout);
    serve(loop);
    kubernetes_peer_free(peer);
    loop_free(loop);
    return 0;
}
