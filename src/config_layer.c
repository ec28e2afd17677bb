/* SPDX-License-Identifier: MIT */
#include "config_layer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "io/yaml.h"
#include "trust.h"

static bool check_file(int descriptor, enum config_source source, struct error *err) {
    struct stat found;
    if (fstat(descriptor, &found) != 0) {
        return error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    }
    if (S_ISDIR(found.st_mode)) return error_set(err, ERROR_USAGE, "it is a folder");
    /* Nobody but the caller may make the program wait. */
    if (source != CONFIG_NAMED && !S_ISREG(found.st_mode)) {
        return error_set(err, ERROR_USAGE, "it is no regular file");
    }
    fcntl(descriptor, F_SETFL, 0); /* opened without waiting, read with */
    if (source != CONFIG_USER && source != CONFIG_DEMO) return true;
    bool own = found.st_uid == geteuid() || found.st_uid == 0;
    if (own && !(found.st_mode & (S_IWGRP | S_IWOTH))) return true;
    return error_set(err, ERROR_USAGE, "others may change it: chmod go-w");
}

static bool read_bytes(
    int descriptor, char *bytes, size_t size, size_t *length, struct error *err) {
    *length = 0;
    while (*length < size) {
        ssize_t got = read(descriptor, bytes + *length, size - *length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
        if (got == 0) return true;
        *length += (size_t)got;
    }
    return error_set(err, ERROR_LIMIT, "larger than %d KiB", YAML_BYTES_MAX / 1024);
}

/* What is hashed is what is parsed: the file may change in between. */
static bool parse(struct config_layer *layer, struct slice bytes, struct error *err) {
    sha256_hex(bytes, layer->digest);
    layer->document = yaml_parse(bytes, layer->path, err);
    if (!layer->document) return false;
    layer->trusted =
        layer->source != CONFIG_PROJECT || trust_is_given(layer->path, layer->digest);
    return true;
}

static bool read_open_file(
    struct config_layer *layer, int descriptor, struct error *err) {
    char *bytes = memory_new(YAML_BYTES_MAX + 1);
    size_t length = 0;
    bool read = check_file(descriptor, layer->source, err) &&
                read_bytes(descriptor, bytes, YAML_BYTES_MAX + 1, &length, err);
    if (!read) {
        error_wrap(err, "%s", layer->path);
    } else {
        read = parse(layer, (struct slice){.data = bytes, .length = length}, err);
    }
    free(bytes);
    return read;
}

bool config_layer_read(
    struct config_layer *layer, enum config_source source, const char *path,
    struct error *err) {
    *layer = (struct config_layer){.source = source};
    if (!text_copy(layer->path, sizeof layer->path, path)) {
        return error_set(err, ERROR_LIMIT, "the name of the configuration is too long");
    }
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0 && errno == ENOENT && source != CONFIG_NAMED) return true;
    if (descriptor < 0) {
        return error_set(err, ERROR_USAGE, "%s: %s", path, strerror(errno));
    }
    layer->present = read_open_file(layer, descriptor, err);
    close(descriptor);
    return layer->present;
}

void config_layer_clear(struct config_layer *layer) {
    document_free(layer->document);
    *layer = (struct config_layer){0};
}

const struct node *config_layer_root(const struct config_layer *layer) {
    return layer->document ? document_root(layer->document) : NULL;
}
