/** Where a template contradicts what it inherits, or itself. It does not know how lists are joined. */
import { type Diagnostic, errorOf, type RelatedPlace } from '../core/diagnostic.ts';
import { remembered } from '../core/remembered.ts';
import type {
  Architecture,
  Located,
  MergedTemplate,
  Mount,
  RequestedPackage,
  Template,
  TemplateLists,
  User,
  WrittenBase,
} from '../core/template.ts';

/** What a template has that says nothing of it. */
export interface BuildDefaults {
  readonly architecture: Architecture;
  readonly volumeGb: number;
  readonly base: Readonly<Record<Architecture, WrittenBase>>;
}

/** `own`: what the template adds to its parent. */
export function conflictsOf(
  template: Template,
  own: TemplateLists,
  parent: MergedTemplate | undefined,
  defaults: BuildDefaults,
): Diagnostic[] {
  return [
    ...versionConflicts(own.packages, parent?.all.packages ?? []),
    ...userConflicts(own.users, parent?.all.users ?? []),
    ...mountConflicts(own.mounts, parent?.all.mounts ?? []),
    ...(parent === undefined
      ? baseConflicts(template, defaults)
      : buildConflicts(template, parent, defaults)),
  ];
}

/** An ancestor's image holds its version already; another one beside it is hardly what is meant. */
function versionConflicts(
  own: readonly Located<RequestedPackage>[],
  inherited: readonly Located<RequestedPackage>[],
): Diagnostic[] {
  const found: Diagnostic[] = [];
  if (inherited.length === 0) return found;
  for (const one of own) {
    const { written, name, version } = one.value;
    const others = packagesByName(inherited).get(name);
    const first = others?.[0];
    if (version === undefined || others === undefined || first === undefined) continue;
    if (others.some(({ value }) => value.version === undefined || value.version === version)) continue;
    found.push(
      errorOf('version-conflict', {
        message: `${written} conflicts with ${first.value.written}, which it inherits`,
        place: one.place,
        related: [inherits(first)],
        cure: `use ${name}@${first.value.version ?? ''} here, change ${first.place.file}, or do not extend it`,
      }),
    );
  }
  return found;
}

/** Of a list that all children of a template inherit. */
const packagesByName = remembered((packages: readonly Located<RequestedPackage>[]) => {
  const byName = new Map<string, Located<RequestedPackage>[]>();
  for (const one of packages) {
    const same = byName.get(one.value.name);
    if (same === undefined) byName.set(one.value.name, [one]);
    else same.push(one);
  }
  return byName;
});

/** Names and ids are those of one machine: each stands for one person. */
function userConflicts(own: readonly Located<User>[], inherited: readonly Located<User>[]): Diagnostic[] {
  const said = ({ name, uid, gid }: User): string => `user ${name} (uid ${uid}, gid ${gid})`;
  const found: Diagnostic[] = [];
  const byName = new Map<string, Located<User>>();
  const byUid = new Map<number, Located<User>>();
  for (const user of own) {
    const { name, uid } = user.value;
    const other =
      usersByName(inherited).get(name) ??
      byName.get(name) ??
      usersByUid(inherited).get(uid) ??
      byUid.get(uid);
    if (!byName.has(name)) byName.set(name, user);
    if (!byUid.has(uid)) byUid.set(uid, user);
    if (other === undefined) continue;
    found.push(
      errorOf('user-conflict', {
        message: `${said(user.value)} conflicts with ${said(other.value)}`,
        place: user.place,
        related: [{ message: 'the other', place: other.place }],
        cure: 'give each user one name and one uid',
      }),
    );
  }
  return found;
}

/** One bucket, one way, for each mount point. */
function mountConflicts(own: readonly Located<Mount>[], inherited: readonly Located<Mount>[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  const byPoint = new Map<string, Located<Mount>>();
  for (const mount of own) {
    const { bucket, mountPoint } = mount.value;
    const other = mountsByPoint(inherited).get(mountPoint) ?? byPoint.get(mountPoint);
    if (other === undefined) {
      byPoint.set(mountPoint, mount);
      continue;
    }
    found.push(
      errorOf('mount-conflict', {
        ...(bucket === other.value.bucket
          ? {
              message: `${bucket} at ${mountPoint} is read_only in one of two places`,
              cure: 'write the same in both, or take one of them out',
            }
          : {
              message: `${bucket} at ${mountPoint} conflicts with ${other.value.bucket} at ${mountPoint}`,
              cure: 'mount one of them elsewhere',
            }),
        place: mount.place,
        related: [{ message: 'the other', place: other.place }],
      }),
    );
  }
  return found;
}

// Of a list that all children of a template inherit.
const usersByName = by<User, string>(({ name }) => name);
const usersByUid = by<User, number>(({ uid }) => uid);
const mountsByPoint = by<Mount, string>(({ mountPoint }) => mountPoint);

function by<Value, Key>(
  key: (value: Value) => Key,
): (list: readonly Located<Value>[]) => ReadonlyMap<Key, Located<Value>> {
  return remembered((list) => new Map(list.map((one) => [key(one.value), one])));
}

/** An image is launched from its parent's: some things cannot be other than there. */
function buildConflicts(
  { name, build, extends: link }: Template,
  parent: MergedTemplate,
  defaults: BuildDefaults,
): Diagnostic[] {
  const inherited = parent.build;
  const architecture = inherited.architecture?.value ?? defaults.architecture;
  const volumeGb = inherited.volumeGb?.value ?? defaults.volumeGb;
  const found: Diagnostic[] = [];
  if (build.base !== undefined) {
    found.push(
      errorOf('build-conflict', {
        message: `${name} has both extends and build.base`,
        place: build.base.place,
        related: link === undefined ? [] : [{ message: 'extends', place: link.place }],
        cure: 'take one of them out: it stands on its parent or on a base image',
      }),
    );
  }
  if (build.architecture !== undefined && build.architecture.value !== architecture) {
    found.push(
      errorOf('build-conflict', {
        message: `${name} is for ${build.architecture.value}, and its parent for ${architecture}`,
        place: build.architecture.place,
        related: inherited.architecture === undefined ? [] : [inherits(inherited.architecture)],
        cure: 'take build.arch out, or extend a template that is for it: an image has the architecture of its parent',
      }),
    );
  }
  if (build.volumeGb !== undefined && build.volumeGb.value < volumeGb) {
    found.push(
      errorOf('build-conflict', {
        message: `${name} has a volume of ${build.volumeGb.value} GiB, and its parent one of ${volumeGb}`,
        place: build.volumeGb.place,
        related: inherited.volumeGb === undefined ? [] : [inherits(inherited.volumeGb)],
        cure: `take build.volume_size_gb out, or make it ${volumeGb} or more: a volume holds the image that it is made from`,
      }),
    );
  }
  return found;
}

/** What a base says of its architecture must be what the template says; of others only a cloud knows. */
function baseConflicts({ name, build }: Template, defaults: BuildDefaults): Diagnostic[] {
  const architecture = build.architecture?.value ?? defaults.architecture;
  const base = build.base?.value ?? defaults.base[architecture];
  const other = 'parallelcluster' in base ? base.arch : undefined;
  if (other === undefined || other === architecture) return [];
  const arch = build.architecture;
  return [
    errorOf('build-conflict', {
      message: `${name} is for ${architecture}, and its base for ${other}`,
      place: build.base?.place ?? arch?.place ?? { file: 'amifile.ts' },
      related:
        build.base === undefined || arch === undefined ? [] : [{ message: 'build.arch', place: arch.place }],
      cure: `take arch out of the base, or set build.arch to ${other}`,
    }),
  ];
}

const inherits = ({ place }: Located<unknown>): RelatedPlace => ({ message: 'inherited from', place });
