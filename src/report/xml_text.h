/* Text inside XML: escaped, and without the characters that XML 1.0 forbids. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"

/* For attributes in double quotes and for elements. */
void xml_add(struct buffer *to, const char *text);

/* ` name="value"`. */
void xml_add_attribute(struct buffer *to, const char *name, const char *value);
