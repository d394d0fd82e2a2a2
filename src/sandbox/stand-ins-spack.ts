/** The stand-in for Spack, which records packages and makes their commands below DESTDIR. It does not know how steps are confined. */

/** The commands that common packages are known by; any other package has one command, of its own name. */
const commandsOf: Readonly<Record<string, string>> = {
  aocc: 'clang clang++ flang',
  cmake: 'cmake ctest cpack',
  cp2k: 'cp2k cp2k.psmp',
  cuda: 'nvcc',
  fftw: 'fftw-wisdom fftwf-wisdom',
  gcc: 'gcc g++ gfortran gcov',
  git: 'git',
  gromacs: 'gmx gmx_mpi',
  hdf5: 'h5dump h5ls h5cc',
  'intel-oneapi-compilers': 'icx icpx ifx',
  'intel-oneapi-mpi': 'mpirun mpiexec mpicc mpicxx mpifc mpiicx',
  lammps: 'lmp',
  llvm: 'clang clang++',
  mpich: 'mpirun mpiexec mpicc mpicxx mpifort',
  namd: 'namd2 namd3 charmrun psfgen',
  'netcdf-c': 'ncdump nc-config',
  nvhpc: 'nvc nvc++ nvfortran',
  openfoam: 'blockMesh simpleFoam',
  openmpi: 'mpirun mpiexec mpicc mpicxx mpifort ompi_info',
  'osu-micro-benchmarks': 'osu_latency osu_bw',
  python: 'python3 python pip3',
  'quantum-espresso': 'pw.x ph.x',
  r: 'R Rscript',
};

const cases = Object.entries(commandsOf)
  .map(([name, commands]) => `    ${name}) echo '${commands}' ;;`)
  .join('\n');

export const spack = `#!/bin/bash
# Does for Spack what a machine without a network can: records what is asked for, and makes commands of those names.
set -euo pipefail
store="\${DESTDIR:-}/opt/spack-store"
here="$(dirname "$0")"

say() { printf 'stand-in: spack %s\\n' "$*" >&2; }
fail() {
  printf '==> Error: %s\\n' "$*" >&2
  exit 1
}

commands_of() {
  case "$1" in
${cases}
    *) echo "$1" ;;
  esac
}

# Takes the options that Spack knows out of its arguments; another one ends it, as it ends Spack.
format='' text=''
parse() {
  local known=" $1 "
  shift
  while [ "$#" -gt 0 ]; do
    case "$1" in
      --format) format="\${2:-}"; shift ;;
      -j | --jobs | --scope) shift ;;
      -*)
        if [[ "$known" != *" $1 "* ]]; then
          printf 'spack: error: unrecognized arguments: %s\\n' "$1" >&2
          exit 2
        fi ;;
      *) text="$text\${text:+ }$1" ;;
    esac
    if [ "$#" -gt 0 ]; then shift; fi
  done
}

# One spec a line: a word begins a new spec unless it says more of the one before, or a quote or bracket is open.
split() {
  local word rest char before spec='' open='' quote='' quotes="[\\"']"
  local -a words
  read -ra words <<<"$1"
  for word in "\${words[@]}"; do
    if [[ -z "$spec" ]]; then spec="$word"
    elif [[ -n "$open$quote" || "$word" == *=* ]]; then spec="$spec $word"
    elif [[ ! "$word" =~ ^[A-Za-z0-9_/] || ( "$word" == /* && "$spec" != /* ) ]]; then spec="$spec $word"
    else
      printf '%s\\n' "$spec"
      spec="$word"
    fi
    rest="$word"
    while [[ "$rest" =~ $quotes ]]; do
      char="\${BASH_REMATCH[0]}"
      before="\${rest%%"$char"*}"
      rest="\${rest#*"$char"}"
      if [ -z "$quote" ]; then quote="$char"
      elif [[ "$char" == "$quote" && "$before" != *\\\\ ]]; then quote=''
      fi
    done
    open=''
    if [[ "$word" == ['^%'] || "$word" == '%%' || "$word" == ['^%']*'['* || "$word" == *']' ]]; then open=yes; fi
  done
  printf '%s\\n' "$spec"
}

# A package's name without its namespace; bonnie++ has its signs unless they turn a variant on.
name_of() {
  local name="\${1%%[!A-Za-z0-9_.-]*}"
  if [[ "\${1#"$name"}" =~ ^\\+\\+($|[^A-Za-z0-9_]) ]]; then name="$name++"; fi
  printf '%s\\n' "\${name##*.}"
}

# The folders of what is installed and fits: a hash, a name, or a name and the beginning of its version.
matching() {
  local folder name version hash of at
  of="$(name_of "$1")"
  for folder in "$store"/*/; do
    [ -e "$folder.spack/installed" ] || continue
    read -r name version hash <"$folder.spack/installed"
    at=''
    if [[ "$1" =~ ^[^@\\ ]*@=?([A-Za-z0-9._-]+) ]]; then at="\${BASH_REMATCH[1]}"; fi
    if [[ "$1" == /* ]]; then
      [[ "$hash" == "\${1#/}"* ]] || continue
    elif [ -n "$1" ]; then
      [[ "$name" == "$of" && "$version." == "\${at:+$at.}"* ]] || continue
    fi
    printf '%s\\n' "\${folder%/}"
  done
}

install() {
  local spec name version hash prefix command
  [ -n "$text" ] || fail 'install requires a package argument or active environment'
  [[ "$text" =~ ^[A-Za-z0-9_/] ]] || fail "unexpected characters in the spec: $text"
  split "$text" | while IFS= read -r spec; do
    say "install $spec"
    name="$(name_of "$spec")"
    version=0
    if [[ "$spec" =~ ^[^@\\ ]*@=?([A-Za-z0-9._-]+) ]]; then version="\${BASH_REMATCH[1]}"; fi
    hash="$(printf '%s' "$spec" | sha256sum | cut -c1-32)"
    prefix="$store/$name-$version-\${hash:0:7}"
    if [ -e "$prefix/.spack/installed" ]; then continue; fi
    mkdir -p "$prefix/bin" "$prefix/.spack"
    for command in $(commands_of "$name"); do
      printf '#!/bin/sh\\nexec %s/.program %s %s %s "$@"\\n' "$here" "$command" "$name" "$version" >"$prefix/bin/$command"
      chmod 0755 "$prefix/bin/$command"
    done
    printf '%s\\n' "$spec" >"$prefix/.spack/spec"
    printf '%s %s %s\\n' "$name" "$version" "$hash" >"$prefix/.spack/installed"
  done
}

find_installed() {
  local found folder name version hash line
  found="$(matching "$text")"
  if [ -z "$found" ]; then
    [ -z "$text" ] || fail "No package matches the query: $text"
    return 0
  fi
  while IFS= read -r folder; do
    read -r name version hash <"$folder/.spack/installed"
    line="\${format:-{name\\}@{version\\}}"
    line="\${line//\\{name\\}/$name}"
    line="\${line//\\{version\\}/$version}"
    line="\${line//\\{hash:7\\}/\${hash:0:7}}"
    line="\${line//\\{hash\\}/$hash}"
    printf '%s\\n' "\${line//\\{prefix\\}/$folder}"
  done <<<"$found"
}

first_match() {
  local found
  found="$(matching "$1")"
  [ -n "$found" ] || fail "Spec '$1' matches no installed packages."
  printf '%s\\n' "\${found%%$'\\n'*}"
}

load() {
  local word folder path=''
  for word in $text; do
    folder="$(first_match "$word")"
    path="$path$folder/bin:"
  done
  printf 'export PATH="%s$PATH";\\n' "$path"
}

find_compilers() {
  local file="\${DESTDIR:-}/opt/spack/etc/spack/site/packages.yaml" folder
  say "compiler find $text"
  mkdir -p "\${file%/*}"
  [ -s "$file" ] || echo 'packages:' >"$file"
  for folder in $text; do
    folder="  # compilers of \${folder#"\${DESTDIR:-}"}"
    grep -qxF "$folder" "$file" || printf '%s\\n' "$folder" >>"$file"
  done
}

subcommand="\${1:---help}"
shift || true
case "$subcommand" in
  install)
    parse '--fail-fast --show-log-on-error --fresh --reuse --no-cache --keep-stage --verbose -v -y --yes-to-all' "$@"
    install ;;
  find) parse '--explicit -x -l --long -L -v -p --paths' "$@"; find_installed ;;
  location) parse '-i --install-dir --first' "$@"; first_match "$text" ;;
  load) parse '--sh --first' "$@"; load ;;
  compiler)
    action="\${1:-list}"
    shift || true
    parse '--mixed-toolchain --no-mixed-toolchain' "$@"
    if [ "$action" = find ]; then find_compilers; else say "compiler $action $text"; fi ;;
  --version | -V) echo '1.1.0 (stand-in)' ;;
  *) say "$subcommand $*" ;;
esac
`;
