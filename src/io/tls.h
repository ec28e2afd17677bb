/* TLS for a client, as a codec: bytes of the wire in and out, plain bytes out and in.
 * The certificate and the host's name are always verified, unless told `insecure`. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/scan.h"

struct tls;
struct tls_config;

struct tls_options {
    const char *ca, *cert, *key; /* PEM files; NULL or "" for the system's, for none */
    const char *server_name;     /* instead of the host that is connected to */
    bool insecure;               /* no verification at all */
    bool reuse_sessions; /* later connections go on with the last one's session, so all
                          * of them must be to one server */
};

/* Reads the files; one configuration serves many connections. */
struct tls_config *tls_config_new(const struct tls_options *options, struct error *err);
void tls_config_free(struct tls_config *config);

/* A new connection to `host`, a name or an address, which is what gets verified. */
struct tls *tls_new(
    const struct tls_config *config, const char *host, struct error *err);
void tls_free(struct tls *tls);

/* Bytes that came from the wire. */
void tls_receive(struct tls *tls, struct slice bytes);

/* Bytes that have to go to the wire; 0 when there are none. */
size_t tls_output(struct tls *tls, char *to, size_t size);

/* Goes on as far as the received bytes allow. */
enum tls_progress { TLS_WAITS, TLS_DONE, TLS_FAILED };
enum tls_progress tls_handshake(struct tls *tls, struct error *err);

/* TLS_DONE with *length plain bytes, TLS_WAITS when there are none yet, TLS_FAILED also
 * at the peer's orderly end, as ERROR_LOST. */
enum tls_progress tls_read(
    struct tls *tls, char *to, size_t size, size_t *length, struct error *err);

/* Whether it is worth reading again: received bytes have not been looked at yet. */
bool tls_has_more(const struct tls *tls);

/* After the handshake. */
bool tls_write(struct tls *tls, struct slice plain, struct error *err);
