/* The functions of OpenSSL under their own names,
 * but loaded when one is first called: its tables alone are most
 * of what the loader would have to do until the first frame. */
/* SPDX-License-Identifier: MIT */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "io/late_library.h"

_Static_assert(OPENSSL_VERSION_MAJOR == 3, "the library's name has its number");

#define TLS_LIBRARY    "libssl.so.3"
#define CRYPTO_LIBRARY "libcrypto.so.3"

typedef int (*new_session_fn)(SSL *ssl, SSL_SESSION *session);

/* clang-format off */
/*    name                              parameters and arguments */
#define TLS_PROCEDURES(X) \
    X(SSL_CTX_free,                     (SSL_CTX *context), (context)) \
    X(SSL_CTX_sess_set_new_cb,          (SSL_CTX *context, new_session_fn is_new), (context, is_new)) \
    X(SSL_CTX_set_default_passwd_cb,    (SSL_CTX *context, pem_password_cb *ask), (context, ask)) \
    X(SSL_CTX_set_verify,               (SSL_CTX *context, int mode, SSL_verify_cb verify), \
        (context, mode, verify)) \
    X(SSL_SESSION_free,                 (SSL_SESSION *session), (session)) \
    X(SSL_free,                         (SSL *ssl), (ssl)) \
    X(SSL_set_bio,                      (SSL *ssl, BIO *in, BIO *out), (ssl, in, out)) \
    X(SSL_set_connect_state,            (SSL *ssl), (ssl)) \
    X(SSL_set_shutdown,                 (SSL *ssl, int mode), (ssl, mode))

#define CRYPTO_PROCEDURES(X) \
    X(ERR_clear_error,                  (void), ())

/*    name                              result, parameters and arguments */
#define TLS_FUNCTIONS(X) \
    X(SSL_CTX_check_private_key,        int, (const SSL_CTX *context), (context)) \
    X(SSL_CTX_ctrl,                     long, (SSL_CTX *context, int what, long number, void *to), \
        (context, what, number, to)) \
    X(SSL_CTX_get_ex_data,              void *, (const SSL_CTX *context, int place), (context, place)) \
    X(SSL_CTX_load_verify_locations,    int, \
        (SSL_CTX *context, const char *file, const char *folder), (context, file, folder)) \
    X(SSL_CTX_new,                      SSL_CTX *, (const SSL_METHOD *method), (method)) \
    X(SSL_CTX_set_default_verify_paths, int, (SSL_CTX *context), (context)) \
    X(SSL_CTX_set_ex_data,              int, (SSL_CTX *context, int place, void *data), \
        (context, place, data)) \
    X(SSL_CTX_set_options,              uint64_t, (SSL_CTX *context, uint64_t options), \
        (context, options)) \
    X(SSL_CTX_use_PrivateKey_file,      int, (SSL_CTX *context, const char *file, int type), \
        (context, file, type)) \
    X(SSL_CTX_use_certificate_chain_file, int, (SSL_CTX *context, const char *file), \
        (context, file)) \
    X(SSL_ctrl,                         long, (SSL *ssl, int what, long number, void *to), \
        (ssl, what, number, to)) \
    X(SSL_do_handshake,                 int, (SSL *ssl), (ssl)) \
    X(SSL_get0_param,                   X509_VERIFY_PARAM *, (SSL *ssl), (ssl)) \
    X(SSL_get_SSL_CTX,                  SSL_CTX *, (const SSL *ssl), (ssl)) \
    X(SSL_get_error,                    int, (const SSL *ssl, int result), (ssl, result)) \
    X(SSL_get_verify_mode,              int, (const SSL *ssl), (ssl)) \
    X(SSL_get_verify_result,            long, (const SSL *ssl), (ssl)) \
    X(SSL_has_pending,                  int, (const SSL *ssl), (ssl)) \
    X(SSL_new,                          SSL *, (SSL_CTX *context), (context)) \
    X(SSL_read,                         int, (SSL *ssl, void *to, int size), (ssl, to, size)) \
    X(SSL_set1_host,                    int, (SSL *ssl, const char *host), (ssl, host)) \
    X(SSL_set_session,                  int, (SSL *ssl, SSL_SESSION *session), (ssl, session)) \
    X(SSL_write,                        int, (SSL *ssl, const void *from, int length), \
        (ssl, from, length)) \
    X(TLS_client_method,                const SSL_METHOD *, (void), ())

#define CRYPTO_FUNCTIONS(X) \
    X(BIO_ctrl_pending,                 size_t, (BIO *bio), (bio)) \
    X(BIO_new,                          BIO *, (const BIO_METHOD *method), (method)) \
    X(BIO_read,                         int, (BIO *bio, void *to, int size), (bio, to, size)) \
    X(BIO_s_mem,                        const BIO_METHOD *, (void), ()) \
    X(BIO_write,                        int, (BIO *bio, const void *from, int length), \
        (bio, from, length)) \
    X(ERR_get_error,                    unsigned long, (void), ()) \
    X(ERR_reason_error_string,          const char *, (unsigned long code), (code)) \
    X(X509_VERIFY_PARAM_set1_ip_asc,    int, (X509_VERIFY_PARAM *of, const char *address), \
        (of, address)) \
    X(X509_verify_cert_error_string,    const char *, (long code), (code))
/* clang-format on */

/* The rows are whole declarations, and the names in them are ours; the
 * parameters, and how many functions there are, are not. */
/* NOLINTBEGIN(readability-function-size) */
/* NOLINTBEGIN(bugprone-macro-parentheses) */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

struct library {
#define X(name, parameters, arguments) void(*name) parameters;
    TLS_PROCEDURES(X)
    CRYPTO_PROCEDURES(X)
#undef X
#define X(name, result, parameters, arguments) result(*name) parameters;
    TLS_FUNCTIONS(X)
    CRYPTO_FUNCTIONS(X)
#undef X
};

static void load(struct library *library) {
    void *tls = late_library_open(TLS_LIBRARY);
    void *crypto = late_library_open(CRYPTO_LIBRARY);
    /* POSIX lets a function stand in a pointer to void, ISO C does not. */
#define X(name, ...) *(void **)&library->name = late_library_symbol(tls, #name);
    TLS_PROCEDURES(X)
    TLS_FUNCTIONS(X)
#undef X
#define X(name, ...) *(void **)&library->name = late_library_symbol(crypto, #name);
    CRYPTO_PROCEDURES(X)
    CRYPTO_FUNCTIONS(X)
#undef X
}

/* The one library of the process, whoever calls: it cannot be loaded twice. */
static const struct library *loaded(void) {
    static struct library library;
    if (!library.TLS_client_method) load(&library);
    return &library;
}

TLS_PROCEDURES(LATE_PROCEDURE)
CRYPTO_PROCEDURES(LATE_PROCEDURE)
TLS_FUNCTIONS(LATE_FUNCTION)
CRYPTO_FUNCTIONS(LATE_FUNCTION)

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
/* NOLINTEND(bugprone-macro-parentheses) */
/* NOLINTEND(readability-function-size) */
