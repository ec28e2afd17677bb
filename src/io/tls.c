/* SPDX-License-Identifier: MIT */
#include "io/tls.h"

#include <arpa/inet.h>
#include <limits.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"

enum { SERVER_NAME_SIZE = 256 };

struct tls_config {
    SSL_CTX *context;
    char server_name[SERVER_NAME_SIZE]; /* "" for the host's */
    bool insecure;
    SSL_SESSION *session; /* the last one, if they are reused; or NULL */
};

struct tls {
    SSL *ssl;
    BIO *in, *out; /* owned by ssl */
};

static bool is_given(const char *words) {
    return words && words[0];
}

static bool fail(struct error *err, const char *doing) {
    unsigned long code = ERR_get_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    ERR_clear_error();
    return error_set(err, ERROR_TLS, "%s: %s", doing, reason ? reason : "failed");
}

/* Without this OpenSSL asks the terminal. */
static int refuse_password(char *to, int size, int writing, void *unused) {
    (void)to, (void)size, (void)writing, (void)unused;
    return -1;
}

static bool load_trust(SSL_CTX *context, const char *ca, struct error *err) {
    if (!is_given(ca)) {
        if (SSL_CTX_set_default_verify_paths(context) == 1) return true;
        return fail(err, "reading the system's certificates");
    }
    if (SSL_CTX_load_verify_locations(context, ca, NULL) == 1) return true;
    fail(err, ca);
    return error_wrap(err, "reading the authority's certificate");
}

static bool load_identity(
    SSL_CTX *context, const struct tls_options *options, struct error *err) {
    if (!is_given(options->cert)) return true;
    const char *key = is_given(options->key) ? options->key : options->cert;
    if (SSL_CTX_use_certificate_chain_file(context, options->cert) != 1) {
        fail(err, options->cert);
        return error_wrap(err, "reading the certificate");
    }
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        fail(err, key);
        return error_wrap(err, "reading the key");
    }
    return true;
}

/* Takes the session over. */
static int on_session(SSL *ssl, SSL_SESSION *session) {
    struct tls_config *config = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    SSL_SESSION_free(config->session);
    config->session = session;
    return 1;
}

static void keep_sessions(struct tls_config *config) {
    SSL_CTX_set_app_data(config->context, config);
    SSL_CTX_set_session_cache_mode(
        config->context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(config->context, on_session);
}

struct tls_config *tls_config_new(
    const struct tls_options *options, struct error *err) {
    struct tls_config *config = memory_new(sizeof *config);
    config->insecure = options->insecure;
    config->context = SSL_CTX_new(TLS_client_method());
    ensure(config->context);
    SSL_CTX_set_min_proto_version(config->context, TLS1_2_VERSION);
    SSL_CTX_set_options(
        config->context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_default_passwd_cb(config->context, refuse_password);
    SSL_CTX_set_verify(
        config->context, options->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);

    if (options->reuse_sessions) keep_sessions(config);
    const char *name = is_given(options->server_name) ? options->server_name : "";
    if (!text_copy(config->server_name, sizeof config->server_name, name)) {
        error_set(err, ERROR_LIMIT, "the server's name is too long");
    } else if (
        load_trust(config->context, options->ca, err) &&
        load_identity(config->context, options, err)) {
        return config;
    }
    tls_config_free(config);
    return NULL;
}

void tls_config_free(struct tls_config *config) {
    if (!config) return;
    SSL_SESSION_free(config->session);
    SSL_CTX_free(config->context);
    free(config);
}

static bool is_address(const char *host) {
    unsigned char bytes[16];
    return inet_pton(AF_INET, host, bytes) == 1 ||
           inet_pton(AF_INET6, host, bytes) == 1;
}

/* Names go into SNI and are matched against the certificate's names, addresses against
 * its addresses. */
static bool set_name(SSL *ssl, const char *name) {
    if (is_address(name)) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;
    }
    return SSL_set_tlsext_host_name(ssl, name) == 1 && SSL_set1_host(ssl, name) == 1;
}

struct tls *tls_new(
    const struct tls_config *config, const char *host, struct error *err) {
    struct tls *tls = memory_new(sizeof *tls);
    tls->ssl = SSL_new(config->context);
    tls->in = BIO_new(BIO_s_mem());
    tls->out = BIO_new(BIO_s_mem());
    ensure(tls->ssl && tls->in && tls->out);
    SSL_set_bio(tls->ssl, tls->in, tls->out);
    SSL_set_connect_state(tls->ssl);
    const char *name = config->server_name[0] ? config->server_name : host;
    if (config->session) SSL_set_session(tls->ssl, config->session);
    if (set_name(tls->ssl, name)) return tls;
    fail(err, "the server's name");
    tls_free(tls);
    return NULL;
}

void tls_free(struct tls *tls) {
    if (!tls) return;
    /* Otherwise OpenSSL takes the session for broken, and nobody can go on with it. */
    SSL_set_shutdown(tls->ssl, SSL_SENT_SHUTDOWN);
    SSL_free(tls->ssl);
    free(tls);
}

void tls_receive(struct tls *tls, struct slice bytes) {
    ensure(bytes.length <= INT_MAX);
    if (bytes.length == 0) return;
    ensure(BIO_write(tls->in, bytes.data, (int)bytes.length) == (int)bytes.length);
}

size_t tls_output(struct tls *tls, char *to, size_t size) {
    int got = BIO_read(tls->out, to, size > INT_MAX ? INT_MAX : (int)size);
    return got > 0 ? (size_t)got : 0;
}

/* What a call that returned `result` means. */
static enum tls_progress judge(struct tls *tls, int result, struct error *err) {
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_NONE: return TLS_DONE;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return TLS_WAITS;
    case SSL_ERROR_ZERO_RETURN:
        error_set(err, ERROR_LOST, "the peer closed the connection");
        return TLS_FAILED;
    default: break;
    }
    long verified = SSL_get_verify_result(tls->ssl);
    if (verified != X509_V_OK && SSL_get_verify_mode(tls->ssl) != SSL_VERIFY_NONE) {
        ERR_clear_error();
        error_set(
            err, ERROR_TLS, "certificate: %s", X509_verify_cert_error_string(verified));
        return TLS_FAILED;
    }
    fail(err, "TLS");
    return TLS_FAILED;
}

enum tls_progress tls_handshake(struct tls *tls, struct error *err) {
    ERR_clear_error();
    return judge(tls, SSL_do_handshake(tls->ssl), err);
}

enum tls_progress tls_read(
    struct tls *tls, char *to, size_t size, size_t *length, struct error *err) {
    ERR_clear_error();
    int got = SSL_read(tls->ssl, to, size > INT_MAX ? INT_MAX : (int)size);
    if (got > 0) *length = (size_t)got;
    return judge(tls, got, err);
}

bool tls_has_more(const struct tls *tls) {
    return BIO_ctrl_pending(tls->in) > 0 || SSL_has_pending(tls->ssl) == 1;
}

bool tls_write(struct tls *tls, struct slice plain, struct error *err) {
    ensure(plain.length <= INT_MAX);
    if (plain.length == 0) return true;
    ERR_clear_error();
    int put = SSL_write(tls->ssl, plain.data, (int)plain.length);
    return put > 0 || judge(tls, put, err) == TLS_DONE;
}
