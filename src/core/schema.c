/* SPDX-License-Identifier: MIT */
#include "core/schema.h"

#include <stdint.h>
#include <string.h>

#include "base/panic.h"
#include "base/safe_text.h"
#include "core/schema_value.h"
#include "core/suggest.h"

enum {
    FRAMES_MAX =
        64, /* twice the depth of a document: a single value is a list of one */
    FIELDS_MAX = 64,
    KEY_SHOWN_SIZE = 64,
};

/* A container that is being read: where its next child stands and goes. */
struct frame {
    const struct schema_field *field; /* NULL for an object */
    const struct schema *schema;      /* of the object, or of each element */
    const struct node *node;          /* borrowed */
    const struct node *next;          /* the child to read next */
    bool lone;                        /* a single value read as a list of one */
    char *base;                       /* of the struct that holds the members */
    uint64_t seen;                    /* fields of an object that came */
    uint32_t count;                   /* elements of a list that came */
};

struct reader {
    struct mistakes *mistakes; /* borrowed */
    struct frame frames[FRAMES_MAX];
    unsigned depth;
};

static struct frame *push(struct reader *reader) {
    ensure(reader->depth < FRAMES_MAX);
    struct frame *frame = &reader->frames[reader->depth++];
    *frame = (struct frame){0};
    return frame;
}

static void push_object(
    struct reader *reader, const struct schema *schema, const struct node *node,
    char *base) {
    ensure(schema->field_count <= FIELDS_MAX);
    struct frame *frame = push(reader);
    frame->schema = schema;
    frame->node = node;
    frame->next = node->first;
    frame->base = base;
}

static const struct schema_field *value_field(const struct schema *schema) {
    for (size_t i = 0; i < schema->field_count; i++) {
        if (!schema->fields[i].key) return &schema->fields[i];
    }
    return NULL;
}

static bool has_keys(const struct schema *schema) {
    return schema->field_count > (value_field(schema) ? 1 : 0);
}

static uint32_t get_count(const struct schema_field *field, const char *base) {
    if (field->count_size == 0) return 0;
    ensure(field->count_size == sizeof(uint32_t));
    uint32_t count = 0;
    memcpy(&count, base + field->count_offset, sizeof count);
    return count;
}

static void set_count(const struct schema_field *field, char *base, uint32_t count) {
    if (field->count_size > 0) memcpy(base + field->count_offset, &count, sizeof count);
}

static size_t capacity(const struct schema_field *field) {
    return field->size / field->of->size;
}

/* `base` is the struct that holds the member and its count. */
static void push_elements(
    struct reader *reader, const struct schema_field *field, const struct node *node,
    char *base) {
    struct frame *frame = push(reader);
    frame->field = field;
    frame->schema = field->of;
    frame->node = node;
    frame->lone = node->kind != NODE_LIST && node->kind != NODE_MAP;
    if (field->kind == SCHEMA_LIST && node->kind == NODE_MAP) frame->lone = true;
    frame->next = frame->lone ? node : node->first;
    frame->base = base;
    if (field->kind == SCHEMA_LIST) set_count(field, base, 0);
}

/* Reads a value, or opens the container that it is. `base` is the struct around it. */
static void read_value(
    struct reader *reader, const struct schema_field *field, const struct node *node,
    char *base) {
    bool misfit = field->kind != SCHEMA_LIST && node->kind != NODE_MAP;
    if (schema_kind_is_scalar(field->kind)) {
        schema_value_read(field, node, base + field->offset, reader->mistakes);
    } else if (misfit) {
        schema_value_wrong(field, node, reader->mistakes);
    } else if (field->kind == SCHEMA_OBJECT) {
        push_object(reader, field->of, node, base + field->offset);
    } else {
        push_elements(reader, field, node, base);
    }
}

static void unknown_key(
    struct reader *reader, const struct schema *schema, const struct node *child) {
    struct suggest suggest = suggest_for(child->key);
    for (size_t i = 0; i < schema->field_count; i++) {
        if (schema->fields[i].key) suggest_offer(&suggest, schema->fields[i].key);
    }
    char key[KEY_SHOWN_SIZE];
    safe_text_copy(key, sizeof key, child->key);
    if (suggest.nearest) {
        mistakes_add_at_key(
            reader->mistakes, child, "unknown key \"%s\" (did you mean \"%s\"?)", key,
            suggest.nearest);
        return;
    }
    char known[MISTAKE_WORDS_SIZE / 2];
    struct text text = TEXT_IN(known);
    for (size_t i = 0; i < schema->field_count; i++) {
        if (!schema->fields[i].key) continue;
        text_addf(&text, "%s%s", text.length > 0 ? ", " : "", schema->fields[i].key);
    }
    mistakes_add_at_key(
        reader->mistakes, child, "unknown key \"%s\" (known here: %s%s)", key, known,
        text.truncated ? "..." : "");
}

static void read_member(
    struct reader *reader, struct frame *frame, const struct node *child) {
    const struct schema *schema = frame->schema;
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct schema_field *field = &schema->fields[i];
        if (!field->key || !slice_equals(child->key, field->key)) continue;
        uint64_t bit = UINT64_C(1) << i;
        if (frame->seen & bit) {
            mistakes_add_at_key(
                reader->mistakes, child, "the key \"%s\" stands twice", field->key);
            return;
        }
        frame->seen |= bit;
        read_value(reader, field, child, frame->base);
        return;
    }
    unknown_key(reader, schema, child);
}

static void read_element(
    struct reader *reader, const struct schema *schema, const struct node *node,
    char *slot) {
    const struct schema_field *value = value_field(schema);
    bool keyed = has_keys(schema);
    if (keyed && node->kind == NODE_MAP) {
        push_object(reader, schema, node, slot);
    } else if (value) {
        read_value(reader, value, node, slot);
    } else {
        const struct schema_field map = {.kind = SCHEMA_OBJECT};
        schema_value_wrong(&map, node, reader->mistakes);
    }
}

/* The element of a map that has this name, whichever layer made it. */
static char *find_named(const struct frame *frame, uint32_t count, struct slice name) {
    const struct schema *schema = frame->schema;
    char *array = frame->base + frame->field->offset;
    for (uint32_t i = 0; i < count; i++) {
        char *slot = array + i * schema->size;
        if (slice_equals(name, slot + schema->name_offset)) return slot;
    }
    return NULL;
}

static bool name_fits(const struct schema *schema, struct slice name) {
    if (name.length == 0 || name.length >= schema->name_size) return false;
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.data[i];
        if (c < ' ' || c == 0x7F) return false;
    }
    return true;
}

/* Where the next element goes: at the end, or over the one that has its name. */
static char *element_slot(
    struct reader *reader, struct frame *frame, const struct node *child) {
    const struct schema *schema = frame->schema;
    const struct schema_field *field = frame->field;
    bool named = field->kind == SCHEMA_MAP;
    uint32_t count =
        field->count_size > 0 ? get_count(field, frame->base) : frame->count;
    if (named) {
        if (!name_fits(schema, child->key)) {
            mistakes_add_at_key(
                reader->mistakes, child, "a name here has 1 to %zu printable bytes",
                schema->name_size - 1);
            return NULL;
        }
        char *known = find_named(frame, count, child->key);
        if (known) return known;
    }
    if (count >= capacity(field)) {
        mistakes_add(
            reader->mistakes, child, "%s: at most %zu entries",
            field->key ? field->key : "list", capacity(field));
        frame->next = NULL;
        return NULL;
    }
    char *slot = frame->base + field->offset + count * schema->size;
    schema_init(schema, slot);
    if (named) {
        memcpy(slot + schema->name_offset, child->key.data, child->key.length);
        slot[schema->name_offset + child->key.length] = '\0';
    }
    set_count(field, frame->base, count + 1);
    return slot;
}

static void read_child(struct reader *reader) {
    struct frame *frame = &reader->frames[reader->depth - 1];
    const struct node *child = frame->next;
    frame->next = frame->lone ? NULL : child->next;
    if (!frame->field) {
        read_member(reader, frame, child);
        return;
    }
    char *slot = element_slot(reader, frame, child);
    frame->count++;
    if (slot) read_element(reader, frame->schema, child, slot);
}

static void check_complete(struct reader *reader, const struct frame *frame) {
    if (frame->field) {
        if (frame->count >= frame->field->least) return;
        mistakes_add(
            reader->mistakes, frame->node, "%s: at least %.0f %s",
            frame->field->key ? frame->field->key : "list", frame->field->least,
            frame->field->least > 1 ? "entries" : "entry");
        return;
    }
    for (size_t i = 0; i < frame->schema->field_count; i++) {
        const struct schema_field *field = &frame->schema->fields[i];
        if (!field->required || (frame->seen & UINT64_C(1) << i)) continue;
        mistakes_add_at_key(
            reader->mistakes, frame->node, "the key \"%s\" is missing", field->key);
    }
}

void schema_read(
    const struct schema *schema, const struct node *root, void *to,
    struct mistakes *mistakes) {
    struct reader reader = {.mistakes = mistakes};
    read_element(&reader, schema, root, to);
    while (reader.depth > 0) {
        struct frame *frame = &reader.frames[reader.depth - 1];
        if (frame->next) {
            read_child(&reader);
        } else {
            check_complete(&reader, frame);
            reader.depth--;
        }
    }
}

/* Structs whose members still need their defaults. */
struct defaults {
    struct {
        const struct schema *schema;
        char *base;
    } waiting[FIELDS_MAX];
    unsigned count;
};

static void put_defaults(
    struct defaults *defaults, const struct schema *schema, char *base) {
    if (schema->init) schema->init(base);
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct schema_field *field = &schema->fields[i];
        char *member = base + field->offset;
        if (field->fallback) schema_value_default(field, member);
        if (field->kind != SCHEMA_OBJECT) continue;
        ensure(defaults->count < FIELDS_MAX);
        defaults->waiting[defaults->count].schema = field->of;
        defaults->waiting[defaults->count].base = member;
        defaults->count++;
    }
}

void schema_init(const struct schema *schema, void *to) {
    memset(to, 0, schema->size);
    struct defaults defaults = {0};
    put_defaults(&defaults, schema, to);
    while (defaults.count > 0) {
        defaults.count--;
        put_defaults(
            &defaults, defaults.waiting[defaults.count].schema,
            defaults.waiting[defaults.count].base);
    }
}
