/* SPDX-License-Identifier: MIT */
#include "control/scaler.h"

#include "base/safe_text.h"
#include "base/scan.h"

static bool is(const struct node *map, const char *key, const char *value) {
    const struct node *own = node_get(map, key);
    return own && own->kind == NODE_STRING && slice_equals(own->string, value);
}

bool scaler_of(
    const struct node *list, const char *deployment, char *name, size_t size) {
    const struct node *items = node_get(list, "items");
    const struct node *item = items ? items->first : NULL;
    for (; item; item = item->next) {
        const struct node *of = node_get(node_get(item, "spec"), "scaleTargetRef");
        if (!is(of, "kind", "Deployment") || !is(of, "name", deployment)) continue;
        const struct node *own = node_get(node_get(item, "metadata"), "name");
        safe_text_copy(name, size, own ? own->string : slice_of("?"));
        return true;
    }
    return false;
}
