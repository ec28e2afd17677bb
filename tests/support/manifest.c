/* SPDX-License-Identifier: MIT */
#include "support/manifest.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "core/node_json.h"
#include "io/yaml.h"

enum { JSON_MAX = 64 * 1024, FILE_MAX = 64 * 1024, PATH_SIZE = 512 };

static int is_manifest(const struct dirent *entry) {
    const char *end = strrchr(entry->d_name, '.');
    return end && strcmp(end, ".yaml") == 0;
}

static cJSON *parse_one(struct slice text, const char *file) {
    struct error err = {0};
    struct document *document = yaml_parse(text, file, &err);
    if (!document) panic("%s", err.message);
    struct buffer buffer;
    buffer_init(&buffer, JSON_MAX);
    struct json_writer writer = json_writer_to(&buffer);
    node_write_json(document_root(document), &writer);
    document_free(document);
    cJSON *json = cJSON_Parse(buffer_string(&buffer));
    if (!json || buffer.overflow) panic("%s is no object", file);
    buffer_clear(&buffer);
    return json;
}

static char *read_file(const char *folder, const char *name) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    ensure(file);
    char *text = memory_new(FILE_MAX);
    ensure(fread(text, 1, FILE_MAX - 1, file) < FILE_MAX - 1);
    fclose(file);
    return text;
}

/* The objects of a file, with a line "---" between them;
 * returns how many there are now. */
static size_t read_one(
    const char *folder, const char *name, struct manifest *manifests, size_t count) {
    static const char between[] = "\n---\n";
    char *text = read_file(folder, name);
    for (const char *at = text; at;) {
        const char *end = strstr(at, between);
        struct slice part = {
            .data = at, .length = end ? (size_t)(end - at) : strlen(at)};
        ensure(count < MANIFESTS_MAX);
        ensure(text_copy(manifests[count].file, sizeof manifests[count].file, name));
        manifests[count++].json = parse_one(part, name);
        at = end ? end + sizeof between - 1 : NULL;
    }
    free(text);
    return count;
}

size_t manifests_read(const char *folder, struct manifest manifests[MANIFESTS_MAX]) {
    struct dirent **entries;
    size_t found = 0;
    int count = scandir(folder, &entries, is_manifest, alphasort);
    ensure(count > 0);
    for (int i = 0; i < count; i++) {
        found = read_one(folder, entries[i]->d_name, manifests, found);
        free(entries[i]);
    }
    free(entries);
    return found;
}

void manifests_clear(struct manifest *manifests, size_t count) {
    for (size_t i = 0; i < count; i++) cJSON_Delete(manifests[i].json);
}

cJSON *manifest_find(struct manifest *manifests, size_t count, const char *file) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(manifests[i].file, file) == 0) return manifests[i].json;
    }
    panic("no manifest %s", file);
}

const struct kubernetes_kind *manifest_path(
    cJSON *json, char path[KUBERNETES_PATH_SIZE]) {
    char own[96];
    const struct kubernetes_kind *kind;
    for (size_t i = 0; (kind = kubernetes_kind_at(i)) != NULL; i++) {
        if (strcmp(kind->kind, tree_string(json, "/kind")) == 0 &&
            strcmp(kubernetes_kind_api(kind, own), tree_string(json, "/apiVersion")) ==
                0) {
            break;
        }
    }
    if (!kind) return NULL;
    bool in_cluster = kind->traits & KIND_CLUSTER;
    snprintf(
        path, KUBERNETES_PATH_SIZE, "%s/%s%s/%s", *kind->group ? "/apis" : "/api", own,
        in_cluster ? "" : "/namespaces/agent", kind->plural);
    return kind;
}
