/** The stand-ins for commands that need a network or root. They know nothing but DESTDIR and where they lie themselves. */

export const git = `#!/bin/bash
# Clones are folders of the layout that is expected of them; everything else is done by the git of this machine, if there is one.
set -euo pipefail
arguments=("$@") folder=.
if [ "\${1:-}" = -C ]; then
  folder="$2"
  shift 2
fi
subcommand="\${1:-}"
shift || true
say() { printf 'stand-in: git %s\\n' "\${arguments[*]}" >&2; }

clone() {
  local url='' target='' tag=HEAD
  while [ "$#" -gt 0 ]; do
    case "$1" in
      --branch | -b) tag="$2"; shift ;;
      --depth | --origin | -o | --config | -c | -j | --jobs | --filter) shift ;;
      -*) ;;
      *) if [ -z "$url" ]; then url="$1"; else target="$1"; fi ;;
    esac
    shift
  done
  [ -n "$url" ] || { echo 'fatal: You must specify a repository to clone.' >&2; exit 129; }
  if [ -z "$target" ]; then
    target="\${url%/}"
    target="\${target##*/}"
    target="\${target%.git}"
  fi
  target="$folder/$target"
  if [ "\${target#"$folder"//}" != "$target" ]; then target="\${target#"$folder"/}"; fi
  if [ -d "$target" ] && [ -n "$(ls -A "$target")" ]; then
    printf "fatal: destination path '%s' already exists and is not an empty directory.\\n" "$target" >&2
    exit 128
  fi
  mkdir -p "$target/.git"
  printf '%s %s\\n' "$url" "$tag" >"$target/.git/stand-in-origin"
  printf '%s %s' "$url" "$tag" | sha1sum | cut -c1-40 >"$target/.git/stand-in-head"
  case "$url" in
    */spack | */spack.git) make_spack "$target" ;;
    */spack-packages | */spack-packages.git) mkdir -p "$target/repos/spack_repo/builtin/packages"
      printf 'repo:\\n  namespace: builtin\\n  api: v2.2\\n' >"$target/repos/spack_repo/builtin/repo.yaml" ;;
    *) printf 'stand-in for %s\\n' "$url" >"$target/README" ;;
  esac
}

make_spack() {
  mkdir -p "$1/bin" "$1/share/spack" "$1/etc/spack"
  printf '#!/bin/sh\\nexec %s/spack "$@"\\n' "$(dirname "$0")" >"$1/bin/spack"
  chmod 0755 "$1/bin/spack"
  cat >"$1/share/spack/setup-env.sh" <<'SH'
# The part of Spack's shell support that a stand-in can have.
SPACK_ROOT="$(cd "$(dirname "\${BASH_SOURCE[0]}")/../.." && pwd)"
export SPACK_ROOT PATH="$SPACK_ROOT/bin:$PATH"
spack() {
  if [ "\${1:-}" = load ]; then
    shift
    eval "$(command spack load --sh "$@")"
  else
    command spack "$@"
  fi
}
SH
}

case "$subcommand" in
  clone) say; clone "$@"; exit ;;
  fetch | pull | push | ls-remote | submodule | remote) say; exit ;;
esac
if [ -e "$folder/.git/stand-in-head" ]; then
  case "$subcommand" in
    checkout | switch | reset)
      say
      if [[ "\${!#}" =~ ^[0-9a-f]{40}$ ]]; then printf '%s\\n' "\${!#}" >"$folder/.git/stand-in-head"; fi ;;
    rev-parse) cat "$folder/.git/stand-in-head" ;;
    *) say ;;
  esac
elif [ -x /usr/bin/git ]; then
  exec /usr/bin/git "\${arguments[@]}"
else
  say
fi
`;

export const users = `#!/bin/bash
# Adds lines to passwd and group below the prefix; for both useradd and groupadd, by the name that it is called by.
set -euo pipefail
program="\${0##*/}"
arguments="$*"
prefix="\${DESTDIR:-}" uid='' gid='' home='' shell=/bin/bash name=''
while [ "$#" -gt 0 ]; do
  case "$1" in
    --prefix | -P | --root | -R) prefix="$2"; shift ;;
    --uid | -u) uid="$2"; shift ;;
    --gid | -g) gid="$2"; shift ;;
    --shell | -s) shell="$2"; shift ;;
    --home-dir | --home | -d) home="$2"; shift ;;
    --groups | -G | --comment | -c | --password | -p | --skel | -k | --key | -K) shift ;;
    -*) ;;
    *) name="$1" ;;
  esac
  shift
done
printf 'stand-in: %s %s\\n' "$program" "$arguments" >&2
[ -n "$name" ] || { echo "usage: $program [options] NAME" >&2; exit 2; }
etc="\${prefix%/}/etc"
mkdir -p "$etc"
touch "$etc/passwd" "$etc/group"

has() { awk -F: -v column="$2" -v value="$3" '$column == value "" { found = 1 } END { exit !found }' "$etc/$1"; }
free_id() { awk -F: 'BEGIN { next_id = 1001 } $3 >= next_id && $3 < 60000 { next_id = $3 + 1 } END { print next_id }' "$etc/$1"; }
refuse() {
  printf '%s: %s\\n' "$program" "$2" >&2
  exit "$1"
}

if [ "$program" = groupadd ]; then
  if has group 1 "$name"; then refuse 9 "group '$name' already exists"; fi
  gid="\${gid:-$(free_id group)}"
  if has group 3 "$gid"; then refuse 4 "GID '$gid' already exists"; fi
  printf '%s:x:%s:\\n' "$name" "$gid" >>"$etc/group"
  exit 0
fi
if has passwd 1 "$name"; then refuse 9 "user '$name' already exists"; fi
uid="\${uid:-$(free_id passwd)}"
if has passwd 3 "$uid"; then refuse 4 "UID $uid is not unique"; fi
if [ -z "$gid" ]; then
  gid="$uid"
  printf '%s:x:%s:\\n' "$name" "$gid" >>"$etc/group"
elif ! [[ "$gid" =~ ^[0-9]+$ ]]; then
  gid="$(awk -F: -v name="$gid" '$1 == name { print $3 }' "$etc/group")"
fi
home="\${home:-/home/$name}"
printf '%s:x:%s:%s::%s:%s\\n' "$name" "$uid" "$gid" "$home" "$shell" >>"$etc/passwd"
mkdir -p "\${prefix%/}$home"
`;

export const packages = `#!/bin/bash
# Records packages of the system as installed, and makes a command of that name where this machine has none; dnf, yum and rpm.
set -euo pipefail
program="\${0##*/}"
installed="\${DESTDIR:-}/var/lib/stand-in/packages"
bin="\${DESTDIR:-}/usr/local/bin"
words=() query=''
for argument in "$@"; do
  case "$argument" in
    --query | -q | -qa | -qi | -ql) query=yes ;;
    -*) ;;
    *) words+=("$argument") ;;
  esac
done
if [ "$program" = rpm ] && [ -n "$query" ]; then
  for name in "\${words[@]}"; do
    if ! [ -e "$installed/$name" ]; then
      printf 'package %s is not installed\\n' "$name"
      exit 1
    fi
    printf '%s-0-0.stand-in\\n' "$name"
  done
  exit 0
fi
printf 'stand-in: %s %s\\n' "$program" "$*" >&2
if [ "$program" != rpm ]; then
  case "\${words[0]:-}" in
    install | localinstall | reinstall | groupinstall) unset 'words[0]' ;;
    *) exit 0 ;;
  esac
fi
mkdir -p "$installed"
for name in "\${words[@]}"; do
  name="\${name##*/}"
  name="\${name%.rpm}"
  : >"$installed/$name"
  if [[ "$name" =~ ^[A-Za-z][A-Za-z0-9-]*$ ]] && ! command -v "$name" >/dev/null; then
    mkdir -p "$bin"
    printf '#!/bin/sh\\nexec %s/.program %s %s 0 "$@"\\n' "$(dirname "$0")" "$name" "$name" >"$bin/$name"
    chmod 0755 "$bin/$name"
  fi
done
`;

export const systemctl = `#!/bin/bash
# Links and unlinks the units that are enabled and disabled; there are no services to start.
set -euo pipefail
printf 'stand-in: systemctl %s\\n' "$*" >&2
root="\${DESTDIR:-}" action='' units=()
while [ "$#" -gt 0 ]; do
  case "$1" in
    --root=*) root="\${1#--root=}" ;;
    --root) root="$2"; shift ;;
    -*) ;;
    *) if [ -z "$action" ]; then action="$1"; else units+=("$1"); fi ;;
  esac
  shift
done
wants="\${root%/}/etc/systemd/system/multi-user.target.wants"
for unit in "\${units[@]}"; do
  [[ "$unit" == *.* ]] || unit="$unit.service"
  case "$action" in
    enable)
      mkdir -p "$wants"
      ln -sfn "/etc/systemd/system/$unit" "$wants/$unit" ;;
    disable) rm -f "$wants/$unit" ;;
  esac
done
`;

export const download = `#!/bin/bash
# Leaves a small file where a download would have gone; curl, wget and the AWS command line. What goes to a pipe is nothing.
set -euo pipefail
program="\${0##*/}"
printf 'stand-in: %s %s\\n' "$program" "$*" >&2
target='' url='' last=''
while [ "$#" -gt 0 ]; do
  case "$1" in
    -o | --output | -O | --output-document)
      if [ "$program" = curl ] && [ "$1" = -O ]; then target=name; else
        target="\${2:-}"
        shift || true
      fi ;;
    -*O* | --remote-name) if [ "$program" = curl ]; then target=name; fi ;;
    *://*) url="$1" ;;
    -*) ;;
    *) last="$1" ;;
  esac
  shift || true
done
if [ "$program" = wget ] && [ -z "$target" ]; then target=name; fi
if [ "$program" = aws ] && [ -n "$url" ]; then target="$last"; fi
if [ "$target" = name ]; then target="\${url##*/}"; fi
if [ -d "$target" ]; then target="$target/\${url##*/}"; fi
case "$target" in
  '' | - | /dev/* | cp | mv | sync | ls) ;;
  *) [ -e "$target" ] || printf 'stand-in for %s\\n' "$url" >"$target" ;;
esac
`;

export const program = `#!/bin/bash
# What a command of an installed package does: it says who it is, and makes the file that a compiler would have made.
name="$1" package="$2" version="$3"
shift 3
printf 'stand-in: %s %s\\n' "$name" "$*" >&2
printf '%s (%s) %s\\n' "$name" "$package" "$version"
while [ "$#" -gt 1 ]; do
  if [ "$1" = -o ] && ! [ -e "$2" ]; then
    printf '#!/bin/sh\\necho "stand-in: %s"\\n' "$2" >"$2" && chmod 0755 "$2"
  fi
  shift
done
exit 0
`;

export const sudo = `#!/bin/bash
# There is one user here: the command is run as it stands.
while [[ "\${1:-}" == -* || "\${1:-}" == *=* ]]; do
  case "$1" in
    -u | -g | --user | --group) shift ;;
    *=*) export "\${1?}" ;;
  esac
  shift
done
exec "$@"
`;

export const said = `#!/bin/sh
# Only says what it was asked to do.
printf 'stand-in: %s %s\\n' "\${0##*/}" "$*" >&2
`;
