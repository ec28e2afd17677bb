/* SPDX-License-Identifier: MIT */
#include "ui/color.h"

#include <math.h>

struct linear {
    double r, g, b;
};

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static int square_distance(uint32_t a, uint32_t b) {
    int red = (int)(a >> 16 & 0xFF) - (int)(b >> 16 & 0xFF);
    int green = (int)(a >> 8 & 0xFF) - (int)(b >> 8 & 0xFF);
    int blue = (int)(a & 0xFF) - (int)(b & 0xFF);
    return red * red + green * green + blue * blue;
}

uint32_t color_of256(uint8_t index) {
    static const uint32_t basic[16] = {
        0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
        0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
    };
    static const uint32_t steps[6] = {0, 95, 135, 175, 215, 255};
    if (index < 16) return basic[index];
    if (index >= 232) return (8 + 10 * (uint32_t)(index - 232)) * 0x010101U;
    unsigned cube = index - 16U;
    return steps[cube / 36] << 16 | steps[cube / 6 % 6] << 8 | steps[cube % 6];
}

static uint8_t nearest(uint32_t rgb, unsigned first, unsigned end) {
    unsigned best = first;
    for (unsigned i = first + 1; i < end; i++) {
        if (square_distance(rgb, color_of256((uint8_t)i)) <
            square_distance(rgb, color_of256((uint8_t)best))) {
            best = i;
        }
    }
    return (uint8_t)best;
}

uint8_t color_nearest256(uint32_t rgb) {
    return nearest(rgb, 16, 256);
}

uint8_t color_nearest16(uint32_t rgb) {
    return nearest(rgb, 0, 16);
}

bool color_parse(struct slice from, struct color *color) {
    if (from.length != 7 || from.data[0] != '#') return false;
    uint32_t rgb = 0;
    for (size_t i = 1; i < from.length; i++) {
        int digit = hex_digit(from.data[i]);
        if (digit < 0) return false;
        rgb = rgb << 4 | (uint32_t)digit;
    }
    *color = (struct color){
        .rgb = rgb,
        .index256 = color_nearest256(rgb),
        .index16 = color_nearest16(rgb),
    };
    return true;
}

static double channel_to_linear(uint32_t channel) {
    double value = (double)(channel & 0xFF) / 255.0;
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static struct linear to_linear(uint32_t rgb) {
    return (struct linear){
        channel_to_linear(rgb >> 16),
        channel_to_linear(rgb >> 8),
        channel_to_linear(rgb),
    };
}

double color_contrast(uint32_t a, uint32_t b) {
    struct linear first = to_linear(a), second = to_linear(b);
    double bright = 0.2126 * first.r + 0.7152 * first.g + 0.0722 * first.b;
    double dark = 0.2126 * second.r + 0.7152 * second.g + 0.0722 * second.b;
    return (fmax(bright, dark) + 0.05) / (fmin(bright, dark) + 0.05);
}

const char *color_vision_name(enum color_vision vision) {
    static const char *const names[] = {"normal", "protan", "deutan", "tritan"};
    return names[vision];
}

/* Machado, Oliveira and Fernandes 2009, severity 1.0, on linear light. */
static struct linear as_seen(struct linear c, enum color_vision vision) {
    static const double matrices[VISION_COUNT][9] = {
        {1, 0, 0, 0, 1, 0, 0, 0, 1},
        {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882,
         -0.048116, 1.051998},
        {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820,
         0.042940, 0.968881},
        {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733,
         0.691367, 0.303900},
    };
    const double *m = matrices[vision];
    return (struct linear){
        fmin(fmax(m[0] * c.r + m[1] * c.g + m[2] * c.b, 0), 1),
        fmin(fmax(m[3] * c.r + m[4] * c.g + m[5] * c.b, 0), 1),
        fmin(fmax(m[6] * c.r + m[7] * c.g + m[8] * c.b, 0), 1),
    };
}

struct oklab {
    double lightness, a, b;
};

static struct oklab to_oklab(struct linear c) {
    double l = cbrt(0.4122214708 * c.r + 0.5363325363 * c.g + 0.0514459929 * c.b);
    double m = cbrt(0.2119034982 * c.r + 0.6806995451 * c.g + 0.1073969566 * c.b);
    double s = cbrt(0.0883024619 * c.r + 0.2817188376 * c.g + 0.6299787005 * c.b);
    return (struct oklab){
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    };
}

double color_distance(uint32_t a, uint32_t b, enum color_vision vision) {
    struct oklab first = to_oklab(as_seen(to_linear(a), vision));
    struct oklab second = to_oklab(as_seen(to_linear(b), vision));
    double lightness = first.lightness - second.lightness;
    double red_green = first.a - second.a, blue_yellow = first.b - second.b;
    return 100 * sqrt(
                     lightness * lightness + red_green * red_green +
                     blue_yellow * blue_yellow);
}
