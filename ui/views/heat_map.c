/* SPDX-License-Identifier: MIT */
#include "ui/views/heat_map.h"

#include <math.h>
#include <string.h>

#include "base/units.h"
#include "ui/time_axis.h"

enum {
    LABEL_WIDTH = 4,
    LEVELS = 4,
    ROWS_PER_LABEL = 3, /* two labels in a power of ten */
};

/* Light, medium and dark shade, full block; and what reads alike in ASCII. */
static const uint32_t shades[LEVELS] = {0x2591, 0x2592, 0x2593, 0x2588};
static const uint32_t ascii_shades[LEVELS] = {'.', ':', '+', '#'};

/* The upper ends of every third row of heat_bucket(), from 1 ms on. */
static const char *const bounds[] = {"1ms", "3ms", "10ms", "30ms", ".1s", ".3s",
                                     "1s",  "3s",  "10s",  "30s",  "100s"};
enum { BOUNDS = sizeof bounds / sizeof *bounds };

/* The counts that are shown, by column and row, and how they are laid on the screen. */
struct map {
    struct rect rect;
    struct time_axis axis;
    uint32_t most;       /* in one cell */
    unsigned low, count; /* the rows of the heat map that are shown */
    uint32_t cells[CANVAS_WIDTH_MAX][HEAT_BUCKETS];
};

/* All seconds that a column touches:
 * one narrower than a second shows the whole of it. */
static void read_column(struct map *map, const struct heat *heat, size_t column) {
    const struct time_axis *axis = &map->axis;
    uint64_t from_ns = axis->from_ns + (column - axis->missing) * axis->bucket_ns;
    uint64_t until_ns = from_ns + axis->bucket_ns;
    if (from_ns > axis->view_ns) return;
    if (until_ns > axis->view_ns + 1) until_ns = axis->view_ns + 1;
    uint64_t second = from_ns / NS_PER_S + 1;
    uint64_t last = (until_ns - 1) / NS_PER_S + 1;
    bool begun = from_ns % NS_PER_S > 0; /* the column before has it */
    if (second < last && begun) second++;
    if (second < heat->first_s) second = heat->first_s;
    if (last > heat->last_s) last = heat->last_s;
    for (; second <= last; second++) {
        const uint16_t *counts = heat->counts[(second - 1) % HEAT_SECONDS];
        uint32_t *cells = map->cells[column];
        for (unsigned i = 0; i < HEAT_BUCKETS; i++) cells[i] += counts[i];
    }
}

static bool has_row(const struct map *map, unsigned row) {
    for (size_t column = 0; column < map->axis.columns; column++) {
        if (map->cells[column][row] > 0) return true;
    }
    return false;
}

/* The rows that hold anything, and so many more that the height is used. */
static void choose_rows(struct map *map) {
    unsigned low = 0;
    unsigned high = HEAT_BUCKETS - 1;
    while (low < HEAT_BUCKETS && !has_row(map, low)) low++;
    if (low == HEAT_BUCKETS) return;
    while (!has_row(map, high)) high--;
    unsigned height = (unsigned)map->rect.height;
    if (height > HEAT_BUCKETS) height = HEAT_BUCKETS;
    while (high - low + 1 < height) {
        if (high + 1 < HEAT_BUCKETS) high++;
        if (low > 0 && high - low + 1 < height) low--;
    }
    map->low = low;
    map->count = high - low + 1;
}

static void read_map(
    struct map *map, const struct scene *scene, const struct heat *heat) {
    size_t columns = (size_t)map->rect.width;
    map->axis = time_axis_of(scene->view_ns, scene->window_ns, columns, 1);
    map->most = map->low = map->count = 0;
    memset(map->cells, 0, columns * sizeof *map->cells);
    if (heat->last_s == 0) return;
    for (size_t i = map->axis.missing; i < columns; i++) read_column(map, heat, i);
    choose_rows(map);
}

/* The rows of the heat map that one row of the screen stands for: at least one. */
static void rows_at(const struct map *map, int y, unsigned *from, unsigned *until) {
    unsigned height = (unsigned)map->rect.height;
    unsigned up = height - 1 - (unsigned)y;
    *from = map->low + up * map->count / height;
    *until = map->low + (up + 1) * map->count / height;
    if (*until == *from) (*until)++;
}

static uint32_t count_at(const struct map *map, int x, int y) {
    unsigned from = 0;
    unsigned until = 0;
    uint32_t count = 0;
    rows_at(map, y, &from, &until);
    for (unsigned i = from; i < until; i++) count += map->cells[x][i];
    return count;
}

/* On a scale of powers: a single request is seen beside thousands. */
static unsigned level_of(uint32_t count, uint32_t most) {
    if (most <= 1) return LEVELS - 1;
    double share = log((double)count) / log((double)most);
    unsigned level = (unsigned)(share * LEVELS);
    return level < LEVELS ? level : LEVELS - 1;
}

static void draw_cells(struct canvas *canvas, struct map *map) {
    const uint32_t *runes = canvas->ascii ? ascii_shades : shades;
    for (int y = 0; y < map->rect.height; y++) {
        for (int x = 0; x < map->rect.width; x++) {
            uint32_t count = count_at(map, x, y);
            if (count > map->most) map->most = count;
        }
    }
    for (int y = 0; y < map->rect.height; y++) {
        for (int x = 0; x < map->rect.width; x++) {
            uint32_t count = count_at(map, x, y);
            if (count == 0) continue;
            unsigned level = level_of(count, map->most);
            enum role role = (enum role)(ROLE_HEAT + level);
            canvas_put(canvas, map->rect.x + x, map->rect.y + y, runes[level], role);
        }
    }
}

static void draw_labels(struct canvas *canvas, const struct map *map) {
    int x = map->rect.x + map->rect.width;
    for (int y = 0; y < map->rect.height; y++) {
        unsigned from = 0;
        unsigned until = 0;
        rows_at(map, y, &from, &until);
        unsigned last = until - 1;
        if (last % ROWS_PER_LABEL != 0 && until - from > 1) {
            last -= last % ROWS_PER_LABEL;
        }
        if (last < from || last % ROWS_PER_LABEL != 0) continue;
        if (last / ROWS_PER_LABEL >= BOUNDS) continue;
        const char *words = bounds[last / ROWS_PER_LABEL];
        canvas_text_right(canvas, x, map->rect.y + y, LABEL_WIDTH, words, ROLE_DIM);
    }
}

void heat_map_draw(
    struct canvas *canvas, struct rect inner, const struct scene *scene,
    const struct heat *heat) {
    struct map map; /* large: what is read was written before */
    map.rect = inner;
    map.rect.width -= LABEL_WIDTH;
    if (map.rect.width <= 0 || inner.height <= 0) return;
    if (map.rect.width > CANVAS_WIDTH_MAX) return;
    read_map(&map, scene, heat);
    if (map.count == 0) {
        int indent = inner.width > 8 ? (inner.width - 7) / 2 : 0;
        canvas_text(
            canvas, inner.x + indent, inner.y + (inner.height - 1) / 2,
            inner.width - indent, "no data", ROLE_OFF);
        return;
    }
    draw_cells(canvas, &map);
    draw_labels(canvas, &map);
}
