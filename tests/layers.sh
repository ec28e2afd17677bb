#!/bin/sh
# Fails when a file includes what its folder must not know.
set -eu
cd "${1:-.}"
status=0

complain() { [ -z "$1" ] || { printf '%s\n' "$1"; status=1; }; }

# Each line: a folder, then the other folders it may include from.
while read -r folder allowed; do
    [ -d "$folder" ] || continue
    pattern=$(printf '%s' "$folder $allowed" | sed 's,src/,,g; s, ,|,g')
    complain "$(find "$folder" -name '*.[ch]' -exec grep -nE '^ *#include "' {} + |
        grep -vE "#include \"($pattern)/" || true)"
done <<FOLDERS
src/base
src/core base
src/io base core
probes base core io
src/history base core io
src/actions base core io probes history
src/load base core io
src/fault base core io
src/control base core io probes history report
src/report base core
ui base core
agent base core io
FOLDERS

# What flightdeck-watch is made of: it cannot act, so it never sees a header of what does.
settings='config|config_canary|config_file|config_layer|config_schema|config_split|crash'
settings="$settings|demo_target|format|invocation|option_table|options|output_file|secrets|terminal|trust|untrusted"
watching="engine|guard|operator|outfit|session|stage|takeaway|themes|themes_builtin|watch_plain"
sight="(base|core|io|probes|report|ui)/|history/recording\\.h|($settings|$watching)\\.h"
complain "$(find src -maxdepth 1 -regextype posix-extended \
    -regex "src/(config_check|watch|$settings|$watching)\\.[ch]" \
    -exec grep -nE '^ *#include "' {} + | grep -vE "#include \"($sight)" || true)"
complain "$(grep -nE '#include "(ui|report|history|actions)/' src/engine.[ch] || true)"

# Each line: a library's headers, then the only files that may include them.
while read -r header files; do
    complain "$(find src agent probes ui -name '*.[ch]' \
        -exec grep -nE "^ *#include <$header" {} + | grep -vE "^($files):" || true)"
done <<LIBRARIES
n?curses|term.h ui/screen\.c
uv src/io/(loop|resolve|http|server)\.c
curl/ src/io/(curl_late|http_(curl|options|answer|sockets))\.c
microhttpd src/io/(microhttpd_late|server(_request|_daemon)?)\.c
hiredis/ src/io/redis_codec\.c
openssl/ src/io/tls(_late)?\.c
sqlite3 src/io/sqlite\.c
cjson/ src/io/json\.c
yaml src/io/yaml\.c
expat src/io/xml\.c
pcre2 src/io/regex\.c
LIBRARIES

# The core reads no clock, prints nothing and allocates only in _new functions.
complain "$(grep -rnE '\b(clock_gettime|gettimeofday|time|printf|fprintf|puts|getenv)\(' \
    --include='*.c' src/core || true)"

# Unsafe or locale-dependent calls.
complain "$(grep -rnE '\b(strcpy|strcat|sprintf|vsprintf|strncpy|strtok|atoi|atof|gets)\(' \
    --include='*.[ch]' src ui probes agent tests || true)"

# Comments keep to the columns of the code, as the formatter leaves them alone.
complain "$(find src ui probes agent tests -name '*.[ch]' -exec perl -CSD -ne '
    $off = /clang-format off/ || $off && !/clang-format on/;
    print "$ARGV:$.: over 88 columns: $_" if !$off && /^\s*(\/?\*)/ && length > 89;
    if (eof) { close ARGV; $off = 0; }' {} +)"

exit $status
