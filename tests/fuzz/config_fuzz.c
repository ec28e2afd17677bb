/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "config_file.h"
#include "core/document.h"
#include "core/schema_list.h"
#include "fuzz/fuzz.h"
#include "io/yaml.h"
#include "untrusted.h"

static bool is_sound(const struct mistake *mistake) {
    return mistake->line >= 1 && mistake->column >= 1 && mistake->words[0] &&
           memchr(mistake->words, '\0', sizeof mistake->words);
}

/* Every mistake has a place, and its words fit. */
static void look_at_mistakes(const struct mistakes *mistakes) {
    for (uint32_t i = 0; i < mistakes->count && i < MISTAKES_MAX; i++) {
        ensure(is_sound(&mistakes->items[i]));
    }
}

/* What is right can be listed: every text ends where its array does. */
static void list_all(const struct config_file *file, const struct node *root) {
    struct schema_list list;
    struct schema_item item;
    char words[TARGET_TEMPLATE_SIZE * 2];
    schema_list_begin(&list, config_file_schema(), file, &root, 1);
    while (schema_list_next(&list, &item)) {
        struct text text = TEXT_IN(words);
        schema_item_text(&item, &text);
        ensure(!text.truncated);
    }
}

/* Nobody's word is taken for it, whatever the file says. */
static void distrust(const struct config_file *file, struct document *document) {
    struct config_layer project = {
        .source = CONFIG_PROJECT, .present = true, .document = document};
    struct config_layer user = {.source = CONFIG_USER};
    for (uint32_t i = 0; i < file->target_count; i++) {
        struct mistakes refusals;
        mistakes_init(&refusals, "f");
        untrusted_find(&project, &user, &file->targets[i], &refusals);
        untrusted_lowers_class(&project, &file->targets[i]);
        look_at_mistakes(&refusals);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct error err = {0};
    struct slice text = {.data = (const char *)data, .length = size};
    struct document *document = yaml_parse(text, "f", &err);
    const struct node *root = document ? document_root(document) : NULL;
    if (root) {
        struct config_file *file = memory_new(sizeof *file);
        struct mistakes mistakes;
        mistakes_init(&mistakes, "f");
        schema_init(config_file_schema(), file);
        schema_read(config_file_schema(), root, file, &mistakes);
        config_file_check(root, &mistakes);
        look_at_mistakes(&mistakes);
        if (mistakes.count == 0) {
            list_all(file, root);
            distrust(file, document);
        }
        free(file);
    }
    document_free(document);
    return 0;
}
