/* SPDX-License-Identifier: MIT */
#include "io/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <yaml.h>

#include "base/buffer.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/utf8.h"

enum { READ_SIZE = 16 * 1024 };

/* A map or list that is still open. */
struct level {
    struct node *container;
    bool has_key;    /* a map whose key came and whose value is next */
    struct node key; /* only its key fields */
};

struct reading {
    const char *name; /* of the file, for errors */
    struct document *document;
    yaml_parser_t parser;
    yaml_event_t event; /* the one at hand */
    struct level levels[DOCUMENT_DEPTH_MAX];
    uint32_t depth;
    uint32_t documents;
    bool finished;
};

static bool refuse(struct reading *reading, const char *words, struct error *err) {
    const yaml_mark_t *mark = &reading->event.start_mark;
    return error_set(
        err, ERROR_SYNTAX, "%s:%zu:%zu: %s", reading->name, mark->line + 1,
        mark->column + 1, words);
}

/* libyaml counts bytes, not lines, when its reader gives up. */
static void find_place(struct slice text, size_t offset, yaml_mark_t *mark) {
    struct scan scan = scan_of(text);
    while (!scan_done(&scan) && (size_t)(scan.at - text.data) < offset) {
        uint32_t rune = 0;
        utf8_next(&scan, &rune);
        mark->column++;
        if (rune != '\n') continue;
        mark->line++;
        mark->column = 0;
    }
}

static bool refuse_syntax(
    struct reading *reading, struct slice text, struct error *err) {
    const yaml_parser_t *parser = &reading->parser;
    const char *problem = parser->problem ? parser->problem : "cannot be read";
    yaml_mark_t mark = parser->problem_mark;
    if (parser->error == YAML_MEMORY_ERROR) panic("out of memory reading YAML");
    if (parser->error == YAML_READER_ERROR) {
        mark = (yaml_mark_t){0};
        find_place(text, parser->problem_offset, &mark);
    }
    return error_set(
        err, ERROR_SYNTAX, "%s:%zu:%zu: %s%s%s", reading->name, mark.line + 1,
        mark.column + 1, problem, parser->context ? " " : "",
        parser->context ? parser->context : "");
}

static struct level *top_level(struct reading *reading) {
    return reading->depth ? &reading->levels[reading->depth - 1] : NULL;
}

static bool wants_key(const struct level *level) {
    return level && level->container->kind == NODE_MAP && !level->has_key;
}

/* A new value where the reader stands, with the key that was waiting for it. */
static struct node *add_value(
    struct reading *reading, enum node_kind kind, struct error *err) {
    struct level *level = top_level(reading);
    struct node *parent = level ? level->container : NULL;
    struct node *node = document_add(reading->document, parent, kind, err);
    if (!node) {
        char why[ERROR_MESSAGE_SIZE];
        text_copy_cut(why, sizeof why, err->message);
        refuse(reading, why, err);
        err->code = ERROR_LIMIT;
        return NULL;
    }
    node->line = (uint32_t)reading->event.start_mark.line + 1;
    node->column = (uint32_t)reading->event.start_mark.column + 1;
    if (level && level->has_key) {
        node->key = level->key.key;
        node->key_line = level->key.key_line;
        node->key_column = level->key.key_column;
        level->has_key = false;
    }
    return node;
}

static bool on_key(struct reading *reading, struct slice text, struct error *err) {
    struct level *level = top_level(reading);
    if (!document_set_key(reading->document, &level->key, text, err)) return false;
    level->key.key_line = (uint32_t)reading->event.start_mark.line + 1;
    level->key.key_column = (uint32_t)reading->event.start_mark.column + 1;
    level->has_key = true;
    return true;
}

static bool on_scalar(struct reading *reading, struct error *err) {
    const yaml_event_t *event = &reading->event;
    struct slice text = {
        .data = (const char *)event->data.scalar.value,
        .length = event->data.scalar.length};
    if (event->data.scalar.anchor) return refuse(reading, "anchors are refused", err);
    if (event->data.scalar.tag) return refuse(reading, "tags are refused", err);
    if (memchr(text.data, '\0', text.length)) {
        return refuse(reading, "a NUL character is refused", err);
    }
    if (wants_key(top_level(reading))) return on_key(reading, text, err);

    struct node *node = add_value(reading, NODE_STRING, err);
    if (!node) return false;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return document_set_string(reading->document, node, text, err);
}

static bool on_open(
    struct reading *reading, enum node_kind kind, const yaml_char_t *anchor,
    const yaml_char_t *tag, struct error *err) {
    if (anchor) return refuse(reading, "anchors are refused", err);
    if (tag) return refuse(reading, "tags are refused", err);
    if (wants_key(top_level(reading))) {
        return refuse(reading, "a key must be a plain word or a string", err);
    }
    struct node *node = add_value(reading, kind, err);
    if (!node) return false;
    ensure(reading->depth < DOCUMENT_DEPTH_MAX);
    reading->levels[reading->depth++] = (struct level){.container = node};
    return true;
}

static bool on_close(struct reading *reading, struct error *err) {
    const struct node *closed = reading->levels[--reading->depth].container;
    if (closed->kind != NODE_MAP) return true;
    const struct node *twice = node_duplicate(closed);
    if (!twice) return true;
    return error_set(
        err, ERROR_SYNTAX, "%s:%u:%u: the key \"%.*s\" stands twice", reading->name,
        twice->key_line, twice->key_column, (int)twice->key.length, twice->key.data);
}

static bool on_document(struct reading *reading, struct error *err) {
    const yaml_event_t *event = &reading->event;
    if (event->data.document_start.version_directive ||
        event->data.document_start.tag_directives.start !=
            event->data.document_start.tag_directives.end) {
        return refuse(reading, "directives are refused", err);
    }
    if (++reading->documents > 1) {
        return refuse(reading, "a second document in one file", err);
    }
    return true;
}

static bool on_event(struct reading *reading, struct error *err) {
    const yaml_event_t *event = &reading->event;
    switch (event->type) {
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT: return true;
    case YAML_STREAM_END_EVENT: reading->finished = true; return true;
    case YAML_DOCUMENT_START_EVENT: return on_document(reading, err);
    case YAML_ALIAS_EVENT: return refuse(reading, "aliases are refused", err);
    case YAML_SCALAR_EVENT: return on_scalar(reading, err);
    case YAML_SEQUENCE_START_EVENT:
        return on_open(
            reading, NODE_LIST, event->data.sequence_start.anchor,
            event->data.sequence_start.tag, err);
    case YAML_MAPPING_START_EVENT:
        return on_open(
            reading, NODE_MAP, event->data.mapping_start.anchor,
            event->data.mapping_start.tag, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return on_close(reading, err);
    }
    return true;
}

static bool read_events(struct reading *reading, struct slice text, struct error *err) {
    bool read = true;
    while (read && !reading->finished) {
        if (!yaml_parser_parse(&reading->parser, &reading->event)) {
            return refuse_syntax(reading, text, err);
        }
        read = on_event(reading, err);
        yaml_event_delete(&reading->event);
    }
    return read;
}

struct document *yaml_parse(struct slice text, const char *name, struct error *err) {
    if (text.length > YAML_BYTES_MAX) {
        error_set(err, ERROR_LIMIT, "%s: larger than %d bytes", name, YAML_BYTES_MAX);
        return NULL;
    }
    struct reading reading = {.name = name, .document = document_new()};
    if (!yaml_parser_initialize(&reading.parser)) panic("out of memory reading YAML");
    yaml_parser_set_encoding(&reading.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(
        &reading.parser, (const unsigned char *)text.data, text.length);
    bool read = read_events(&reading, text, err);
    yaml_parser_delete(&reading.parser);
    if (read) return reading.document;
    document_free(reading.document);
    return NULL;
}

static bool read_all(int descriptor, struct buffer *buffer, struct error *err) {
    char bytes[READ_SIZE];
    for (;;) {
        ssize_t length = read(descriptor, bytes, sizeof bytes);
        if (length == 0) return true;
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) {
            return error_set(err, ERROR_SYSTEM, "%s", strerrordesc_np(errno));
        }
        if (!buffer_add(buffer, bytes, (size_t)length)) {
            return error_set(err, ERROR_LIMIT, "larger than %d bytes", YAML_BYTES_MAX);
        }
    }
}

struct document *yaml_read(const char *path, struct error *err) {
    /* A FIFO without a writer must not hang the program; one with a writer may take its
     * time. */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor >= 0) fcntl(descriptor, F_SETFL, 0);
    if (descriptor < 0) {
        enum error_code code = errno == ENOENT ? ERROR_NOT_FOUND : ERROR_SYSTEM;
        error_set(err, code, "%s: %s", path, strerrordesc_np(errno));
        return NULL;
    }
    struct buffer buffer;
    buffer_init(&buffer, YAML_BYTES_MAX);
    struct document *document = NULL;
    if (read_all(descriptor, &buffer, err)) {
        document = yaml_parse(buffer_slice(&buffer), path, err);
    } else {
        error_wrap(err, "%s", path);
    }
    buffer_clear(&buffer);
    close(descriptor);
    return document;
}
