/* SPDX-License-Identifier: MIT */
#include "support/manifest.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/panic.h"
#include "base/text.h"
#include "core/node_json.h"
#include "io/yaml.h"

enum { JSON_MAX = 64 * 1024, PATH_SIZE = 512 };

static int is_manifest(const struct dirent *entry) {
    const char *end = strrchr(entry->d_name, '.');
    return end && strcmp(end, ".yaml") == 0;
}

static cJSON *read_one(const char *path) {
    struct error err = {0};
    struct document *document = yaml_read(path, &err);
    if (!document) panic("%s", err.message);
    struct buffer buffer;
    buffer_init(&buffer, JSON_MAX);
    struct json_writer writer = json_writer_to(&buffer);
    node_write_json(document_root(document), &writer);
    document_free(document);
    cJSON *json = cJSON_Parse(buffer_string(&buffer));
    if (!json || buffer.overflow) panic("%s is no object", path);
    buffer_clear(&buffer);
    return json;
}

size_t manifests_read(const char *folder, struct manifest manifests[MANIFESTS_MAX]) {
    struct dirent **entries;
    int count = scandir(folder, &entries, is_manifest, alphasort);
    ensure(count > 0 && count <= MANIFESTS_MAX);
    for (int i = 0; i < count; i++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        ensure(
            text_copy(manifests[i].file, sizeof manifests[i].file, entries[i]->d_name));
        manifests[i].json = read_one(path);
        free(entries[i]);
    }
    free(entries);
    return (size_t)count;
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
