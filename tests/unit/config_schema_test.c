/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config_file.h"
#include "core/document.h"
#include "core/schema_list.h"
#include "io/yaml.h"

enum { DOCUMENTS = 2, LISTING_SIZE = 16384 };

/* Reads them into `file`, one over the other. */
static void read_layers(
    const char *const *yaml, struct config_file *file,
    struct document *documents[DOCUMENTS]) {
    schema_init(config_file_schema(), file);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        struct mistakes mistakes;
        struct error err;
        documents[i] = yaml_parse(slice_of(yaml[i]), "f", &err);
        if (!documents[i]) fail_msg("%s", err.message);
        mistakes_init(&mistakes, "f");
        schema_read(config_file_schema(), document_root(documents[i]), file, &mistakes);
        if (!mistakes_none(&mistakes, &err)) fail_msg("%s", err.message);
    }
}

/* "path=value@layer:line" for everything that somebody said, a line each. */
static void list_said(
    const char *const *yaml, struct config_file *file, char listing[LISTING_SIZE]) {
    struct document *documents[DOCUMENTS];
    const struct node *roots[DOCUMENTS];
    struct schema_list list;
    struct schema_item item;
    struct text text = text_in(listing, LISTING_SIZE);
    read_layers(yaml, file, documents);
    for (unsigned i = 0; i < DOCUMENTS; i++) roots[i] = document_root(documents[i]);
    schema_list_begin(&list, config_file_schema(), file, roots, DOCUMENTS);
    while (schema_list_next(&list, &item)) {
        if (!item.node) continue;
        text_addf(&text, "%s=", item.path);
        schema_item_text(&item, &text);
        text_addf(&text, "@%u:%u\n", item.layer, item.node->line);
    }
    for (unsigned i = 0; i < DOCUMENTS; i++) document_free(documents[i]);
}

static void the_strongest_layer_is_named_and_lists_come_from_one(void **state) {
    (void)state;
    static const char *const yaml[DOCUMENTS] = {
        "version: 1\n"
        "poll: {health: 2s, metrics: 1500ms}\n"
        "targets:\n"
        "  a:\n"
        "    url: http://a\n"
        "    slo: {availability: 99.9%, p95: 250ms}\n"
        "    headers: {X: \"1\", Y: \"2\"}\n"
        "    tracks: {stable: {urls: [http://s1, http://s2]}}\n"
        "canary: {steps: [1%, 2%, 3%]}\n",
        "version: 1\n"
        "targets:\n"
        "  a:\n"
        "    class: staging\n"
        "    headers: {Y: \"3\"}\n"
        "    tracks: {stable: {urls: http://s3}}\n"
        "canary: {steps: [5%, 100%], hold_each: 90s, harm: {material: 2x, rule: "
        "book}}\n",
    };
    struct config_file *file = calloc(1, sizeof *file);
    char listing[LISTING_SIZE];
    list_said(yaml, file, listing);
    assert_string_equal(
        listing, "version=1@1:1\n"
                 "targets.a.class=staging@1:4\n"
                 "targets.a.url=http://a@0:5\n"
                 "targets.a.tracks.stable.urls[0]=http://s3@1:6\n"
                 "targets.a.headers.X=1@0:7\n"
                 "targets.a.headers.Y=3@1:5\n"
                 "targets.a.slo.availability=99.9%@0:6\n"
                 "targets.a.slo.p95=250ms@0:6\n"
                 "poll.health=2s@0:2\n"
                 "poll.metrics=1500ms@0:2\n"
                 "canary.steps[0]=5%@1:7\n"
                 "canary.steps[1]=100%@1:7\n"
                 "canary.hold_each=90s@1:7\n"
                 "canary.harm.rule=book@1:7\n"
                 "canary.harm.material=2x@1:7\n");
    free(file);
}

static void defaults_are_listed_without_a_node(void **state) {
    (void)state;
    struct config_file *file = calloc(1, sizeof *file);
    const struct node *roots[1] = {NULL};
    struct schema_list list;
    struct schema_item item;
    unsigned seen = 0;
    schema_init(config_file_schema(), file);
    schema_list_begin(&list, config_file_schema(), file, roots, 1);
    while (schema_list_next(&list, &item)) {
        char value[64];
        struct text text = TEXT_IN(value);
        assert_null(item.node);
        schema_item_text(&item, &text);
        if (strcmp(item.path, "arm_for") == 0) assert_string_equal(value, "30m");
        if (strcmp(item.path, "canary.steps[2]") == 0) {
            assert_string_equal(value, "50%");
        }
        if (strcmp(item.path, "theme") == 0) assert_string_equal(value, "");
        seen++;
    }
    assert_true(seen > 10);
    free(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_strongest_layer_is_named_and_lists_come_from_one),
        cmocka_unit_test(defaults_are_listed_without_a_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
