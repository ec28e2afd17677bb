/* SPDX-License-Identifier: MIT */
#include "control/cluster_right.h"

#include "base/json_writer.h"
#include "base/scan.h"

void cluster_right_write(
    struct buffer *to, const char *namespace, const struct cluster_right *right) {
    struct scan scan = scan_of(slice_of(right->resource));
    struct slice resource = scan_until(&scan, '/'), sub = scan_rest(&scan);
    struct json_writer json = json_writer_to(to);
    json_object_begin(&json);
    json_field_string(&json, "apiVersion", "authorization.k8s.io/v1");
    json_field_string(&json, "kind", "SelfSubjectAccessReview");
    json_key(&json, "spec");
    json_object_begin(&json);
    json_key(&json, "resourceAttributes");
    json_object_begin(&json);
    json_field_string(&json, "namespace", namespace);
    json_field_string(&json, "verb", right->verb);
    json_field_string(&json, "group", right->group);
    json_field_slice(&json, "resource", resource);
    if (sub.length > 0) json_field_slice(&json, "subresource", sub);
    if (*right->name) json_field_string(&json, "name", right->name);
    json_object_end(&json);
    json_object_end(&json);
    json_object_end(&json);
}
