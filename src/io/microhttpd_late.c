/* The functions of libmicrohttpd under their own names,
 * but loaded when one is first called: it stands on nine other libraries,
 * and whoever only looks on never serves anything. */
/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdint.h>

#include <microhttpd.h>

#include "base/panic.h"
#include "io/late_library.h"

#define LIBRARY "libmicrohttpd.so.12"

/* clang-format off */
/*    name                              parameters and arguments */
#define PROCEDURES(X) \
    X(MHD_destroy_response,             (struct MHD_Response *response), (response)) \
    X(MHD_resume_connection,            (struct MHD_Connection *connection), (connection)) \
    X(MHD_stop_daemon,                  (struct MHD_Daemon *daemon), (daemon)) \
    X(MHD_suspend_connection,           (struct MHD_Connection *connection), (connection))

/*    name                              result, parameters and arguments */
#define FUNCTIONS(X) \
    X(MHD_add_response_header,          enum MHD_Result, \
        (struct MHD_Response *response, const char *header, const char *content), \
        (response, header, content)) \
    X(MHD_create_response_from_buffer,  struct MHD_Response *, \
        (size_t size, void *buffer, enum MHD_ResponseMemoryMode mode), (size, buffer, mode)) \
    X(MHD_create_response_from_callback, struct MHD_Response *, \
        (uint64_t size, size_t block, MHD_ContentReaderCallback read, void *owner, \
         MHD_ContentReaderFreeCallback free), \
        (size, block, read, owner, free)) \
    X(MHD_get_connection_values,        int, \
        (struct MHD_Connection *connection, enum MHD_ValueKind kind, MHD_KeyValueIterator each, \
         void *owner), \
        (connection, kind, each, owner)) \
    X(MHD_get_reason_phrase_for,        const char *, (unsigned code), (code)) \
    X(MHD_get_timeout,                  enum MHD_Result, \
        (struct MHD_Daemon *daemon, MHD_UNSIGNED_LONG_LONG *timeout), (daemon, timeout)) \
    X(MHD_lookup_connection_value,      const char *, \
        (struct MHD_Connection *connection, enum MHD_ValueKind kind, const char *key), \
        (connection, kind, key)) \
    X(MHD_queue_response,               enum MHD_Result, \
        (struct MHD_Connection *connection, unsigned status, struct MHD_Response *response), \
        (connection, status, response)) \
    X(MHD_quiesce_daemon,               MHD_socket, (struct MHD_Daemon *daemon), (daemon)) \
    X(MHD_run,                          enum MHD_Result, (struct MHD_Daemon *daemon), (daemon))

/* More arguments would be of kinds that nobody here asks for. */
#define QUESTIONS(X) \
    X(MHD_get_connection_info,          const union MHD_ConnectionInfo *, \
        struct MHD_Connection *, enum MHD_ConnectionInfoType) \
    X(MHD_get_daemon_info,              const union MHD_DaemonInfo *, \
        struct MHD_Daemon *, enum MHD_DaemonInfoType)
/* clang-format on */

typedef struct MHD_Daemon *(*start_fn)(
    unsigned flags, uint16_t port, MHD_AcceptPolicyCallback accept, void *accept_owner,
    MHD_AccessHandlerCallback handle, void *owner, ...);

/* The rows are whole declarations, and the names in them are ours; the
 * parameters, and how many functions there are, are not. */
/* NOLINTBEGIN(readability-function-size) */
/* NOLINTBEGIN(bugprone-macro-parentheses) */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

struct library {
    start_fn MHD_start_daemon;
#define X(name, parameters, arguments) void(*name) parameters;
    PROCEDURES(X)
#undef X
#define X(name, result, parameters, arguments) result(*name) parameters;
    FUNCTIONS(X)
#undef X
#define X(name, result, handle, kind) result (*name)(handle, kind, ...);
    QUESTIONS(X)
#undef X
};

static void load(struct library *library) {
    void *file = late_library_open(LIBRARY);
    /* POSIX lets a function stand in a pointer to void, ISO C does not. */
#define X(name, ...) *(void **)&library->name = late_library_symbol(file, #name);
    PROCEDURES(X)
    FUNCTIONS(X)
    QUESTIONS(X)
    X(MHD_start_daemon, )
#undef X
}

/* The one library of the process, whoever calls: it cannot be loaded twice. */
static const struct library *loaded(void) {
    static struct library library;
    if (!library.MHD_start_daemon) load(&library);
    return &library;
}

PROCEDURES(LATE_PROCEDURE)
FUNCTIONS(LATE_FUNCTION)

#define X(name, result, handle, kind)       \
    result name(handle of, kind ask, ...) { \
        return loaded()->name(of, ask);     \
    }
QUESTIONS(X)
#undef X

/* Options cannot be passed on one by one: they come as one array. */
struct MHD_Daemon *MHD_start_daemon(
    unsigned flags, uint16_t port, MHD_AcceptPolicyCallback accept, void *accept_owner,
    MHD_AccessHandlerCallback handle, void *owner, ...) {
    va_list options;
    va_start(options, owner);
    int kind = va_arg(options, int);
    struct MHD_OptionItem *items = va_arg(options, struct MHD_OptionItem *);
    va_end(options);
    ensure(kind == MHD_OPTION_ARRAY);
    return loaded()->MHD_start_daemon(
        flags, port, accept, accept_owner, handle, owner, MHD_OPTION_ARRAY, items,
        MHD_OPTION_END);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
/* NOLINTEND(bugprone-macro-parentheses) */
/* NOLINTEND(readability-function-size) */
