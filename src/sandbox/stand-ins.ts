/** Writes the stand-ins, small scripts in place of commands that need a network or root. It does not know how steps are confined. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { aws } from './stand-ins-aws.ts';
import { download, git, packages, program, said, sudo, systemctl, users } from './stand-ins-commands.ts';
import { spack } from './stand-ins-spack.ts';

/** Where the folder of stand-ins is seen by what runs in the sandbox. */
export const standInsSeenAt = '/run/amigraph/stand-ins';

/** The name of the login shell's profile in the folder of stand-ins. */
export const profileName = '.profile';

const profile = `# /etc/profile of the sandbox: what a login shell sees. A command that is nowhere here says nothing about the real machine.
PATH=${standInsSeenAt}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
for amigraph_file in /etc/profile.d/*.sh; do
  if [ -r "$amigraph_file" ]; then . "$amigraph_file" >/dev/null; fi
done
unset amigraph_file
command_not_found_handle() {
  printf 'stand-in: %s is not in the sandbox; taken as passed\\n' "$1" >&2
  return 0
}
if [ -n "\${BASH_VERSION:-}" ]; then export -f command_not_found_handle; fi
`;

/** Commands that need root, services or a network, and of which nothing is needed later. */
const saidOnly =
  'amazon-linux-extras chgrp chown chpasswd cloud-init conda docker dracut firewall-cmd gpasswd grubby hostnamectl journalctl ' +
  'ldconfig localectl loginctl modprobe mount mount-s3 nvidia-smi passwd pip pip3 podman reboot setfacl shutdown swapon sysctl ' +
  'timedatectl umount userdel usermod groupmod groupdel';

const files: ReadonlyMap<string, string> = new Map([
  ...saidOnly.split(' ').map((name): [string, string] => [name, said]),
  ['.program', program],
  [profileName, profile],
  ['spack', spack],
  ['git', git],
  ['useradd', users],
  ['groupadd', users],
  ['dnf', packages],
  ['yum', packages],
  ['rpm', packages],
  ['systemctl', systemctl],
  ['curl', download],
  ['wget', download],
  ['aws', aws],
  ['sudo', sudo],
]);

/** Writes them below the folder once for each version of their text, and tells where. */
export function writeStandIns(folder: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([...files]))
    .digest('hex');
  const place = path.join(folder, `stand-ins-${digest.slice(0, 16)}`);
  if (existsSync(place)) return place;
  mkdirSync(folder, { recursive: true });
  const draft = mkdtempSync(path.join(folder, 'stand-ins-draft-'));
  for (const [name, text] of files) writeFileSync(path.join(draft, name), text, { mode: 0o755 });
  try {
    renameSync(draft, place);
  } catch (error) {
    // Another process was first, with the same text.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
}
