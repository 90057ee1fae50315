#!/bin/sh
# Stands between git and a hook of yours: tells Taproot, and runs the hook with the same arguments and input.
taproot_hook=$1
shift
case $1 in
committed | amend | rebase) ;;
*) exec "$taproot_hook" taproot: "$@" ;;
esac
taproot_input=$(cat)
printf '%s\n' "$taproot_input" | (. "${0%/*}/report.sh")
printf '%s\n' "$taproot_input" | "$taproot_hook" taproot: "$@"
