/* Tests of reading documents through tables: every kind, every limit, every mistake. */
/* SPDX-License-Identifier: MIT */
#include "core/schema.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "core/document.h"
#include "io/yaml.h"

enum { THINGS_MAX = 3, HEADERS_MAX = 2, CODES_MAX = 4 };

struct header {
    char name[16];
    char value[32];
};

struct thing {
    char name[16];
    char path[32];
    double weight;
    uint32_t code_count;
    uint16_t codes[CODES_MAX];
};

struct file {
    uint32_t version;
    char title[16];
    char url[32];
    bool on;
    uint8_t class;
    uint64_t every_ns;
    double p95_ms;
    double share;
    double factor;
    double number;
    uint64_t limit_bytes;
    char body[64];
    const struct node *raw;
    uint32_t thing_count;
    struct thing things[THINGS_MAX];
    uint32_t named_count;
    struct thing named[THINGS_MAX];
    uint32_t header_count;
    struct header headers[HEADERS_MAX];
};

static const struct schema_field code_fields[] = {
    {NULL, SCHEMA_INTEGER, .offset = 0, .size = sizeof(uint16_t), .least = 100,
     .most = 599},
};
static const struct schema code_schema = {SCHEMA_OF(uint16_t, code_fields)};

static const struct schema_field thing_fields[] = {
    {NULL, SCHEMA_PATH, SCHEMA_AT(struct thing, path)},
    {"path", SCHEMA_PATH, SCHEMA_AT(struct thing, path), .required = true},
    {"weight", SCHEMA_RATIO, SCHEMA_AT(struct thing, weight), .fallback = "50%"},
    {"codes", SCHEMA_LIST, SCHEMA_LIST_AT(struct thing, codes, code_count), .least = 1,
     .of = &code_schema},
};
static const struct schema thing_schema = {
    SCHEMA_OF(struct thing, thing_fields),
    .name_offset = offsetof(struct thing, name),
    .name_size = sizeof(((struct thing *)0)->name),
};

static const struct schema_field header_fields[] = {
    {NULL, SCHEMA_STRING, SCHEMA_AT(struct header, value), .secret = true},
};
static const struct schema header_schema = {
    SCHEMA_OF(struct header, header_fields),
    .name_offset = offsetof(struct header, name),
    .name_size = sizeof(((struct header *)0)->name),
};

static void init_inner(void *to) {
    ((struct file *)to)->number = NAN;
}

static const char *const classes[] = {"local", "staging", "production", NULL};
static const char *const schemes[] = {"http", "unix", NULL};

static const struct schema_field inner_fields[] = {
    {"share", SCHEMA_RATIO, SCHEMA_AT(struct file, share), .most = 0.5},
    {"factor", SCHEMA_FACTOR, SCHEMA_AT(struct file, factor), .least = 1, .most = 10,
     .fallback = "1.5x"},
    {"number", SCHEMA_NUMBER, SCHEMA_AT(struct file, number)},
    {"limit", SCHEMA_BYTES, SCHEMA_AT(struct file, limit_bytes)},
    {"body", SCHEMA_JSON, SCHEMA_AT(struct file, body)},
    {"raw", SCHEMA_NODE, SCHEMA_NODE_AT(struct file, raw)},
};
static const struct schema inner_schema = {
    SCHEMA_OF(struct file, inner_fields), .init = init_inner};

static const struct schema_field file_fields[] = {
    {"version", SCHEMA_INTEGER, SCHEMA_AT(struct file, version), .required = true,
     .least = 1, .most = 1},
    {"title", SCHEMA_STRING, SCHEMA_AT(struct file, title)},
    {"url", SCHEMA_URL, SCHEMA_AT(struct file, url), .words = schemes},
    {"on", SCHEMA_BOOL, SCHEMA_AT(struct file, on)},
    {"class", SCHEMA_ENUM, SCHEMA_AT(struct file, class), .words = classes},
    {"every", SCHEMA_DURATION, SCHEMA_AT(struct file, every_ns), .least = 100e6,
     .most = 3600e9, .fallback = "1s"},
    {"p95", SCHEMA_MILLISECONDS, SCHEMA_AT(struct file, p95_ms)},
    {"things", SCHEMA_LIST, SCHEMA_LIST_AT(struct file, things, thing_count),
     .of = &thing_schema},
    {"named", SCHEMA_MAP, SCHEMA_LIST_AT(struct file, named, named_count),
     .of = &thing_schema},
    {"headers", SCHEMA_MAP, SCHEMA_LIST_AT(struct file, headers, header_count),
     .of = &header_schema},
    {"inner", SCHEMA_OBJECT, .offset = 0, .of = &inner_schema},
};
static const struct schema file_schema = {SCHEMA_OF(struct file, file_fields)};

static struct document *document;
static struct mistakes mistakes;

static void over(struct file *file, const char *yaml) {
    struct error err;
    document_free(document);
    document = yaml_parse(slice_of(yaml), "f.yaml", &err);
    if (!document) fail_msg("%s", err.message);
    mistakes_init(&mistakes, "f.yaml");
    schema_read(&file_schema, document_root(document), file, &mistakes);
}

static void read_into(struct file *file, const char *yaml) {
    schema_init(&file_schema, file);
    over(file, yaml);
}

static int forget_document(void **state) {
    (void)state;
    document_free(document);
    document = NULL;
    return 0;
}

static void every_kind_of_value_is_read(void **state) {
    (void)state;
    struct file file;
    read_into(
        &file,
        "version: 1\n"
        "title: no\n"
        "url: http://h:1/x\n"
        "on: true\n"
        "class: production\n"
        "every: 2s\n"
        "p95: 1.5s\n"
        "inner: {share: 5%, number: -2.5, limit: 64KiB, raw: [1], body: {a: 1, b: "
        "\"1\", c: [true, x]}}\n");
    struct error err;
    if (!mistakes_none(&mistakes, &err)) fail_msg("%s", err.message);
    assert_int_equal(file.version, 1);
    assert_string_equal(file.title, "no");
    assert_string_equal(file.url, "http://h:1/x");
    assert_true(file.on);
    assert_int_equal(file.class, 2);
    assert_int_equal(file.every_ns, 2 * NS_PER_S);
    assert_true(file.p95_ms == 1500.0);
    assert_true(file.share == 0.05);
    assert_true(file.factor == 1.5);
    assert_true(file.number == -2.5);
    assert_int_equal(file.limit_bytes, 65536);
    assert_string_equal(file.body, "{\"a\":1,\"b\":\"1\",\"c\":[true,\"x\"]}");
    assert_int_equal(file.raw->kind, NODE_LIST);
}

static void what_is_not_said_keeps_its_default(void **state) {
    (void)state;
    struct file file;
    read_into(&file, "version: 1\nthings: [{path: /a}]\n");
    assert_int_equal(mistakes.count, 0);
    assert_int_equal(file.every_ns, NS_PER_S);
    assert_true(file.factor == 1.5);
    assert_true(isnan(file.number));
    assert_true(file.things[0].weight == 0.5);
    assert_false(file.on);
}

static void lists_take_values_maps_and_a_lone_value(void **state) {
    (void)state;
    struct file file;
    read_into(
        &file, "version: 1\n"
               "things:\n"
               "  - /a\n"
               "  - {path: /b, weight: 1%, codes: [200, 202]}\n"
               "  - {path: /c, codes: 204}\n");
    assert_int_equal(mistakes.count, 0);
    assert_int_equal(file.thing_count, 3);
    assert_string_equal(file.things[0].path, "/a");
    assert_string_equal(file.things[1].path, "/b");
    assert_int_equal(file.things[1].code_count, 2);
    assert_int_equal(file.things[1].codes[1], 202);
    assert_int_equal(file.things[2].code_count, 1);
    assert_int_equal(file.things[2].codes[0], 204);

    read_into(&file, "version: 1\nthings: /lone\n");
    assert_int_equal(mistakes.count, 0);
    assert_int_equal(file.thing_count, 1);
    assert_string_equal(file.things[0].path, "/lone");
}

static void a_second_layer_adds_to_maps_and_replaces_lists(void **state) {
    (void)state;
    struct file file;
    read_into(
        &file, "version: 1\n"
               "things: [/a, /b]\n"
               "named: {one: {path: /1, weight: 1%}, two: /2}\n");
    assert_int_equal(file.named_count, 2);
    over(&file, "version: 1\nthings: [/z]\nnamed: {one: {path: /x}, three: /3}\n");
    assert_int_equal(mistakes.count, 0);
    assert_int_equal(file.thing_count, 1);
    assert_string_equal(file.things[0].path, "/z");
    assert_int_equal(file.named_count, 3);
    assert_string_equal(file.named[0].name, "one");
    assert_string_equal(file.named[0].path, "/x");
    assert_true(file.named[0].weight == 0.01);
    assert_string_equal(file.named[1].path, "/2");
    assert_string_equal(file.named[2].name, "three");
}

static const struct {
    const char *yaml;
    const char *words;
} mistaken[] = {
    {"title: x", "f.yaml:1:1: the key \"version\" is missing"},
    {"version: 1\nurll: http://x",
     "f.yaml:2:1: unknown key \"urll\" (did you mean \"url\"?)"},
    {"version: 1\ninner: {banana: 1}", "f.yaml:2:9: unknown key \"banana\" (known "
                                       "here: share, factor, number, limit, "
                                       "body, raw)"},
    {"version: 2",
     "f.yaml:1:10: version: expected a whole number that is 1, got \"2\""},
    {"version: \"1\"", "f.yaml:1:10: version: expected a whole number"},
    {"version: 1.0", "f.yaml:1:10: version: expected a whole number"},
    {"version: [1]", "version: expected a whole number that is 1, got a list"},
    {"version:", "version: expected a whole number that is 1, got nothing"},
    {"version: 1\ntitle: 0123456789abcdef",
     "f.yaml:2:8: title: expected a string on one line of up to 15 bytes, got "
     "\"0123456789abcdef\""},
    {"version: 1\ntitle: \"a\\nb\"", "got \"a"},
    {"version: 1\ntitle: \"\"", "up to 15 bytes, got nothing"},
    {"version: 1\nurl: ftp://h",
     "url: expected a URL that starts with http:// or unix:// of up to 31 bytes, "
     "got \"ftp://h\""},
    {"version: 1\nurl: http:///x", "url: expected a URL"},
    {"version: 1\nurl: unix://x", "url: expected a URL"},
    {"version: 1\nurl: \"http://a b\"", "url: expected a URL"},
    {"version: 1\nurl: ftp://me:pw@h", "got \"ftp://h\""},
    {"version: 1\non: yes", "f.yaml:2:5: on: expected true or false, got \"yes\""},
    {"version: 1\non: \"true\"", "on: expected true or false, got \"true\""},
    {"version: 1\nclass: prodution",
     "class: expected one of local, staging or production, got \"prodution\" (did "
     "you mean \"production\"?)"},
    {"version: 1\nevery: 5", "every: expected a duration like 250ms or 10m, from "
                             "100ms to 1h00m, got \"5\""},
    {"version: 1\nevery: 99ms", "every: expected a duration"},
    {"version: 1\nevery: 61m", "every: expected a duration"},
    {"version: 1\np95: fast", "p95: expected a duration like 250ms or 2s"},
    {"version: 1\ninner: {share: 51%}",
     "share: expected a ratio like 5% or 0.05, from 0% to 50%, got \"51%\""},
    {"version: 1\ninner: {share: 150%}", "share: expected a ratio"},
    {"version: 1\ninner: {factor: 2}",
     "factor: expected a factor like 1.5x, from 1x to 10x, got \"2\""},
    {"version: 1\ninner: {factor: 11x}", "factor: expected a factor"},
    {"version: 1\ninner: {factor: x}", "factor: expected a factor"},
    {"version: 1\ninner: {number: .nan}", "number: expected a number"},
    {"version: 1\ninner: {number: 1e999}", "number: expected a number"},
    {"version: 1\ninner: {limit: big}", "limit: expected a size like 64KiB or 16MB"},
    {"version: 1\ninner: [1]", "inner: expected a map, got a list"},
    {"version: 1\ninner: x", "inner: expected a map, got \"x\""},
    {"version: 1\nthings: [a]", "f.yaml:2:10: expected a path that starts with / "
                                "of up to 31 bytes, got \"a\""},
    {"version: 1\nthings: [{weight: 1%}]", "f.yaml:2:10: the key \"path\" is missing"},
    {"version: 1\nthings: [/1, /2, /3, /4, /5]",
     "f.yaml:2:22: things: at most 3 entries"},
    {"version: 1\nthings: [{path: /x, codes: []}]",
     "f.yaml:2:28: codes: at least 1 entry"},
    {"version: 1\nthings: [{path: /x, codes: [99]}]",
     "f.yaml:2:29: expected a whole number, from 100 to 599, got \"99\""},
    {"version: 1\nnamed: [/x]", "named: expected a map of names, got a list"},
    {"version: 1\nnamed: {0123456789abcdef: /x}",
     "f.yaml:2:9: a name here has 1 to 15 printable bytes"},
    {"version: 1\nnamed: {\"a\\tb\": /x}", "a name here has 1 to 15"},
    {"version: 1\nheaders: {A: \"0123456789012345678901234567890secret\"}",
     "f.yaml:2:14: expected a string on one line of up to 31 bytes, got 37 bytes "
     "that are not shown"},
};

static void expect_mistake(const char *yaml, const char *words) {
    struct file file;
    struct error err;
    read_into(&file, yaml);
    assert_false(mistakes_none(&mistakes, &err));
    if (!strstr(err.message, words)) fail_msg("%s\nsays: %s", yaml, err.message);
    if (mistakes.count != 1) fail_msg("%s: %u mistakes", yaml, mistakes.count);
}

static void every_mistake_is_named_with_its_place(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof mistaken / sizeof *mistaken; i++) {
        expect_mistake(mistaken[i].yaml, mistaken[i].words);
    }
}

static void all_mistakes_of_a_file_are_found(void **state) {
    (void)state;
    struct file file;
    struct error err;
    read_into(&file, "version: 9\ntitel: x\non: maybe\nthings: [{}]\nevery: 1h\n");
    assert_int_equal(mistakes.count, 4);
    assert_int_equal(mistakes.items[0].line, 1);
    assert_int_equal(mistakes.items[1].line, 2);
    assert_int_equal(mistakes.items[2].line, 3);
    assert_int_equal(mistakes.items[3].line, 4);
    assert_false(mistakes_none(&mistakes, &err));
    assert_non_null(strstr(err.message, "(and 3 more)"));
}

static void a_flood_of_mistakes_is_counted_and_cut(void **state) {
    (void)state;
    char yaml[4096] = "version: 1\n";
    struct text text = TEXT_IN(yaml);
    text_add(&text, "version: 1\n");
    for (int i = 0; i < MISTAKES_MAX + 10; i++) text_addf(&text, "key%d: 1\n", i);
    struct file file;
    read_into(&file, yaml);
    assert_int_equal(mistakes.count, MISTAKES_MAX + 10);
    assert_int_equal(mistakes.items[MISTAKES_MAX - 1].line, MISTAKES_MAX + 1);
}

/* Documents that no YAML file can make: a key twice, numbers with a type. */
static void a_key_that_stands_twice_is_refused(void **state) {
    (void)state;
    struct error err;
    struct document *made = document_new();
    struct node *root = document_add(made, NULL, NODE_MAP, &err);
    for (int i = 0; i < 2; i++) {
        struct node *child = document_add(made, root, NODE_NUMBER, &err);
        assert_true(document_set_key(made, child, slice_of("version"), &err));
        assert_true(document_set_string(made, child, slice_of("1"), &err));
        child->number = 1;
    }
    struct file file;
    schema_init(&file_schema, &file);
    mistakes_init(&mistakes, "f.json");
    schema_read(&file_schema, root, &file, &mistakes);
    assert_int_equal(mistakes.count, 1);
    assert_string_equal(mistakes.items[0].words, "the key \"version\" stands twice");
    assert_int_equal(file.version, 1);
    document_free(made);
}

static void a_root_that_is_no_map_is_a_mistake(void **state) {
    (void)state;
    struct file file;
    read_into(&file, "[1, 2]");
    assert_int_equal(mistakes.count, 1);
    assert_string_equal(mistakes.items[0].words, "expected a map, got a list");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_value_is_read),
        cmocka_unit_test(what_is_not_said_keeps_its_default),
        cmocka_unit_test(lists_take_values_maps_and_a_lone_value),
        cmocka_unit_test(a_second_layer_adds_to_maps_and_replaces_lists),
        cmocka_unit_test(every_mistake_is_named_with_its_place),
        cmocka_unit_test(all_mistakes_of_a_file_are_found),
        cmocka_unit_test(a_flood_of_mistakes_is_counted_and_cut),
        cmocka_unit_test(a_key_that_stands_twice_is_refused),
        cmocka_unit_test(a_root_that_is_no_map_is_a_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, forget_document);
}
