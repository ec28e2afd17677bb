# Writes the themes as C: cmake -DFOLDER=themes -DOUT=themes_builtin.c -P this file.
set(rows "")
foreach(name night day mono)
    file(READ ${FOLDER}/${name}.theme text)
    string(REPLACE "\\" "\\\\" text "${text}")
    string(REPLACE "\"" "\\\"" text "${text}")
    string(REPLACE "\n" "\\n\"\n     \"" text "${text}")
    string(APPEND rows "    {\"${name}\",\n     \"${text}\"},\n")
endforeach()
file(WRITE ${OUT} "/* Made from themes/. */\n#include \"themes_builtin.h\"\n\n"
    "const struct themes_builtin themes_builtin[THEMES_BUILTIN_COUNT] = {\n${rows}};\n")
