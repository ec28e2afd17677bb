/* SPDX-License-Identifier: MIT */
#include "agent/build_info.h"

#include "agent/registry.h"

void build_info_write(const struct build_info *info, struct buffer *buffer) {
    const struct {
        const char *name;
        const char *value;
    } labels[] = {
        {"{version", info->version},
        {",commit", FLIGHTDECK_COMMIT},
        {",model", info->model},
        {",mode", info->mode},
    };
    buffer_add_string(
        buffer, "# HELP agent_build_info Always 1; says what runs here.\n"
                "# TYPE agent_build_info gauge\nagent_build_info");
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        buffer_add_string(buffer, labels[i].name);
        buffer_add_string(buffer, "=\"");
        registry_write_label(buffer, labels[i].value);
        buffer_add_char(buffer, '"');
    }
    buffer_add_string(buffer, "} 1\n");
}
