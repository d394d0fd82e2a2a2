#!/usr/bin/env bash
# Removes from a machine what an image of it must not hold: identity, credentials, histories, logs, caches; the last step of a build.
#
# Everything is done on files below DESTDIR. No service is stopped: the SSM agent has yet to report this command.
# Usage: clean-up.sh
# Exit:  0 done, 2 wrong arguments, else that of the command that failed.
set -euo pipefail
export LC_ALL=C
umask 022
shopt -s nullglob dotglob

root="${DESTDIR:-}"
root="${root%/}"

say() { printf 'clean-up: %s\n' "$*" >&2; }

# Empties a folder but for the private folders of services that are running.
empty() {
  if [ -d "$root$1" ]; then
    find "$root$1" -xdev -mindepth 1 -maxdepth 1 ! -name 'systemd-private-*' -exec rm -rf --one-file-system -- {} +
  fi
}

if [ "$#" -ne 0 ]; then
  say 'takes no arguments'
  exit 2
fi

# What cloud-init remembers of this instance (as `cloud-init clean` does, which knows no other root), so that it runs at the next boot.
for entry in "$root"/var/lib/cloud/*; do
  if [ "${entry##*/}" != seed ]; then rm -rf -- "$entry"; fi
done
rm -f -- "$root"/etc/sudoers.d/90-cloud-init-users

# The identity of the machine. An empty machine-id is filled in at boot; without the file systemd would reset which units are enabled.
rm -f -- "$root"/etc/ssh/ssh_host_*key "$root"/etc/ssh/ssh_host_*key.pub
rm -f -- "$root"/var/lib/systemd/random-seed "$root"/var/lib/systemd/credential.secret
if [ -f "$root/etc/machine-id" ]; then : >"$root/etc/machine-id"; fi
if [ ! -L "$root/var/lib/dbus/machine-id" ]; then rm -f -- "$root/var/lib/dbus/machine-id"; fi

# Histories, credentials and keys of root and of every user.
for home in "$root/root" "$root"/home/*; do
  if [ ! -d "$home" ] || [ -L "$home" ]; then continue; fi
  rm -f -- "$home"/.{bash,zsh,python,mysql,psql}_history "$home"/.{lesshst,viminfo,wget-hsts,netrc,git-credentials}
  rm -rf -- "$home"/.aws "$home"/.cache
  if [ -d "$home/.ssh" ] && [ ! -L "$home/.ssh" ]; then
    rm -f -- "$home"/.ssh/{authorized_keys,authorized_keys2,known_hosts} "$home"/.ssh/known_hosts.old
  fi
done

# Caches, and what was built in.
for folder in /var/cache/dnf /var/cache/yum /var/cache/spack /var/tmp /tmp; do
  empty "$folder"
done

# Logs: rotated ones and journals go; the others are emptied, because services hold them open.
if [ -d "$root/var/log" ]; then
  empty /var/log/journal
  find "$root/var/log" -xdev -type f \( -name '*.gz' -o -name '*.xz' -o -name '*.[0-9]' -o -name '*.old' -o -name '*-20[0-9][0-9][0-9][0-9][0-9][0-9]' \) -delete
  find "$root/var/log" -xdev -type f -exec truncate --size=0 {} +
fi

# The SSM agent still needs its state for this command. It goes at the first boot of what starts from the image, before the agent
# does: a new instance registers as itself, and the scripts and outputs of this build are not left in the image's users' hands.
mkdir -p "$root/etc/tmpfiles.d"
cat >"$root/etc/tmpfiles.d/amigraph-first-boot.conf" <<'CONF'
# Removes what belongs to the instance that built this image, once; then this file.
R! /var/lib/amazon/ssm/i-*
R! /var/lib/amazon/ssm/Vault
r! /etc/tmpfiles.d/amigraph-first-boot.conf
CONF

say 'this machine is ready to be imaged'
