#!/usr/bin/env bash
# Puts Spack at a pinned release, its recipes, the build tools and Lmod on a machine; what is there already is left alone.
#
# Usage: bootstrap.sh
# Exit:  0 done, 2 wrong arguments, 3 the image holds another Spack, 4 the network gave up, else that of the command that failed.
set -euo pipefail
export LC_ALL=C
umask 022

readonly spack_url=https://github.com/spack/spack.git
readonly spack_tag=v1.1.0
readonly spack_commit=0c2be44e4ece21eb091ad5de4c97716b7c6d4c87
readonly recipes_url=https://github.com/spack/spack-packages.git
readonly recipes_tag=v2025.11.0
readonly recipes_commit=119680aeee8ea802c6111b7167583bddef97e82f
readonly lmod_spec=lmod@8.7.55
readonly tools=(bzip2 diffutils file findutils gcc gcc-c++ gcc-gfortran git gzip make patch python3 tar unzip which xz zstd)

root="${DESTDIR:-}"
root="${root%/}"

say() { printf 'bootstrap: %s\n' "$*" >&2; }
fail() {
  local code="$1"
  shift
  say "$*"
  exit "$code"
}

# Runs a command that needs the network up to four times, with 5, 15 and 45 seconds between.
retry() {
  local pause=5 attempt
  for attempt in 1 2 3 4; do
    if "$@"; then return 0; fi
    if [ "$attempt" -lt 4 ]; then
      say "attempt $attempt of 4 failed, again in $pause s: $*"
      sleep "$pause"
      pause=$((pause * 3))
    fi
  done
  fail 4 "gave up after 4 attempts: $*"
}

# Writes standard input to a file, and leaves the file alone when it says so already.
write_file() {
  local file="$root$1" text
  text="$(cat)"
  if [ -f "$file" ] && [ "$(cat "$file")" = "$text" ]; then return 0; fi
  mkdir -p "${file%/*}"
  printf '%s\n' "$text" >"$file.new"
  chmod 0644 "$file.new"
  mv -f "$file.new" "$file"
  say "wrote $1"
}

clone_once() {
  rm -rf "$4.part"
  git clone --quiet --depth 1 --branch "$2" "$1" "$4.part" || return 1
  # A clone of depth 1 holds the commit of the tag only, so this fails when the tag has been moved.
  git -C "$4.part" checkout --quiet --detach "$3" || fail 3 "$1: tag $2 is not commit $3"
}

# Clones a tag, checks that it is the commit it should be, and only then gives the folder its name.
clone() {
  local url="$1" tag="$2" commit="$3" folder="$root$4" found
  if [ -e "$folder" ]; then
    found="$(git -C "$folder" rev-parse HEAD || true)"
    [ "$found" = "$commit" ] || fail 3 "$4 holds commit ${found:-unknown}, expected $tag ($commit): start from an image without it"
    return 0
  fi
  mkdir -p "${folder%/*}"
  retry clone_once "$url" "$tag" "$commit" "$folder"
  mv "$folder.part" "$folder"
  say "$4 is at $tag"
}

[ "$#" -eq 0 ] || fail 2 'takes no arguments'

missing=()
for tool in "${tools[@]}"; do
  rpm --query "$tool" >/dev/null 2>&1 || missing+=("$tool")
done
if [ "${#missing[@]}" -gt 0 ]; then
  retry dnf install --assumeyes --quiet "${missing[@]}"
fi

clone "$spack_url" "$spack_tag" "$spack_commit" /opt/spack
clone "$recipes_url" "$recipes_tag" "$recipes_commit" /opt/spack-packages

write_file /etc/spack/config.yaml <<'YAML'
config:
  install_tree:
    root: /opt/spack-store
  build_stage:
    - /var/tmp/$user/spack-stage # /tmp is in memory on Amazon Linux 2023
  source_cache: /var/cache/spack
  build_jobs: 256 # Spack takes the number of cores where that is less
YAML

write_file /etc/spack/repos.yaml <<'YAML'
repos:
  builtin: /opt/spack-packages/repos/spack_repo/builtin
YAML

write_file /etc/spack/bootstrap.yaml <<'YAML'
bootstrap:
  root: /opt/spack-bootstrap
YAML

# An image runs on other instance types than the one that built it: prefer a target that all current ones have.
case "$(uname -m)" in
  aarch64) target=neoverse_n1 ;;
  *) target=x86_64_v3 ;;
esac
write_file /etc/spack/packages.yaml <<YAML
packages:
  all:
    prefer:
      - target=$target
YAML

write_file /etc/spack/modules.yaml <<'YAML'
modules:
  default:
    enable:
      - lmod
    roots:
      lmod: /opt/spack-modules
    lmod:
      core_compilers:
        - gcc@11 # the one of Amazon Linux 2023
      hierarchy:
        - mpi
      hide_implicits: true
      all:
        autoload: direct
YAML

write_file /etc/profile.d/spack.sh <<'SH'
# Spack for every login shell.
if [ -r /opt/spack/share/spack/setup-env.sh ]; then
  export SPACK_SKIP_MODULES=1
  . /opt/spack/share/spack/setup-env.sh
fi
SH

write_file /etc/profile.d/spack-lmod.sh <<'SH'
# Lmod, and the modules of the packages that Spack has installed, for every login shell.
if [ -r /opt/lmod/lmod/lmod/init/profile ]; then
  . /opt/lmod/lmod/lmod/init/profile
  for amigraph_modules in /opt/spack-modules/*/Core; do
    if [ -d "$amigraph_modules" ]; then module use "$amigraph_modules"; fi
  done
  unset amigraph_modules
fi
SH

export HOME="${HOME:-/root}"
export PATH="$root/opt/spack/bin:$PATH"

# Compilers found go to Spack's site scope, which nothing above writes.
if [ ! -s "$root/opt/spack/etc/spack/site/packages.yaml" ]; then
  spack compiler find --scope site /usr/bin
fi

if [ ! -e "$root/opt/spack-bootstrap/.complete" ]; then
  retry spack bootstrap now
  mkdir -p "$root/opt/spack-bootstrap"
  : >"$root/opt/spack-bootstrap/.complete"
fi

if [ ! -L "$root/opt/lmod" ]; then
  retry spack install --fail-fast "$lmod_spec"
  prefix="$(spack location --first --install-dir "$lmod_spec")"
  ln -sfn "${prefix#"$root"}" "$root/opt/lmod"
fi

say "Spack $spack_tag with recipes $recipes_tag is ready"
