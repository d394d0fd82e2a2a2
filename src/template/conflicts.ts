/** Where a template contradicts what it inherits, or itself. It does not know how lists are joined. */
import type { Diagnostic, Place } from '../core/diagnostic.ts';
import type {
  Architecture,
  Located,
  MergedTemplate,
  Mount,
  Template,
  TemplateLists,
  User,
} from '../core/template.ts';
import { specOf } from './spack-spec.ts';

/** What a template has that says nothing of it. */
export interface BuildDefaults {
  readonly architecture: Architecture;
  readonly volumeGb: number;
}

/** `own`: what the template adds to its parent. */
export function conflictsOf(
  template: Template,
  own: TemplateLists,
  parent: MergedTemplate | undefined,
  defaults: BuildDefaults,
): Diagnostic[] {
  return [
    ...own.packages.flatMap((spec) => versionConflict(spec, parent?.all.packages ?? [])),
    ...userConflicts(own.users, parent?.all.users ?? []),
    ...mountConflicts(own.mounts, parent?.all.mounts ?? []),
    ...(parent === undefined ? [] : buildConflicts(template, parent, defaults)),
  ];
}

/** An ancestor's image holds its version already; another one beside it is hardly what is meant. */
function versionConflict(spec: Located<string>, inherited: readonly Located<string>[]): Diagnostic[] {
  const mine = specOf(spec.value);
  const versions = inherited
    .map((one) => ({ ...one, spec: specOf(one.value) }))
    .filter((one) => one.spec?.package === mine?.package);
  const [first] = versions;
  if (mine?.version === undefined || first === undefined) return [];
  if (versions.some((one) => one.spec?.version === mine.version || one.spec?.version === undefined))
    return [];
  const { file, line } = first.place;
  return [
    {
      severity: 'error',
      code: 'version-conflict',
      message: `${spec.value} conflicts with ${first.value} (${file}:${line}), which it inherits`,
      place: spec.place,
      cure: `use ${mine.package}@${first.spec?.version ?? ''} here, change ${file}, or do not extend it`,
    },
  ];
}

/** Names and ids are those of one machine: each stands for one person. */
function userConflicts(own: readonly Located<User>[], inherited: readonly Located<User>[]): Diagnostic[] {
  return own.flatMap((user, at) => {
    const { name, uid } = user.value;
    const other = [...inherited, ...own.slice(0, at)].find(
      ({ value }) =>
        (value.name === name) !== (value.uid === uid) ||
        (value.name === name && value.gid !== user.value.gid),
    );
    if (other === undefined) return [];
    const { value, place } = other;
    return [
      conflict(
        'user-conflict',
        `user ${name} (uid ${uid}, gid ${user.value.gid}) conflicts with user ${value.name} (uid ${value.uid}, gid ${value.gid}) at ${place.file}:${place.line}`,
        user.place,
        'give each user one name and one uid',
      ),
    ];
  });
}

/** One bucket, one way, for each mount point. */
function mountConflicts(own: readonly Located<Mount>[], inherited: readonly Located<Mount>[]): Diagnostic[] {
  return own.flatMap(({ value: { bucket, mountPoint }, place: mine }, at) => {
    const other = [...inherited, ...own.slice(0, at)].find(({ value }) => value.mountPoint === mountPoint);
    if (other === undefined) return [];
    const { value, place } = other;
    const message = `${bucket} at ${mountPoint} conflicts with ${value.bucket} at ${mountPoint} (${place.file}:${place.line})`;
    return [conflict('mount-conflict', message, mine, 'mount one of them elsewhere')];
  });
}

/** An image is launched from its parent's: some things cannot be other than there. */
function buildConflicts(
  { name, build, extends: link }: Template,
  parent: MergedTemplate,
  defaults: BuildDefaults,
): Diagnostic[] {
  const { architecture = defaults.architecture, volumeGb = defaults.volumeGb } = parent.build;
  const found: Diagnostic[] = [];
  const add = (message: string, cure: string): void => {
    found.push(conflict('build-conflict', message, link?.place, cure));
  };
  if (build.base !== undefined) {
    add(
      `${name} has both extends and build.base`,
      'take one of them out: it stands on its parent or on a base image',
    );
  }
  if (build.architecture !== undefined && build.architecture !== architecture) {
    add(
      `${name} is for ${build.architecture}, and its parent for ${architecture}`,
      'take build.arch out, or extend a template that is for it: an image has the architecture of its parent',
    );
  }
  if (build.volumeGb !== undefined && build.volumeGb < volumeGb) {
    add(
      `${name} has a volume of ${build.volumeGb} GiB, and its parent one of ${volumeGb}`,
      `take build.volume_size_gb out, or make it ${volumeGb} or more: a volume holds the image that it is made from`,
    );
  }
  return found;
}

const conflict = (code: string, message: string, place: Place | undefined, cure: string): Diagnostic => ({
  severity: 'error',
  code,
  message,
  place,
  cure,
});
