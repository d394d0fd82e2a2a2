#!/usr/bin/env bash
# Sets up S3 buckets to be mounted at boot by Mountpoint for Amazon S3; nothing is mounted on the machine that builds the image.
#
# Usage: mount-data.sh BUCKET:/MOUNT/POINT[:ro]...
# Exit:  0 done, 2 wrong arguments, 4 the network gave up, else that of the command that failed.
set -euo pipefail
export LC_ALL=C
umask 022

# For releases of Amazon Linux 2023 whose repository has no mount-s3 yet.
readonly mount_s3_version=1.21.0

root="${DESTDIR:-}"
root="${root%/}"

say() { printf 'mount-data: %s\n' "$*" >&2; }
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

check() {
  local argument="$1" bucket="$2" point="$3" access="$4"
  local bucket_pattern='^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$' point_pattern='^(/[A-Za-z0-9_.-]+)+$'
  [[ "$bucket" =~ $bucket_pattern && "$bucket" != *..* ]] || fail 2 "not the name of a bucket: '$bucket' in '$argument'"
  [[ "$point" =~ $point_pattern ]] || fail 2 "not an absolute path of plain characters: '$point' in '$argument'"
  [[ "$access" = '' || "$access" = ro ]] || fail 2 "only ':ro' can follow the mount point, not ':$access' in '$argument'"
  case "$point/" in
    */./* | */../*) fail 2 "a mount point has no . or .. in it: '$point'" ;;
    /bin/* | /boot/* | /dev/* | /etc/* | /lib/* | /lib64/* | /proc/* | /root/* | /run/* | /sbin/* | /sys/* | /tmp/* | /usr/*)
      fail 2 "belongs to the system: '$point'" ;;
    /home/ | /opt/ | /var/ | /opt/lmod/* | /opt/spack*/* | /var/lib/*) fail 2 "would hide what is there: '$point'" ;;
  esac
}

install_mount_s3() {
  if rpm --query mount-s3 >/dev/null 2>&1; then return 0; fi
  if dnf install --assumeyes --quiet mount-s3; then return 0; fi
  local arch=x86_64
  if [ "$(uname -m)" = aarch64 ]; then arch=arm64; fi
  say "mount-s3 is not in the repositories, taking $mount_s3_version from AWS"
  dnf install --assumeyes --quiet "https://s3.amazonaws.com/mountpoint-s3-release/$mount_s3_version/$arch/mount-s3-$mount_s3_version-$arch.rpm"
}

# Writes the unit of one mount and enables it; a file that says so already is left alone.
enable_mount() {
  local bucket="$1" point="$2" access="$3" name unit text options=--allow-other
  name="${point#/}"
  name="${name//-/\\x2d}"
  unit="s3-${name//\//-}.service"
  if [ "$access" = ro ]; then options="$options --read-only"; else options="$options --allow-delete"; fi
  text="[Unit]
Description=S3 bucket $bucket at $point
Wants=network-online.target
After=network-online.target
AssertPathIsDirectory=$point

[Service]
Type=forking
ExecStart=/usr/bin/mount-s3 $options $bucket $point
ExecStop=/usr/bin/umount $point
Restart=on-failure
RestartSec=15

[Install]
WantedBy=multi-user.target"
  mkdir -p "$root$point" "$root/etc/systemd/system"
  local file="$root/etc/systemd/system/$unit"
  if [ ! -f "$file" ] || [ "$(cat "$file")" != "$text" ]; then
    printf '%s\n' "$text" >"$file.new"
    mv -f "$file.new" "$file"
  fi
  systemctl --root="${root:-/}" enable --quiet "$unit"
  say "$bucket will be mounted at $point${access:+ (read-only)}"
}

[ "$#" -gt 0 ] || fail 2 'takes at least one BUCKET:/MOUNT/POINT[:ro]'
declare -A bucket_at=()
for argument in "$@"; do
  [[ "$argument" != *$'\n'* ]] || fail 2 'a line break in an argument'
  IFS=: read -r bucket point access <<<"$argument"
  check "$argument" "$bucket" "$point" "$access"
  [ "${bucket_at[$point]:-$argument}" = "$argument" ] || fail 2 "two mounts at $point: '${bucket_at[$point]}' and '$argument'"
  bucket_at[$point]="$argument"
done

retry install_mount_s3
for argument in "$@"; do
  IFS=: read -r bucket point access <<<"$argument"
  enable_mount "$bucket" "$point" "$access"
done
