/* SPDX-License-Identifier: MIT */
#include "ui/dialog.h"

#include <string.h>

#include "base/text.h"

static bool is_rune(const struct key *key, uint32_t rune, uint8_t with) {
    return key->cap == KEYCAP_RUNE && key->rune == rune && key->with == with;
}

static enum dialog_answer on_short_answer(const struct key *key) {
    if (is_rune(key, 'n', 0) || is_rune(key, 'q', 0)) return DIALOG_NO;
    return is_rune(key, 'y', 0) ? DIALOG_YES : DIALOG_WAITS;
}

enum dialog_answer dialog_on_key(
    const struct dialog *dialog, struct prompt *prompt, const struct key *key) {
    if (key->pasted) return DIALOG_WAITS;
    if (key->cap == KEYCAP_ESC || is_rune(key, 'c', KEY_WITH_CTRL)) return DIALOG_NO;
    if (dialog->word[0] == '\0') return on_short_answer(key);
    if (key->cap == KEYCAP_ENTER) {
        bool right = strcmp(prompt->words, dialog->word) == 0;
        return right ? DIALOG_YES : DIALOG_WAITS;
    }
    prompt_on_key(prompt, key);
    return DIALOG_WAITS;
}
