#!/usr/bin/env bash
# Runs one command line as a user of the image would: in a login shell, with the packages loaded that were installed by Spack.
#
# Usage: run-tests.sh COMMAND      the whole command line is one argument: run-tests.sh 'gmx --version | grep 2025'
# Exit:  that of the command line, which stops at its first failing command; 2 wrong arguments, 3 the packages cannot be loaded.
set -euo pipefail
export LC_ALL=C

root="${DESTDIR:-}"
root="${root%/}"

say() { printf 'run-tests: %s\n' "$*" >&2; }

if [ "$#" -ne 1 ] || [ -z "${1//[[:space:]]/}" ]; then
  say 'takes one argument, a command line that is not empty'
  exit 2
fi

# The packages that were asked for, by hash, because two versions of one package are no name for Spack to load.
spack="$root/opt/spack/bin/spack"
hashes=()
if [ -e "$spack" ]; then
  found="$("$spack" find --explicit --format '/{hash}')" || {
    say 'Spack cannot list what it has installed'
    exit 3
  }
  mapfile -t hashes < <(grep '^/' <<<"$found" || true)
fi

export HOME="${HOME:-/root}"
# Loading happens inside the login shell, since /etc/profile may set PATH anew.
# shellcheck disable=SC2016 # the inner shell expands it
exec env --unset=LC_ALL bash --login -c '
amigraph_command="$1" amigraph_spack="$2"
shift 2
if [ "$#" -gt 0 ]; then
  amigraph_loaded="$("$amigraph_spack" load --sh "$@")" || exit 3
  eval "$amigraph_loaded"
fi
set --
set -e -o pipefail
eval "$amigraph_command"
' bash "$1" "$spack" "${hashes[@]}"
