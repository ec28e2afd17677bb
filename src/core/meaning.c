/* SPDX-License-Identifier: MIT */
#include "core/meaning.h"

enum meaning_kind meaning_kind(enum meaning meaning) {
    static const enum meaning_kind kinds[] = {
#define X(id, kind, words) [id] = (kind),
        MEANINGS(X)
#undef X
    };
    return kinds[meaning];
}
