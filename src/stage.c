/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "outfit.h"
#include "takeaway.h"
#include "ui/frame_pace.h"
#include "ui/input.h"
#include "ui/screen.h"

/* How long Esc alone waits for the rest of a sequence. */
#define STAGE_ESCAPE_NS (UINT64_C(50) * NS_PER_MS)

enum { STAGE_SIGNALS = 6, MODE_SYNC = 2026, MODE_UNKNOWN = 0, MODE_NEVER = 4 };

struct stage {
    struct loop *loop;         /* borrowed */
    const struct model *model; /* borrowed */
    struct stage_owner owner;
    struct screen *screen;
    struct outfit outfit;
    struct ui ui;
    struct input input;
    struct frame_pace pace;
    struct loop_watch *keys, *line;
    struct loop_signal *signals[STAGE_SIGNALS];
    struct loop_timer *frame;  /* a frame is owed */
    struct loop_timer *escape; /* a sequence may have ended */
    struct loop_timer *second; /* the clock, while something moves */
    struct screen_stats stats; /* a second ago */
    struct link_info link;
    bool was_stalled;
    struct state past; /* where the view is frozen */
    uint64_t past_ns;  /* 0: `past` holds nothing */
};

static void draw(struct stage *stage);

/* What the ui works on; while frozen, the state of the time that is shown. */
static struct ui_world world_of(struct stage *stage, const struct state *shown) {
    struct stage_owner *owner = &stage->owner;
    return (struct ui_world){
        .model = stage->model,
        .past = shown,
        .load = owner->load ? owner->load(owner->owner) : NULL,
        .rollout = owner->rollout ? owner->rollout(owner->owner) : NULL,
        .now_ns = loop_clock_ns(),
        .link = stage->link,
        .settings = outfit_values(&stage->outfit),
    };
}

/* What would be sent is read from files: not before somebody may look at it. */
static void lend_smoke(struct stage *stage, struct ui_world *world) {
    struct stage_owner *owner = &stage->owner;
    if (!owner->smoke) return;
    world->smoke = owner->smoke(owner->owner, false);
    world->smoke_canary = owner->smoke(owner->owner, true);
}

/* Who holds the target can change at any time:
 * it is asked when a key may be about it. */
static bool find_holder(
    struct stage *stage, const struct key *key, struct target_holder *holder) {
    struct stage_owner *owner = &stage->owner;
    bool asks = key->cap == KEYCAP_RUNE && !key->pasted;
    if (stage->ui.over != UI_NOTHING_OVER || !owner->holder) asks = false;
    return asks && owner->holder(owner->owner, holder);
}

static const struct state *past_of(struct stage *stage) {
    if (!stage->ui.frozen) {
        stage->past_ns = 0;
        return NULL;
    }
    struct stage_owner *owner = &stage->owner;
    uint64_t view_ns = ui_view_ns(&stage->ui, loop_clock_ns());
    if (stage->past_ns == view_ns) return &stage->past;
    stage->past_ns = 0;
    if (!owner->state_at(owner->owner, view_ns, &stage->past)) return NULL;
    stage->past_ns = view_ns;
    return &stage->past;
}

static void schedule(struct stage *stage);

static void on_frame_due(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct stage *stage = owner;
    stage->frame = NULL;
    schedule(stage);
}

static bool is_due(const struct stage *stage, uint64_t *due_ns) {
    return frame_pace_due(&stage->pace, due_ns) && !screen_waits(stage->screen);
}

/* Draws now, or when it is time; not while the line is busy: what comes after the frame
 * that it holds will be newer. */
static void schedule(struct stage *stage) {
    uint64_t due_ns;
    if (!is_due(stage, &due_ns)) return;
    uint64_t now_ns = loop_clock_ns();
    loop_timer_free(stage->frame);
    stage->frame = NULL;
    if (due_ns <= now_ns) {
        draw(stage);
        if (!is_due(stage, &due_ns)) return;
    }
    uint64_t wait_ns = due_ns > now_ns ? due_ns - now_ns : 0;
    stage->frame = loop_after(stage->loop, wait_ns, on_frame_due, stage);
}

static void watch_line(struct stage *stage) {
    loop_watch_set(stage->line, screen_waits(stage->screen) ? LOOP_WRITABLE : 0);
    if (screen_is_lost(stage->screen)) stage->owner.on_end(stage->owner.owner, SIGHUP);
}

static void on_second(void *owner, uint64_t now_ns) {
    struct stage *stage = owner;
    struct screen_stats stats = screen_stats(stage->screen);
    uint64_t frames = stats.frames - stage->stats.frames;
    stage->link.frames_per_s = (uint32_t)frames;
    stage->link.dropped = (uint32_t)stats.dropped;
    if (frames > 0) {
        uint64_t bytes = stats.bytes - stage->stats.bytes;
        stage->link.bytes_per_frame = (uint32_t)(bytes / frames);
    }
    stage->stats = stats;
    screen_on_writable(stage->screen, now_ns); /* notices a line that stands still */
    stage->was_stalled = stage->was_stalled || screen_is_stalled(stage->screen);
    frame_pace_on_data(&stage->pace);
    schedule(stage);
}

/* Nothing moves while the screen is frozen, so nothing wakes up. */
static void set_clock(struct stage *stage) {
    bool wanted = !stage->ui.frozen;
    if (wanted && !stage->second) {
        stage->second = loop_every(stage->loop, NS_PER_S, on_second, stage);
    } else if (!wanted && stage->second) {
        loop_timer_free(stage->second);
        stage->second = NULL;
    }
}

static void draw(struct stage *stage) {
    uint64_t now_ns = loop_clock_ns();
    const struct state *shown = past_of(stage);
    struct ui_world world = world_of(stage, shown);
    bool looks = stage->ui.over == UI_DIALOG || stage->ui.screen == UI_CANARY;
    if (looks) lend_smoke(stage, &world);
    world.turn = frame_pace_draw(&stage->pace, now_ns);
    ui_draw(&stage->ui, &world, screen_canvas(stage->screen));
    screen_show(stage->screen, now_ns);
    watch_line(stage);
}

static void on_line_ready(void *owner, unsigned ready) {
    (void)ready;
    struct stage *stage = owner;
    screen_on_writable(stage->screen, loop_clock_ns());
    watch_line(stage);
    if (screen_waits(stage->screen)) return;
    if (stage->was_stalled) {
        stage->was_stalled = false;
        screen_forget(stage->screen);
        ui_notify(&stage->ui, "the terminal's line had come to a stand");
        frame_pace_on_key(&stage->pace);
    }
    schedule(stage);
}

static void suspend(struct stage *stage);

static void on_request(
    struct stage *stage, const struct ui_world *world,
    const struct ui_request *request) {
    struct outfit *outfit = &stage->outfit;
    switch ((int)request->command) {
    case COMMAND_COUNT: return;
    case COMMAND_THEME: outfit_change(outfit, SETTING_THEME, request->argument); return;
    case COMMAND_COLORS:
        outfit_change(outfit, SETTING_COLORS, request->argument);
        return;
    case COMMAND_SYNC: outfit_change(outfit, SETTING_SYNC, request->argument); return;
    case COMMAND_COPY: takeaway_copy(&stage->ui, world, stage->screen); return;
    case COMMAND_EXPORT: takeaway_export(&stage->ui, world, request->argument); return;
    case COMMAND_REDRAW: screen_forget(stage->screen); return;
    case COMMAND_SUSPEND: suspend(stage); return;
    default: stage->owner.on_request(stage->owner.owner, request);
    }
}

static void on_key(struct stage *stage, const struct key *key) {
    frame_pace_on_key(&stage->pace);
    if (key->cap == KEYCAP_BACKGROUND) {
        outfit_on_background(&stage->outfit, key->rune);
    } else if (key->cap == KEYCAP_MODE) {
        bool knows = key->y != MODE_UNKNOWN && key->y != MODE_NEVER;
        if (key->x == MODE_SYNC) screen_terminal(stage->screen)->knows_sync = knows;
    } else {
        struct target_holder holder;
        struct ui_world world = world_of(stage, past_of(stage));
        lend_smoke(stage, &world);
        if (find_holder(stage, key, &holder)) world.holder = &holder;
        struct ui_request request = ui_on_key(&stage->ui, &world, key);
        on_request(stage, &world, &request);
    }
}

static void after_keys(struct stage *stage) {
    set_clock(stage);
    schedule(stage);
}

static void on_quiet(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct stage *stage = owner;
    stage->escape = NULL;
    struct key key;
    if (input_on_quiet(&stage->input, &key)) on_key(stage, &key);
    after_keys(stage);
}

static void take_keys(struct stage *stage, struct slice bytes) {
    struct scan scan = scan_of(bytes);
    struct key key;
    while (input_next(&stage->input, &scan, &key)) on_key(stage, &key);
    loop_timer_free(stage->escape);
    stage->escape = NULL;
    uint64_t patience_ns = input_patience_ns(&stage->input, STAGE_ESCAPE_NS);
    if (patience_ns == 0) return;
    stage->escape = loop_after(stage->loop, patience_ns, on_quiet, stage);
}

static void on_keys(void *owner, unsigned ready) {
    struct stage *stage = owner;
    char bytes[4096];
    ssize_t length = read(screen_input_fd(stage->screen), bytes, sizeof bytes);
    if (length == 0 || (length < 0 && (ready & LOOP_HANGUP))) {
        loop_watch_set(stage->keys, 0);
        stage->owner.on_end(stage->owner.owner, SIGHUP);
        return;
    }
    if (length < 0) return;
    take_keys(stage, (struct slice){bytes, (size_t)length});
    after_keys(stage);
}

static void follow_size(struct stage *stage) {
    if (screen_resize(stage->screen)) {
        const struct canvas *canvas = screen_canvas(stage->screen);
        ui_on_resize(&stage->ui, canvas->width, canvas->height);
    }
    frame_pace_on_key(&stage->pace);
}

static void on_signal(void *owner, int number) {
    struct stage *stage = owner;
    switch (number) {
    case SIGTSTP: suspend(stage); break;
    case SIGCONT: screen_resume(stage->screen); break;
    case SIGWINCH: break;
    default: stage->owner.on_end(stage->owner.owner, number); return;
    }
    follow_size(stage);
    schedule(stage);
}

static const int signals[STAGE_SIGNALS] = {SIGTSTP, SIGCONT, SIGWINCH,
                                           SIGTERM, SIGHUP,  SIGINT};
enum { PLACE_OF_TSTP };

/* The shell gets the terminal until it continues us. */
static void suspend(struct stage *stage) {
    screen_suspend(stage->screen);
    loop_signal_free(stage->signals[PLACE_OF_TSTP]);
    raise(SIGTSTP);
    stage->signals[PLACE_OF_TSTP] =
        loop_on_signal(stage->loop, SIGTSTP, on_signal, stage);
    screen_resume(stage->screen);
    follow_size(stage);
}

static void init_ui(struct stage *stage, const struct terminal *terminal) {
    const struct canvas *canvas = screen_canvas(stage->screen);
    ui_init(&stage->ui, canvas->width, canvas->height);
    stage->ui.window = 0; /* what has just begun fills the shortest window first */
    input_init(&stage->input);
    /* The fonts of consoles have no braille. */
    if (terminal->family == TERMINAL_LINUX) stage->ui.glyphs = RASTER_BLOCK;
    if (!terminal->utf8) stage->ui.glyphs = RASTER_ASCII;
}

static void watch_signals(struct stage *stage) {
    for (size_t i = 0; i < STAGE_SIGNALS; i++) {
        stage->signals[i] = loop_on_signal(stage->loop, signals[i], on_signal, stage);
    }
}

static void watch(struct stage *stage) {
    struct loop *loop = stage->loop;
    stage->keys = loop_watch_new(loop, screen_input_fd(stage->screen), on_keys, stage);
    loop_watch_set(stage->keys, LOOP_READABLE | LOOP_HANGUP);
    stage->line =
        loop_watch_new(loop, screen_output_fd(stage->screen), on_line_ready, stage);
    loop_watch_set(stage->line, 0);
    set_clock(stage);
}

/* Variables are read before there are threads. NOLINTBEGIN(concurrency-mt-unsafe) */
static bool read_terminal(
    struct terminal *terminal, const char *color, struct error *err) {
    setlocale(LC_CTYPE, "");
    struct terminal_environment environment = {
        .term = getenv("TERM"),
        .colorterm = getenv("COLORTERM"),
        .no_color = getenv("NO_COLOR"),
        .tmux = getenv("TMUX"),
        .screen = getenv("STY"),
        .sync = getenv("FLIGHTDECK_SYNC"),
        .color = color,
        .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
    };
    return terminal_init(terminal, &environment, err);
}
/* NOLINTEND(concurrency-mt-unsafe) */

struct stage *stage_new(
    struct loop *loop, const struct model *model, const struct stage_options *options,
    const struct stage_owner *owner, struct error *err) {
    struct terminal terminal;
    if (!read_terminal(&terminal, options->color, err)) return NULL;
    char warning[UI_NOTICE_SIZE];
    struct stage *stage = memory_new(sizeof *stage);
    stage->loop = loop;
    stage->model = model;
    stage->owner = *owner;
    /* While the terminal is ours, no signal may end us before it is given back. */
    watch_signals(stage);
    stage->screen =
        screen_new(&terminal, options->restore, warning, sizeof warning, err);
    if (!stage->screen) {
        stage_free(stage);
        return NULL;
    }
    init_ui(stage, &terminal);
    outfit_init(&stage->outfit, stage->screen, &stage->ui);
    if (options->theme) outfit_change(&stage->outfit, SETTING_THEME, options->theme);
    if (warning[0]) ui_notify(&stage->ui, warning);
    watch(stage);
    return stage;
}

void stage_free(struct stage *stage) {
    if (!stage) return;
    loop_watch_free(stage->keys);
    loop_watch_free(stage->line);
    loop_timer_free(stage->frame);
    loop_timer_free(stage->escape);
    loop_timer_free(stage->second);
    screen_free(stage->screen);
    for (size_t i = 0; i < STAGE_SIGNALS; i++) loop_signal_free(stage->signals[i]);
    free(stage);
}

void stage_on_change(struct stage *stage) {
    if (stage->ui.frozen) return;
    frame_pace_on_data(&stage->pace);
    if (!stage->frame) schedule(stage);
}

void stage_draw(struct stage *stage) {
    frame_pace_on_key(&stage->pace);
    draw(stage);
}

void stage_notify(struct stage *stage, const char *words) {
    ui_notify(&stage->ui, words);
    frame_pace_on_key(&stage->pace);
    schedule(stage);
}
