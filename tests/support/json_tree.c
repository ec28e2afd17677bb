/* SPDX-License-Identifier: MIT */
#include "support/json_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/panic.h"

/* Takes the next part of a pointer; false at its end or when it is none. */
static bool take_step(const char **pointer, char step[JSON_TREE_STEP_SIZE]) {
    const char *at = *pointer;
    if (*at != '/') return false;
    size_t length = 0;
    for (at++; *at && *at != '/'; at++) {
        char c = *at;
        if (c == '~' && (at[1] == '0' || at[1] == '1')) c = *++at == '0' ? '~' : '/';
        if (length + 1 == JSON_TREE_STEP_SIZE) return false;
        step[length++] = c;
    }
    step[length] = '\0';
    *pointer = at;
    return true;
}

/* Whether a part is a place in a list; "-" is the one behind the last. */
static bool is_place(const cJSON *list, const char *step, int *place) {
    *place = cJSON_GetArraySize(list);
    if (strcmp(step, "-") == 0) return true;
    char *end = NULL;
    long value = strtol(step, &end, 10);
    if (end == step || *end || value < 0 || value > *place) return false;
    *place = (int)value;
    return true;
}

static cJSON *child_of(cJSON *parent, const char *step) {
    int place;
    if (cJSON_IsObject(parent)) {
        return cJSON_GetObjectItemCaseSensitive(parent, step);
    }
    if (!cJSON_IsArray(parent) || !is_place(parent, step, &place)) return NULL;
    return cJSON_GetArrayItem(parent, place);
}

cJSON *tree_at(cJSON *root, const char *pointer) {
    char step[JSON_TREE_STEP_SIZE];
    while (root && take_step(&pointer, step)) root = child_of(root, step);
    return *pointer ? NULL : root;
}

const char *tree_string(cJSON *root, const char *pointer) {
    const char *value = cJSON_GetStringValue(tree_at(root, pointer));
    return value ? value : "";
}

int tree_int(cJSON *root, const char *pointer, int without) {
    const cJSON *value = tree_at(root, pointer);
    return cJSON_IsNumber(value) ? value->valueint : without;
}

/* What holds the last part of a pointer; NULL when something
 * on the way is not there and is not to be made. */
static cJSON *parent_of(
    cJSON *root, const char *pointer, bool make, char step[JSON_TREE_STEP_SIZE]) {
    if (!take_step(&pointer, step)) return NULL;
    while (*pointer) {
        cJSON *child = child_of(root, step);
        if (!child && make) child = cJSON_AddObjectToObject(root, step);
        if (!child || !take_step(&pointer, step)) return NULL;
        root = child;
    }
    return root;
}

static bool put(cJSON *parent, const char *step, cJSON *value, bool insert) {
    int place;
    if (cJSON_IsObject(parent)) {
        if (cJSON_GetObjectItemCaseSensitive(parent, step)) {
            return cJSON_ReplaceItemInObjectCaseSensitive(parent, step, value);
        }
        return cJSON_AddItemToObject(parent, step, value);
    }
    if (!cJSON_IsArray(parent) || !is_place(parent, step, &place)) return false;
    return insert ? cJSON_InsertItemInArray(parent, place, value)
                  : cJSON_ReplaceItemInArray(parent, place, value);
}

void tree_set(cJSON *root, const char *pointer, cJSON *value) {
    char step[JSON_TREE_STEP_SIZE];
    cJSON *parent = parent_of(root, pointer, true, step);
    ensure(parent && put(parent, step, value, false));
}

void tree_set_string(cJSON *root, const char *pointer, const char *value) {
    tree_set(root, pointer, cJSON_CreateString(value));
}

void tree_set_int(cJSON *root, const char *pointer, int value) {
    tree_set(root, pointer, cJSON_CreateNumber(value));
}

static cJSON *take_out(cJSON *root, const char *pointer) {
    char step[JSON_TREE_STEP_SIZE];
    cJSON *parent = parent_of(root, pointer, false, step);
    cJSON *child = parent ? child_of(parent, step) : NULL;
    return child ? cJSON_DetachItemViaPointer(parent, child) : NULL;
}

void tree_drop(cJSON *root, const char *pointer) {
    cJSON_Delete(take_out(root, pointer));
}

static bool add(cJSON *root, const char *pointer, cJSON *value) {
    char step[JSON_TREE_STEP_SIZE];
    cJSON *parent = parent_of(root, pointer, false, step);
    if (parent && put(parent, step, value, true)) return true;
    cJSON_Delete(value);
    return false;
}

static bool apply(cJSON *root, cJSON *operation) {
    const char *op = tree_string(operation, "/op");
    const char *path = tree_string(operation, "/path");
    const char *from = tree_string(operation, "/from");
    cJSON *value = cJSON_GetObjectItemCaseSensitive(operation, "value");
    cJSON *there = tree_at(root, path);
    if (strcmp(op, "test") == 0) {
        return value && there && cJSON_Compare(value, there, true);
    }
    if (strcmp(op, "remove") == 0) {
        if (!there) return false;
        tree_drop(root, path);
        return true;
    }
    if (strcmp(op, "replace") == 0) {
        if (!there || !value) return false;
        tree_set(root, path, cJSON_Duplicate(value, true));
        return true;
    }
    if (strcmp(op, "add") == 0) {
        return value && add(root, path, cJSON_Duplicate(value, true));
    }
    if (strcmp(op, "copy") == 0) {
        cJSON *source = tree_at(root, from);
        return source && add(root, path, cJSON_Duplicate(source, true));
    }
    cJSON *moved = strcmp(op, "move") == 0 ? take_out(root, from) : NULL;
    return moved && add(root, path, moved);
}

bool tree_patch(cJSON *root, const cJSON *operations) {
    if (!cJSON_IsArray(operations)) return false;
    cJSON *operation;
    cJSON_ArrayForEach(operation, operations) {
        if (!cJSON_IsObject(operation) || !apply(root, operation)) return false;
    }
    return true;
}

/* One field of a merge patch; returns the map in which its fields go on, if they do. */
static cJSON *merge_field(cJSON *root, const cJSON *field) {
    cJSON *there = cJSON_GetObjectItemCaseSensitive(root, field->string);
    if (cJSON_IsNull(field)) {
        if (there) cJSON_DeleteItemFromObjectCaseSensitive(root, field->string);
        return NULL;
    }
    if (!cJSON_IsObject(field)) {
        put(root, field->string, cJSON_Duplicate(field, true), false);
        return NULL;
    }
    if (!cJSON_IsObject(there)) {
        there = cJSON_CreateObject();
        put(root, field->string, there, false);
    }
    return there;
}

/* A level of both trees that is still to be merged. */
struct merging {
    cJSON *to;
    const cJSON *next;
};

enum { DEPTH_MAX = 64 };

void tree_merge(cJSON *root, const cJSON *patch) {
    struct merging levels[DEPTH_MAX] = {{.to = root, .next = patch->child}};
    size_t depth = 1;
    while (depth > 0) {
        struct merging *level = &levels[depth - 1];
        const cJSON *field = level->next;
        if (!field) {
            depth--;
            continue;
        }
        level->next = field->next;
        cJSON *below = merge_field(level->to, field);
        if (below && depth < DEPTH_MAX) {
            levels[depth++] = (struct merging){.to = below, .next = field->child};
        }
    }
}
