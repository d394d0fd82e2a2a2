/** What a confined step sees: the arguments for bubblewrap, and the files that a root folder must have. It starts nothing. */
import { existsSync, lstatSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parametersSeenAt } from './stand-ins-aws.ts';
import { profileName, standInsSeenAt } from './stand-ins.ts';

const rootSeenAt = '/run/amigraph/root';
export const scriptSeenAt = '/run/amigraph/script';

/** Folders of this machine's programs and libraries that may lie beside /usr. */
const programFolders = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/** What programs of this machine need of its /etc; the rest of /etc is the instance's own. */
const sharedSettings = ['/etc/alternatives', '/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d'];

const seeds: Readonly<Record<string, string>> = {
  'etc/os-release':
    'NAME="Amazon Linux"\nVERSION="2023"\nID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\nPRETTY_NAME="Amazon Linux 2023 (sandbox)"\n',
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\nec2-user:x:1000:1000:EC2 Default User:/home/ec2-user:/bin/bash\nnobody:x:65534:65534::/:/sbin/nologin\n',
  'etc/group': 'root:x:0:\nec2-user:x:1000:\nnobody:x:65534:\n',
  'etc/profile': '# The sandbox shows its own profile here.\n',
};

/** Gives a root folder what every machine has, without touching what is there. */
export function seedRoot(root: string): void {
  const folders = 'dev etc home/ec2-user opt proc root run tmp usr/local var/cache var/log var/tmp';
  for (const folder of folders.split(' ')) mkdirSync(path.join(root, folder), { recursive: true });
  for (const [name, text] of Object.entries(seeds)) {
    const file = path.join(root, name);
    if (!existsSync(file)) writeFileSync(file, text);
  }
  for (const folder of programFolders) {
    const place = path.join(root, folder);
    if (!existsSync(folder) || lstatSync(place, { throwIfNoEntry: false }) !== undefined) continue;
    if (lstatSync(folder).isSymbolicLink()) symlinkSync(readlinkSync(folder), place);
    else mkdirSync(place);
  }
}

/**
 * The instance's root is `/`, and is seen at DESTDIR as well. This machine lends its programs, read-only, and nothing else:
 * no network, no processes, no users, no other files.
 */
export function bubblewrapArguments(where: {
  root: string;
  standIns: string;
  script: string;
  parameters: string;
}): string[] {
  const options = ['--unshare-all', '--die-with-parent', '--cap-drop', 'ALL', '--hostname', 'ip-10-0-0-1'];
  if (process.getuid?.() !== 0) options.push('--unshare-user', '--uid', '0', '--gid', '0');
  options.push('--bind', where.root, '/', '--ro-bind', '/usr', '/usr');
  if (existsSync('/usr/local')) options.push('--bind', path.join(where.root, 'usr/local'), '/usr/local');
  for (const folder of programFolders) {
    if (existsSync(folder) && !lstatSync(folder).isSymbolicLink()) options.push('--ro-bind', folder, folder);
  }
  for (const setting of sharedSettings) options.push('--ro-bind-try', setting, setting);
  options.push('--ro-bind', path.join(where.standIns, profileName), '/etc/profile');
  options.push('--proc', '/proc', '--dev', '/dev', '--tmpfs', '/run');
  options.push('--bind', where.root, rootSeenAt, '--ro-bind', where.standIns, standInsSeenAt);
  options.push('--ro-bind', where.script, scriptSeenAt, '--ro-bind', where.parameters, parametersSeenAt);
  const environment = {
    PATH: `${standInsSeenAt}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    DESTDIR: rootSeenAt,
    HOME: '/root',
    USER: 'root',
    LOGNAME: 'root',
    LANG: 'C.UTF-8',
  };
  options.push('--clearenv');
  for (const [name, value] of Object.entries(environment)) options.push('--setenv', name, value);
  options.push('--chdir', '/', '--');
  return options;
}
