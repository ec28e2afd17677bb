#!/bin/sh
# usage: lint.sh STAMP COMMAND...: makes the stamp when the command is content, and shows
# what it said when it is not.
set -u
stamp=$1
shift
if ! said=$("$@" 2>&1); then
    echo "$said"
    exit 1
fi
mkdir -p "$(dirname "$stamp")"
: >"$stamp"
