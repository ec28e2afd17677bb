/* libcurl's functions under their own names,
 * but loaded when one is first called: with all that it stands on,
 * loading it takes as long as everything else until the first frame. */
/* SPDX-License-Identifier: MIT */
#include <stdarg.h>

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "io/late_library.h"

#define LIBRARY "libcurl.so.4"

/* clang-format off */
/*    name                        parameters                   arguments */
#define PROCEDURES(X) \
    X(curl_easy_cleanup,          (CURL *curl),                (curl)) \
    X(curl_easy_reset,            (CURL *curl),                (curl)) \
    X(curl_free,                  (void *memory),              (memory)) \
    X(curl_global_cleanup,        (void),                      ()) \
    X(curl_slist_free_all,        (struct curl_slist *list),   (list)) \
    X(curl_url_cleanup,           (CURLU *url),                (url))

/*    name                        result               parameters and arguments */
#define FUNCTIONS(X) \
    X(curl_easy_init,             CURL *,              (void), ()) \
    X(curl_easy_strerror,         const char *,        (CURLcode code), (code)) \
    X(curl_global_init,           CURLcode,            (long flags), (flags)) \
    X(curl_multi_add_handle,      CURLMcode,           (CURLM *multi, CURL *curl), (multi, curl)) \
    X(curl_multi_cleanup,         CURLMcode,           (CURLM *multi), (multi)) \
    X(curl_multi_info_read,       CURLMsg *,           (CURLM *multi, int *left), (multi, left)) \
    X(curl_multi_init,            CURLM *,             (void), ()) \
    X(curl_multi_remove_handle,   CURLMcode,           (CURLM *multi, CURL *curl), (multi, curl)) \
    X(curl_multi_socket_action,   CURLMcode, \
        (CURLM *multi, curl_socket_t descriptor, int events, int *running), \
        (multi, descriptor, events, running)) \
    X(curl_slist_append,          struct curl_slist *, \
        (struct curl_slist *list, const char *line), (list, line)) \
    X(curl_url,                   CURLU *,             (void), ()) \
    X(curl_url_get,               CURLUcode, \
        (CURLU *url, CURLUPart part, char **text, unsigned flags), \
        (url, part, text, flags)) \
    X(curl_url_set,               CURLUcode, \
        (CURLU *url, CURLUPart part, const char *text, unsigned flags), \
        (url, part, text, flags)) \
    X(curl_url_strerror,          const char *,        (CURLUcode code), (code))

/* Each takes one more argument, of the size of a pointer. */
#define OPTION_FUNCTIONS(X) \
    X(curl_easy_getinfo,          CURLcode,       CURL,                CURLINFO) \
    X(curl_easy_setopt,           CURLcode,       CURL,                CURLoption) \
    X(curl_multi_setopt,          CURLMcode,      CURLM,               CURLMoption)
/* clang-format on */

_Static_assert(sizeof(curl_off_t) == sizeof(void *), "one register for every option");
_Static_assert(sizeof(long) == sizeof(void *), "one register for every option");

/* The rows are whole declarations, and the names in them are ours. */
/* NOLINTBEGIN(bugprone-macro-parentheses) */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

struct library {
#define X(name, parameters, arguments) void(*name) parameters;
    PROCEDURES(X)
#undef X
#define X(name, result, parameters, arguments) result(*name) parameters;
    FUNCTIONS(X)
#undef X
#define X(name, result, handle, option) result (*name)(handle *, option, ...);
    OPTION_FUNCTIONS(X)
#undef X
};

static void load(struct library *library) {
    void *file = late_library_open(LIBRARY);
    /* POSIX lets a function stand in a pointer to void, ISO C does not. */
#define X(name, ...) *(void **)&library->name = late_library_symbol(file, #name);
    PROCEDURES(X)
    FUNCTIONS(X)
    OPTION_FUNCTIONS(X)
#undef X
}

/* The one library of the process, whoever calls: it cannot be loaded twice. */
static const struct library *loaded(void) {
    static struct library library;
    if (!library.curl_easy_init) load(&library);
    return &library;
}

#undef curl_easy_getinfo
#undef curl_easy_setopt
#undef curl_multi_setopt

PROCEDURES(LATE_PROCEDURE)
FUNCTIONS(LATE_FUNCTION)

#define X(name, result, handle, option)          \
    result name(handle *to, option which, ...) { \
        va_list rest;                            \
        va_start(rest, which);                   \
        void *value = va_arg(rest, void *);      \
        va_end(rest);                            \
        return loaded()->name(to, which, value); \
    }
OPTION_FUNCTIONS(X)
#undef X

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
/* NOLINTEND(bugprone-macro-parentheses) */
