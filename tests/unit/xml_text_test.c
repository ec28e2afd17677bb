/* SPDX-License-Identifier: MIT */
#include "report/xml_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void what_xml_cannot_hold_is_escaped_or_replaced(void **state) {
    (void)state;
    static const struct {
        const char *text, *xml;
    } cases[] = {
        {"plain \xC3\xA9", "plain \xC3\xA9"},
        {"<a href=\"x\" b='y'>&</a>",
         "&lt;a href=&quot;x&quot; b=&apos;y&apos;&gt;&amp;&lt;/a&gt;"},
        {"]]>", "]]&gt;"},
        {"a\tb\nc\r", "a&#9;b&#10;c&#13;"},
        {"\x1b[2J", "\xEF\xBF\xBD[2J"},
        {"\xFF", "\xEF\xBF\xBD"},
        {"\xEF\xBF\xBE", "\xEF\xBF\xBD"},
    };
    struct buffer buffer;
    buffer_init(&buffer, 256);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buffer_reset(&buffer);
        xml_add(&buffer, cases[i].text);
        assert_string_equal(buffer_string(&buffer), cases[i].xml);
    }
    buffer_reset(&buffer);
    xml_add_attribute(&buffer, "name", "\"<>");
    assert_string_equal(buffer_string(&buffer), " name=\"&quot;&lt;&gt;\"");
    buffer_clear(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_xml_cannot_hold_is_escaped_or_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
