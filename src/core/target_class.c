/* SPDX-License-Identifier: MIT */
#include "core/target_class.h"

const char *target_class_name(enum target_class class) {
    switch (class) {
    case TARGET_LOCAL: return "local";
    case TARGET_STAGING: return "staging";
    case TARGET_PRODUCTION: return "production";
    }
    return "production";
}
