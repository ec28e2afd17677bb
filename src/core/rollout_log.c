/* SPDX-License-Identifier: MIT */
#include "core/rollout_log.h"

#include <string.h>

#include "base/text.h"
#include "core/weight.h"

/* How a phase is told; the reason of it follows where it says more. */
struct telling {
    bool told, reasoned;
    enum note_level level;
    const char *words;
};

static const struct telling tellings[ROLLOUT_PHASE_COUNT] = {
    [ROLLOUT_PREFLIGHT] = {true, false, NOTE_INFO, "begins"},
    [ROLLOUT_WATCHING] = {true, false, NOTE_INFO, "is watched"},
    [ROLLOUT_HOLD] = {true, true, NOTE_WARN, "held"},
    [ROLLOUT_DONE] = {true, false, NOTE_OK, "promoted"},
    [ROLLOUT_FINALIZING] = {true, false, NOTE_INFO, "stable is given it"},
    [ROLLOUT_ROLLING_BACK] = {true, true, NOTE_BAD, "goes back"},
    [ROLLOUT_ROLLED_BACK] = {true, true, NOTE_BAD, "rolled back"},
    [ROLLOUT_STRANDED] = {true, true, NOTE_BAD, "needs a person"},
};

static bool has_changed(
    const struct rollout_log *log, const struct rollout_status *news) {
    return log->phase != news->phase || log->hold != news->hold ||
           log->step != news->step || strcmp(log->id, news->id) != 0;
}

static void write_words(
    struct text *words, const struct telling *telling,
    const struct rollout_status *news) {
    text_addf(words, "%s %s", news->to, telling->words);
    if (news->phase == ROLLOUT_WATCHING) {
        text_add(words, " at ");
        weight_add_percent(words, news->wanted_bp);
        text_addf(
            words, ", step %u of %u", (unsigned)news->step, (unsigned)news->steps);
    } else if (news->phase == ROLLOUT_PREFLIGHT) {
        text_addf(words, ", for %s@%s", news->holder, news->host);
    } else if (telling->reasoned && news->reason[0]) {
        text_addf(words, ": %s", news->reason);
    }
}

bool rollout_log_take(
    struct rollout_log *log, const struct rollout_status *news, struct note *note) {
    char words[2 * ROLLOUT_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    if (!news->known || news->phase >= ROLLOUT_PHASE_COUNT || !has_changed(log, news)) {
        return false;
    }
    bool is_past = news->ended && strcmp(log->id, news->id) != 0;
    const struct telling *telling = &tellings[news->phase];
    text_copy_cut(log->id, sizeof log->id, news->id);
    log->phase = news->phase;
    log->hold = news->hold;
    log->step = news->step;
    if (is_past || !telling->told) return false;
    write_words(&text, telling, news);
    note->level = (uint8_t)telling->level;
    text_copy_cut(note->source, sizeof note->source, "rollout");
    text_copy_cut(note->words, sizeof note->words, words);
    return true;
}
