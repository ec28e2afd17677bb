/* How much a target matters: what may be done to it follows from that. */
/* SPDX-License-Identifier: MIT */
#pragma once

enum target_class { TARGET_LOCAL, TARGET_STAGING, TARGET_PRODUCTION };

const char *target_class_name(enum target_class class);
