#!/bin/sh
# Compares what the link map of a program pulled in with the list of what it may: an object
# that is not on the list could act. usage: links.sh MAP LIST
set -eu
found=$(sed -n '/^Archive member/,/^Discarded/p' "$1" |
    sed -n 's,^[^ ]*lib\([a-z]*\)\.a(\([a-z0-9_]*\)\.c\.o).*,\1/\2,p' | LC_ALL=C sort -u)
[ -n "$found" ] || { echo "$1 names no objects" >&2; exit 1; }
printf '%s\n' "$found" | diff "$2" - >&2 || {
    echo "what is linked (>) is not what $2 lists (<)" >&2
    exit 1
}
