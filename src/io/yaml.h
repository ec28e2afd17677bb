/* YAML through libyaml's events: a strict subset in which a file means what it looks
 * like. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "base/scan.h"
#include "core/document.h"

enum { YAML_BYTES_MAX = 256 * 1024 };

/* One document of maps, lists and scalars. Aliases, anchors, tags, directives,
 * duplicate keys, keys that are no scalar and depth over DOCUMENT_DEPTH_MAX are
 * refused. NULL, with `err` reading "name:line:column: why". An empty file is a
 * document without a root. */
struct document *yaml_parse(struct slice text, const char *name, struct error *err);

/* The same for a file of at most YAML_BYTES_MAX. */
struct document *yaml_read(const char *path, struct error *err);
