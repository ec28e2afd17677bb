/* SPDX-License-Identifier: MIT */
#include "core/schema_list.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/panic.h"
#include "base/units.h"
#include "core/schema_value.h"

static struct schema_list_frame *push(
    struct schema_list *list, const struct schema *schema, const char *base) {
    ensure(list->depth < SCHEMA_LIST_DEPTH);
    struct schema_list_frame *frame = &list->frames[list->depth++];
    *frame = (struct schema_list_frame){
        .schema = schema, .base = base, .path_length = list->path.length};
    return frame;
}

void schema_list_begin(
    struct schema_list *list, const struct schema *schema, const void *data,
    const struct node *const *layers, unsigned layer_count) {
    ensure(layer_count <= SCHEMA_LAYERS_MAX);
    *list = (struct schema_list){.layer_count = layer_count};
    list->path = TEXT_IN(list->path_words);
    struct schema_list_frame *root = push(list, schema, data);
    for (unsigned i = 0; i < layer_count; i++) root->nodes[i] = layers[i];
}

static void cut_path(struct schema_list *list, size_t length) {
    list->path.length = length;
    list->path_words[length] = '\0';
}

static void add_name(struct schema_list *list, const char *name) {
    if (list->path.length > 0) text_add_char(&list->path, '.');
    text_add(&list->path, name);
}

static bool strongest(
    const struct schema_list *list, const struct schema_list_frame *frame,
    unsigned *layer) {
    for (unsigned i = list->layer_count; i > 0; i--) {
        if (!frame->nodes[i - 1]) continue;
        *layer = i - 1;
        return true;
    }
    return false;
}

/* A list replaces a list: only the strongest layer that has it counts. */
static void forget_weaker(struct schema_list *list, struct schema_list_frame *frame) {
    unsigned layer = 0;
    if (!strongest(list, frame, &layer)) return;
    for (unsigned i = 0; i < layer; i++) frame->nodes[i] = NULL;
}

static uint32_t element_count(const struct schema_list_frame *frame) {
    const struct schema_field *field = frame->field;
    uint32_t count = 1; /* without a count there is one, if it has a name */
    if (field->count_size > 0) {
        memcpy(&count, frame->base + field->count_offset, sizeof count);
    }
    return count;
}

static bool has_keys(const struct schema *schema) {
    for (size_t i = 0; i < schema->field_count; i++) {
        if (schema->fields[i].key) return true;
    }
    return false;
}

/* Opens the next element of a list or map. */
static void next_element(struct schema_list *list, struct schema_list_frame *frame) {
    size_t index = frame->next++;
    const struct schema *schema = frame->schema;
    const char *slot = frame->base + frame->field->offset + index * schema->size;
    bool named = frame->field->kind == SCHEMA_MAP;
    if (named) {
        add_name(list, slot + schema->name_offset);
    } else {
        text_addf(&list->path, "[%zu]", index);
    }
    struct schema_list_frame *element = push(list, schema, slot);
    for (unsigned i = 0; i < list->layer_count; i++) {
        const struct node *node = frame->nodes[i];
        if (named) {
            element->nodes[i] = node_get(node, slot + schema->name_offset);
        } else if (node && node->kind == NODE_LIST) {
            element->nodes[i] = node_at(node, index);
        } else {
            element->nodes[i] = index == 0 ? node : NULL;
        }
    }
}

/* The node of a field: its own, or that of the whole element when it has no key. */
static void find_nodes(
    const struct schema_list *list, const struct schema_list_frame *from,
    const struct schema_field *field, struct schema_list_frame *to) {
    for (unsigned i = 0; i < list->layer_count; i++) {
        to->nodes[i] =
            field->key ? node_get(from->nodes[i], field->key) : from->nodes[i];
    }
}

static void open_field(
    struct schema_list *list, const struct schema_list_frame *frame,
    const struct schema_field *field) {
    if (field->kind == SCHEMA_OBJECT) {
        struct schema_list_frame *object =
            push(list, field->of, frame->base + field->offset);
        find_nodes(list, frame, field, object);
        return;
    }
    struct schema_list_frame *elements = push(list, field->of, frame->base);
    elements->field = field;
    find_nodes(list, frame, field, elements);
    if (field->kind == SCHEMA_LIST) forget_weaker(list, elements);
}

/* True when the field was a value, which then is the item. */
static bool next_field(
    struct schema_list *list, struct schema_list_frame *frame,
    struct schema_item *item) {
    const struct schema_field *field = &frame->schema->fields[frame->next++];
    if (!field->key && has_keys(frame->schema)) return false;
    if (field->key) add_name(list, field->key);
    if (!schema_kind_is_scalar(field->kind)) {
        open_field(list, frame, field);
        return false;
    }
    struct schema_list_frame found = {0};
    find_nodes(list, frame, field, &found);
    *item = (struct schema_item){
        .path = list->path_words, .field = field, .value = frame->base + field->offset};
    if (strongest(list, &found, &item->layer)) item->node = found.nodes[item->layer];
    return true;
}

bool schema_list_next(struct schema_list *list, struct schema_item *item) {
    while (list->depth > 0) {
        struct schema_list_frame *frame = &list->frames[list->depth - 1];
        size_t end = frame->field ? element_count(frame) : frame->schema->field_count;
        cut_path(list, frame->path_length);
        if (frame->next >= end) {
            list->depth--;
        } else if (frame->field) {
            next_element(list, frame);
        } else if (next_field(list, frame, item)) {
            return true;
        }
    }
    return false;
}

static uint64_t read_unsigned(const void *value, size_t size) {
    switch (size) {
    case sizeof(uint8_t): return *(const uint8_t *)value;
    case sizeof(uint16_t): return *(const uint16_t *)value;
    case sizeof(uint32_t): return *(const uint32_t *)value;
    default: return *(const uint64_t *)value;
    }
}

/* In the largest unit that needs no fraction, so that nothing is rounded away. */
static void add_exact_duration(struct text *text, uint64_t ns) {
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {
        {"h", 3600 * NS_PER_S}, {"m", 60 * NS_PER_S}, {"s", NS_PER_S},
        {"ms", NS_PER_MS},      {"us", NS_PER_US},
    };
    for (size_t i = 0; ns > 0 && i < sizeof units / sizeof *units; i++) {
        if (ns % units[i].ns != 0) continue;
        text_addf(
            text, "%llu%s", (unsigned long long)(ns / units[i].ns), units[i].name);
        return;
    }
    text_addf(text, ns > 0 ? "%lluns" : "%llus", (unsigned long long)ns);
}

static void add_double(
    struct text *text, double value, double factor, const char *unit) {
    if (!isnan(value)) text_addf(text, "%.12g%s", value * factor, unit);
}

static void add_enum(struct text *text, const struct schema_item *item) {
    uint64_t wanted = read_unsigned(item->value, item->field->size);
    for (uint64_t i = 0; item->field->words[i]; i++) {
        if (i == wanted) text_add(text, item->field->words[i]);
    }
}

void schema_item_text(const struct schema_item *item, struct text *text) {
    const void *value = item->value;
    switch (item->field->kind) {
    case SCHEMA_STRING:
    case SCHEMA_TEXT:
    case SCHEMA_URL:
    case SCHEMA_PATH:
    case SCHEMA_FILE:
    case SCHEMA_JSON: text_add(text, value); break;
    case SCHEMA_BOOL: text_add(text, *(const bool *)value ? "true" : "false"); break;
    case SCHEMA_INTEGER:
    case SCHEMA_BYTES:
        text_addf(
            text, "%llu", (unsigned long long)read_unsigned(value, item->field->size));
        break;
    case SCHEMA_DURATION: add_exact_duration(text, *(const uint64_t *)value); break;
    case SCHEMA_NUMBER: add_double(text, *(const double *)value, 1, ""); break;
    case SCHEMA_MILLISECONDS: add_double(text, *(const double *)value, 1, "ms"); break;
    case SCHEMA_RATIO: add_double(text, *(const double *)value, 100, "%"); break;
    case SCHEMA_FACTOR: add_double(text, *(const double *)value, 1, "x"); break;
    case SCHEMA_ENUM: add_enum(text, item); break;
    case SCHEMA_NODE:
    case SCHEMA_OBJECT:
    case SCHEMA_LIST:
    case SCHEMA_MAP: break;
    }
}
