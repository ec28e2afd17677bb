/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/utf8.h"
#include "ui/rollout_act.h"
#include "ui/rollout_start.h"
#include "ui/table.h"
#include "ui/views/canary_panels.h"
#include "ui/wrap.h"

enum { WORDS_SIZE = 160 };

enum column { KEY, WHAT, STATE, COLUMNS };

static const char blocked_word[] = "BLOCKED: ";

/* One key, and what it does now. */
struct action {
    const char *key;
    const char *open; /* what it takes when nothing stands against it */
    enum rollout_order_kind kind;
    bool acts; /* needs arming */
};

static const struct action actions[] = {
    {"P", "asks", ROLLOUT_ORDER_PROMOTE, true},
    {"H", "at once", ROLLOUT_ORDER_HOLD, false},
    {"G", "asks", ROLLOUT_ORDER_RESUME, true},
    {"X", "X y", ROLLOUT_ORDER_COUNT, false}, /* the way back, whichever it is */
    {"U", "U y", ROLLOUT_ORDER_UNDO, false},
};

enum { ACTIONS = sizeof actions / sizeof *actions };

/* One that is there has nothing to be resumed for, one that is held cannot be held. */
static bool is_idle(const struct scene *scene, const struct action *action) {
    bool held = scene->live->rollout.phase == ROLLOUT_HOLD;
    return action->kind == (held ? ROLLOUT_ORDER_HOLD : ROLLOUT_ORDER_RESUME);
}

static enum rollout_order_kind kind_of(
    const struct scene *scene, const struct action *action) {
    bool back = action->kind == ROLLOUT_ORDER_COUNT;
    return back ? rollout_act_way_back(scene) : action->kind;
}

static enum role add_state(
    struct text *text, const struct scene *scene, const struct action *action) {
    char why[WORDS_SIZE];
    struct text reason = TEXT_IN(why);
    if (scene->live->read_only) {
        text_add(text, "watching: nothing here can act");
        return ROLE_OFF;
    }
    if (!rollout_act_is_open(scene, kind_of(scene, action), false, &reason)) {
        bool blocked = action->kind == ROLLOUT_ORDER_PROMOTE;
        text_addf(text, "%s%s", blocked ? blocked_word : "", why);
        return blocked ? ROLE_WARN : ROLE_OFF;
    }
    if (action->acts && !rollout_act_is_ours(scene)) {
        text_addf(text, "%s's: takes it over first", scene->live->rollout.holder);
        return ROLE_WARN;
    }
    if (action->acts && !scene_is_armed(scene)) {
        text_add(text, "arm first, with A");
        return ROLE_OFF;
    }
    text_add(text, action->open);
    return ROLE_STRONG;
}

/* How many rows that takes. */
static int draw_wrapped(
    struct canvas *canvas, struct rect rect, const char *words, enum role role) {
    struct scan scan = scan_of(slice_of(words));
    int y = 0;
    for (; y < rect.height && !scan_done(&scan); y++) {
        char row[WORDS_SIZE];
        struct text text = TEXT_IN(row);
        text_add_slice(&text, wrap_next(&scan, rect.width));
        canvas_text(canvas, rect.x, rect.y + y, rect.width, row, role);
    }
    return y;
}

/* What one row says. */
struct row {
    int y;
    const char *key, *what, *state;
    enum role role;
};

/* A reason is worth more than the weight, which stands in the steps above, too. */
static void draw_narrow(
    struct canvas *canvas, const struct table *table, const struct row *row) {
    struct rect at = table->rect;
    if (row->y >= at.height) return;
    bool blocked = strncmp(row->state, blocked_word, sizeof blocked_word - 1) == 0;
    const char *words = row->state + (blocked ? sizeof blocked_word - 1 : 0);
    int name = (int)strcspn(row->what, " ,");
    int x = at.x + table->items[KEY].size;
    struct rect rest = {x, at.y + row->y, at.x + at.width - x, 1};
    int used = canvas_print(canvas, rest, ROLE_TEXT, "%.*s: ", name, row->what);
    rest.x += used;
    rest.width -= used;
    canvas_print(canvas, rest, row->role, "%s%s", blocked ? "!" : "", words);
}

static void draw_row(
    struct canvas *canvas, const struct table *table, const struct row *row) {
    enum role known = row->role == ROLE_OFF ? ROLE_OFF : ROLE_KEY;
    table_put(canvas, table, (struct table_cell){row->y, KEY, row->key, known});
    if ((int)utf8_string_width(row->state) >= table->items[STATE].size) {
        draw_narrow(canvas, table, row);
        return;
    }
    table_put(canvas, table, (struct table_cell){row->y, WHAT, row->what, ROLE_TEXT});
    table_put(canvas, table, (struct table_cell){row->y, STATE, row->state, row->role});
}

static void draw_action(
    struct canvas *canvas, const struct table *table, int y, const struct scene *scene,
    const struct action *action) {
    char what[WORDS_SIZE];
    char state[WORDS_SIZE];
    struct text text = TEXT_IN(what);
    rollout_act_add(&text, &scene->live->rollout, kind_of(scene, action));
    struct text words = TEXT_IN(state);
    enum role role = add_state(&words, scene, action);
    draw_row(canvas, table, &(struct row){y, action->key, what, state, role});
}

/* What is asked of it is not whether it is well: nobody may know that yet. */
static bool canary_is_silent(const struct state *live) {
    bool any = false;
    for (uint32_t i = 0; i < live->part_count; i++) {
        const struct part *part = &live->parts[i];
        if (part->kind != PART_HEALTH || part->track != TRACK_CANARY) continue;
        if (part->status != PART_SILENT) return false;
        any = true;
    }
    return any;
}

static enum role add_smoke_state(struct text *text, const struct scene *scene) {
    const struct action_plan *plan = scene->smoke;
    if (scene->live->read_only) {
        text_add(text, "watching: nothing here can act");
        return ROLE_OFF;
    }
    if (plan && plan->blocked) {
        text_add(text, plan->blocked);
        return ROLE_OFF;
    }
    if (!scene_is_armed(scene)) {
        text_add(text, "arm first, with A");
        return ROLE_OFF;
    }
    bool silent = plan && canary_is_silent(scene->live);
    text_add(text, "S y");
    if (silent) text_add(text, ", none of it answers");
    if (!plan) text_add(text, ", as users reach it");
    return silent ? ROLE_WARN : ROLE_STRONG;
}

/* Against the canary itself, not through the router: also before it has any traffic. */
static void draw_smoke(
    struct canvas *canvas, const struct table *table, int y,
    const struct scene *scene) {
    char state[WORDS_SIZE];
    struct text text = TEXT_IN(state);
    const char *what = scene->smoke ? "smoke canary" : "smoke target";
    enum role role = add_smoke_state(&text, scene);
    draw_row(canvas, table, &(struct row){y, "S", what, state, role});
}

/* Whether nothing but the evidence stands against a promotion. */
static bool is_forcible(const struct scene *scene) {
    char why[WORDS_SIZE];
    struct text text = TEXT_IN(why);
    return !scene->live->read_only &&
           !rollout_act_is_open(scene, ROLLOUT_ORDER_PROMOTE, false, &text) &&
           rollout_act_is_open(scene, ROLLOUT_ORDER_PROMOTE, true, &text);
}

/* Without a rollout there is one to begin. How many rows that takes. */
static int draw_start(
    struct canvas *canvas, struct rect at, const struct scene *scene) {
    char line[WORDS_SIZE];
    char why[WORDS_SIZE];
    struct text text = TEXT_IN(line);
    struct text reason = TEXT_IN(why);
    bool open = rollout_start_is_open(scene, &reason);
    if (scene->live->read_only || !scene->rollout || !scene->rollout->draft) {
        canvas_text(canvas, at.x, at.y, at.width, "nothing to act on", ROLE_OFF);
        return 1;
    }
    int used =
        canvas_text(canvas, at.x, at.y, at.width, "P ", open ? ROLE_KEY : ROLE_OFF);
    text_add(&text, "start a rollout   ");
    if (open) {
        text_add(&text, scene_is_armed(scene) ? "asks" : "arm first, with A");
    } else {
        text_addf(&text, "%s%s", blocked_word, why);
    }
    struct rect rest = {at.x + used, at.y, at.width - used, at.height};
    return draw_wrapped(canvas, rest, line, open ? ROLE_STRONG : ROLE_WARN);
}

/* What cannot be meant now gives way when not
 * all have room. How many rows that takes. */
static int draw_orders(
    struct canvas *canvas, const struct table *table, const struct scene *scene) {
    bool all = table->rect.height > ACTIONS;
    int y = 0;
    for (int i = 0; i < ACTIONS; i++) {
        if (!all && is_idle(scene, &actions[i])) continue;
        draw_action(canvas, table, y++, scene, &actions[i]);
    }
    return y;
}

void canary_panels_draw_actions(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const struct table_column columns[COLUMNS] = {
        [KEY] = {"", 1, 0, 3, false},
        [WHAT] = {"", 16, 0, 1, false},
        [STATE] = {"", 14, 1, 2, false},
    };
    struct panel_frame frame = scene_frame(scene, PANEL_CANARY_ACTIONS);
    frame.title = "actions";
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct rect at = {inner.x + 1, inner.y, inner.width - 2, inner.height};
    struct table table = table_begin(canvas, at, columns, COLUMNS);
    int used = 0;
    if (at.height <= 0) return;
    if (!rollout_act_has_one(scene)) {
        used = draw_start(canvas, at, scene);
    } else {
        used = draw_orders(canvas, &table, scene);
    }
    if (used < at.height) draw_smoke(canvas, &table, used, scene);
    if (used + 1 >= at.height || !is_forcible(scene)) return;
    static const char words[] = ":promote --force WHY   against the evidence";
    canvas_text(canvas, at.x, at.y + used + 1, at.width, words, ROLE_DIM);
}
