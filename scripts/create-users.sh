#!/usr/bin/env bash
# Creates users and their groups with fixed ids, so that files on shared file systems belong to the same people on every machine.
#
# Usage: create-users.sh NAME:UID:GID...
# Exit:  0 done, 2 wrong arguments, 3 the image has one of them with other ids, else that of useradd or groupadd.
set -euo pipefail
export LC_ALL=C
umask 022

root="${DESTDIR:-}"
root="${root%/}"
prefix=()
if [ -n "$root" ]; then prefix=(--prefix "$root"); fi

say() { printf 'create-users: %s\n' "$*" >&2; }
fail() {
  local code="$1"
  shift
  say "$*"
  exit "$code"
}

# Prints column WANT of the line of /etc/FILE whose column KEY is VALUE; nothing where there is none.
lookup() {
  local file="$root/etc/$1"
  if [ -r "$file" ]; then
    awk -F: -v key="$2" -v value="$3" -v want="$4" '$key == value "" { print $want; exit }' "$file"
  fi
}

check() {
  local name="$1" uid="$2" gid="$3" found
  found="$(lookup passwd 1 "$name" 3)"
  if [ -n "$found" ]; then
    [ "$found" = "$uid" ] || fail 3 "user $name exists with uid $found, not $uid"
    found="$(lookup passwd 1 "$name" 4)"
    [ "$found" = "$gid" ] || fail 3 "user $name exists with gid $found, not $gid"
    return 0
  fi
  found="$(lookup passwd 3 "$uid" 1)"
  [ -z "$found" ] || fail 3 "uid $uid, wanted for $name, belongs to $found"
  found="$(lookup group 1 "$name" 3)"
  [ -z "$found" ] || [ "$found" = "$gid" ] || fail 3 "group $name exists with gid $found, not $gid"
}

create() {
  local name="$1" uid="$2" gid="$3"
  if [ -z "$(lookup group 3 "$gid" 1)" ]; then
    groupadd "${prefix[@]}" --gid "$gid" "$name"
  fi
  if [ -n "$(lookup passwd 1 "$name" 3)" ]; then
    say "$name is there with uid $uid and gid $gid"
    return 0
  fi
  useradd "${prefix[@]}" --uid "$uid" --gid "$gid" --create-home --shell /bin/bash "$name"
  say "created $name with uid $uid and gid $gid"
}

[ "$#" -gt 0 ] || fail 2 'takes at least one NAME:UID:GID'
pattern='^[a-z_][a-z0-9_-]{0,31}:[1-9][0-9]{3,8}:[1-9][0-9]{3,8}$'
declare -A ids_of=() name_of=()
for user in "$@"; do
  [[ "$user" =~ $pattern ]] || fail 2 "not NAME:UID:GID with ids of 1000 or more: '$user'"
  IFS=: read -r name uid gid <<<"$user"
  [ "${ids_of[$name]:-$uid:$gid}" = "$uid:$gid" ] || fail 2 "user $name is given twice with different ids"
  [ "${name_of[$uid]:-$name}" = "$name" ] || fail 2 "uid $uid is given to both ${name_of[$uid]} and $name"
  ids_of[$name]="$uid:$gid"
  name_of[$uid]="$name"
done

# All are checked before the first is created.
for user in "$@"; do
  IFS=: read -r name uid gid <<<"$user"
  check "$name" "$uid" "$gid"
done
for user in "$@"; do
  IFS=: read -r name uid gid <<<"$user"
  create "$name" "$uid" "$gid"
done
