/* SPDX-License-Identifier: MIT */
#include "ui/dialog.h"

#include <string.h>

#include "base/text.h"

enum dialog_answer dialog_on_key(
    const struct dialog *dialog, struct prompt *prompt, const struct key *key) {
    if (key->pasted) return DIALOG_WAITS;
    bool ctrl_c = key->with == KEY_WITH_CTRL && key->rune == 'c';
    if (key->cap == KEYCAP_ESC || (key->cap == KEYCAP_RUNE && ctrl_c)) return DIALOG_NO;

    if (dialog->word[0] == '\0') {
        if (key->cap != KEYCAP_RUNE || key->with != 0) return DIALOG_WAITS;
        if (key->rune == 'n' || key->rune == 'q') return DIALOG_NO;
        return key->rune == 'y' ? DIALOG_YES : DIALOG_WAITS;
    }
    if (key->cap == KEYCAP_ENTER) {
        bool right = strcmp(prompt->words, dialog->word) == 0;
        return right ? DIALOG_YES : DIALOG_WAITS;
    }
    prompt_on_key(prompt, key);
    return DIALOG_WAITS;
}
