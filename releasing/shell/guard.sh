#!/bin/sh
# Ends groups of processes when standard input does: its lines `+ GROUP` and `- GROUP` say which have begun and ended.
# Started by leash.py. It outlives what is sent to its leader's terminal.
trap '' HUP INT TERM
groups=
while read -r sign group; do
    case $sign in
    +) groups="$groups $group" ;;
    -) left=; for one in $groups; do [ "$one" = "$group" ] || left="$left $one"; done; groups=$left ;;
    esac
done
for number in INT TERM KILL; do
    for one in $groups; do kill -s $number -- "-$one"; done 2>/dev/null
    looks=0
    while [ $looks -lt 25 ]; do
        left=; for one in $groups; do kill -s 0 -- "-$one" 2>/dev/null && left="$left $one"; done
        groups=$left
        [ -n "$groups" ] || exit 0
        sleep 0.1
        looks=$((looks + 1))
    done
done
