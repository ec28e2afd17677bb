/* SPDX-License-Identifier: MIT */
#include "load/request_book.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/panic.h"
#include "core/load_report.h"

/* All headers and the body with whatever can stand for a ${...}: longer than the words
 * that name it, but not ten times. */
enum { REQUEST_MAX = 1024 * 1024 };

struct request_book {
    const struct load_plan *plan; /* borrowed */
    struct buffer fixed[LOAD_ROWS_MAX];
    bool is_fixed[LOAD_ROWS_MAX];
    struct buffer bytes, body; /* of the request that is written now */
};

/* What a row asks for. */
struct form {
    const struct load_task *task;
    const char *method, *path, *body;
};

static struct form form_of(const struct request_book *book, uint32_t row) {
    uint32_t count = book->plan->task_count;
    const struct load_task *task = &book->plan->tasks[row % count];
    if (row >= count) return (struct form){task, "GET", task->job.path, ""};
    return (struct form){task, task->method, task->path, task->body};
}

static void add(
    struct buffer *to, const char *words, const struct load_values *values) {
    load_words_add(to, slice_of(words), values);
}

static void add_headers(
    struct buffer *to, const struct load_header *headers, uint32_t count,
    const struct load_values *values) {
    for (uint32_t i = 0; i < count; i++) {
        buffer_add_string(to, headers[i].name);
        buffer_add_string(to, ": ");
        add(to, headers[i].value, values);
        buffer_add_string(to, "\r\n");
    }
}

static void add_host(struct buffer *to, const struct load_target *target) {
    buffer_add_string(to, "Host: ");
    if (target->authority[0]) {
        buffer_add_string(to, target->authority);
    } else {
        bool v6 = strchr(target->host, ':') != NULL;
        buffer_addf(to, "%s%s%s", v6 ? "[" : "", target->host, v6 ? "]" : "");
        if (target->port != (target->tls ? 443 : 80)) {
            buffer_addf(to, ":%u", target->port);
        }
    }
    buffer_add_string(to, "\r\n");
}

static bool has_header(
    const struct load_header *headers, uint32_t count, const char *name) {
    for (uint32_t i = 0; i < count; i++) {
        if (strcasecmp(headers[i].name, name) == 0) return true;
    }
    return false;
}

static bool says(
    const struct request_book *book, const struct form *form, const char *name) {
    const struct load_target *target = &book->plan->target;
    return has_header(form->task->headers, form->task->header_count, name) ||
           has_header(target->headers, target->header_count, name);
}

/* A method that means to bring something says how much, also when that is nothing. */
static bool brings(const struct form *form) {
    return form->body[0] || strcmp(form->method, "POST") == 0 ||
           strcmp(form->method, "PUT") == 0 || strcmp(form->method, "PATCH") == 0;
}

static void write_form(
    struct request_book *book, const struct form *form, struct buffer *to,
    const struct load_values *values) {
    const struct load_target *target = &book->plan->target;
    buffer_reset(to);
    buffer_reset(&book->body);
    add(&book->body, form->body, values);

    buffer_add_string(to, form->method);
    buffer_add_char(to, ' ');
    buffer_add_string(to, target->prefix);
    add(to, form->path, values);
    buffer_add_string(to, " HTTP/1.1\r\n");
    add_host(to, target);
    if (!says(book, form, "User-Agent")) {
        buffer_add_string(to, "User-Agent: flightdeck-load/" FLIGHTDECK_VERSION "\r\n");
    }
    if (!says(book, form, "Accept")) buffer_add_string(to, "Accept: */*\r\n");
    if (book->plan->run[0]) {
        buffer_addf(to, "X-Flightdeck-Run: %s\r\n", book->plan->run);
    }
    add_headers(to, target->headers, target->header_count, values);
    add_headers(to, form->task->headers, form->task->header_count, values);
    if (form->body[0] && !says(book, form, "Content-Type")) {
        buffer_add_string(to, "Content-Type: application/json\r\n");
    }
    if (brings(form)) buffer_addf(to, "Content-Length: %zu\r\n", book->body.length);
    buffer_add_string(to, "\r\n");
    buffer_add(to, book->body.data, book->body.length);
    ensure(!to->overflow && !book->body.overflow);
}

static bool are_fixed(const struct load_header *headers, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (!load_words_fixed(slice_of(headers[i].value))) return false;
    }
    return true;
}

static bool is_fixed(const struct request_book *book, const struct form *form) {
    const struct load_target *target = &book->plan->target;
    return load_words_fixed(slice_of(form->path)) &&
           load_words_fixed(slice_of(form->body)) &&
           are_fixed(target->headers, target->header_count) &&
           are_fixed(form->task->headers, form->task->header_count);
}

struct request_book *request_book_new(const struct load_plan *plan) {
    struct request_book *book = memory_new(sizeof *book);
    book->plan = plan;
    buffer_init(&book->bytes, REQUEST_MAX);
    buffer_init(&book->body, REQUEST_MAX);
    const struct load_values nothing = {.run = plan->run};
    for (uint32_t i = 0; i < 2 * plan->task_count; i++) {
        const struct form form = form_of(book, i);
        buffer_init(&book->fixed[i], REQUEST_MAX);
        book->is_fixed[i] = is_fixed(book, &form);
        if (book->is_fixed[i]) write_form(book, &form, &book->fixed[i], &nothing);
    }
    return book;
}

void request_book_free(struct request_book *book) {
    if (!book) return;
    for (size_t i = 0; i < LOAD_ROWS_MAX; i++) buffer_clear(&book->fixed[i]);
    buffer_clear(&book->bytes);
    buffer_clear(&book->body);
    free(book);
}

struct slice request_book_write(
    struct request_book *book, uint32_t row, const struct load_values *values) {
    if (book->is_fixed[row]) return buffer_slice(&book->fixed[row]);
    const struct form form = form_of(book, row);
    write_form(book, &form, &book->bytes, values);
    return buffer_slice(&book->bytes);
}
