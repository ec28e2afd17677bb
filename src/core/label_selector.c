/* SPDX-License-Identifier: MIT */
#include "core/label_selector.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

static void add_encoded(struct text *text, struct slice words) {
    for (size_t i = 0; i < words.length; i++) {
        char c = words.data[i];
        if (isalnum((unsigned char)c) || (c && strchr("-_.", c))) {
            text_add_char(text, c);
        } else {
            text_addf(text, "%%%02X", (unsigned char)c);
        }
    }
}

bool label_selector_query(
    const struct node *object, char *to, size_t size, struct error *err) {
    struct text text = text_in(to, size);
    const struct node *selector = node_get(node_get(object, "spec"), "selector");
    const struct node *labels = node_get(selector, "matchLabels");
    const struct node *label = labels ? labels->first : NULL;
    if (!label || node_get(selector, "matchExpressions")) {
        return error_set(
            err, ERROR_USAGE, "the Deployment does not find its pods by labels alone");
    }
    for (; label; label = label->next) {
        if (label->kind != NODE_STRING) {
            return error_set(err, ERROR_PROTOCOL, "a label is no string");
        }
        if (text.length > 0) text_add(&text, "%2C");
        add_encoded(&text, label->key);
        text_add(&text, "%3D");
        add_encoded(&text, label->string);
    }
    return !text.truncated ||
           error_set(err, ERROR_LIMIT, "the labels of the pods are too long");
}
