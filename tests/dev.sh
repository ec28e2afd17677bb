#!/bin/sh
# usage: dev.sh PROJECT: ./dev holds services while it installs, never longer, and refuses
# what it does not have. Nothing is installed: apt-get and its friends are stand-ins.
set -u
project=$1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM

stand_in() {
    printf '#!/bin/sh\n%s\n' "$2" >"$folder/bin/$1"
    chmod 755 "$folder/bin/$1"
}

mkdir "$folder/bin" "$folder/build"
sed "s|/usr/sbin/policy-rc.d|$folder/policy|" "$project/dev" >"$folder/dev"
stand_in id 'echo 0'
stand_in cmake ''
stand_in ninja ''
stand_in dpkg-query ''
stand_in apt-get "ls '$folder/policy' >>'$folder/seen' && . '$folder/install'"
printf '#!/bin/sh\necho started\n' >"$folder/build/flightdeck"
chmod 755 "$folder/build/flightdeck"

fail() {
    echo "dev.sh: $1" >&2
    exit 1
}

# dev CODE INSTALL ARGS: what apt-get does, and how ./dev has to end.
dev() {
    code=$1
    echo "$2" >"$folder/install"
    shift 2
    rm -f "$folder/seen"
    (PATH=$folder/bin:$PATH sh "$folder/dev" "$@" >"$folder/said" 2>&1)
    ended=$?
    [ $ended = "$code" ] || fail "$*: $ended instead of $code: $(cat "$folder/said")"
}

expect_held_and_freed() {
    [ -s "$folder/seen" ] || fail "$1: services were not held"
    [ ! -e "$folder/policy" ] || fail "$1: services are still held"
}

dev 0 'exit 0' run
grep -q started "$folder/said" || fail 'run: nothing was started'
expect_held_and_freed 'installed'
dev 1 'exit 1' run
expect_held_and_freed 'the install failed'
# shellcheck disable=SC2016  # the stand-in's parent is ./dev
dev 143 'kill -TERM $PPID' run
expect_held_and_freed 'the install was ended'
# shellcheck disable=SC2016
dev 130 'kill -INT $PPID' run
expect_held_and_freed 'the install was interrupted'

echo mine >"$folder/policy"
dev 0 'exit 0' run
grep -q mine "$folder/policy" || fail 'the policy of somebody else was touched'

dev 2 'exit 0' bench nope
grep -q 'no such bench: nope' "$folder/said" || fail 'bench nope: no word of it'
dev 2 'exit 0' test nope
