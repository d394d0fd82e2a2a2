#!/usr/bin/env bash
# Installs one Spack spec with what it depends on; a compiler is registered, so that later packages can be built with it.
#
# Usage: install-package.sh SPEC      the whole spec is one argument: install-package.sh 'gromacs@2025.3 +mpi ^openmpi@5.0.8'
# Exit:  0 done, 2 wrong arguments, 3 there is no Spack on this machine, else that of Spack.
set -euo pipefail
export LC_ALL=C
umask 022

root="${DESTDIR:-}"
root="${root%/}"

say() { printf 'install-package: %s\n' "$*" >&2; }
fail() {
  local code="$1"
  shift
  say "$*"
  exit "$code"
}

# Runs a command that needs the network up to three times, with 5 and 15 seconds between; the last failure is its own.
retry() {
  local pause=5 attempt
  for attempt in 1 2; do
    if "$@"; then return 0; fi
    say "attempt $attempt of 3 failed, again in $pause s: $*"
    sleep "$pause"
    pause=$((pause * 3))
  done
  "$@"
}

# Where the compilers of a package are, below the place where Spack has put it.
compiler_folders() {
  case "$1" in
    gcc | llvm | aocc) printf '%s\n' "$2/bin" ;;
    intel-oneapi-compilers) printf '%s\n' "$2/compiler/latest/bin" ;;
    nvhpc) printf '%s\n' "$2"/Linux_*/*/compilers/bin ;;
  esac
}

[ "$#" -eq 1 ] || fail 2 "takes one argument, the spec, not $#"
spec="$1"
readonly plain='[][A-Za-z0-9@%^+~=.,:_/*\\ -]'
readonly single="'(\\\\'|[^'[:cntrl:]])*'" double='"(\\"|[^"[:cntrl:]])*"' # the values that may hold anything
pattern="^[A-Za-z0-9_]($plain|$single|$double)*\$"
[[ "$spec" =~ $pattern ]] || fail 2 "not a Spack spec: '$spec'"

# Without its namespace: builtin.gcc is gcc. bonnie++ has its signs unless they turn a variant on.
package="${spec%%[!A-Za-z0-9_.-]*}"
[[ "${spec#"$package"}" =~ ^\+\+($|[^A-Za-z0-9_]) ]] && package="$package++"
package="${package##*.}"

export HOME="${HOME:-/root}"
export PATH="$root/opt/spack/bin:$PATH"
[ -e "$root/opt/spack/bin/spack" ] || fail 3 'there is no Spack at /opt/spack: run bootstrap.sh first'

# Sources are fetched ahead, because a download may be tried again and hours of compiling should not be.
retry spack fetch --missing --dependencies "$spec" || say 'not all sources could be fetched ahead; the installation fetches them itself'

spack install --fail-fast --show-log-on-error "$spec"

case "$package" in
  gcc | llvm | aocc | nvhpc | intel-oneapi-compilers)
    prefix="$(spack location --first --install-dir "$spec")"
    mapfile -t folders < <(compiler_folders "$package" "$prefix")
    spack compiler find --scope site "${folders[@]}"
    ;;
esac

say "installed $spec"
