/** A template as read: every value with its place. It does not know YAML, nor what stands on it. */
import type { Place } from './diagnostic.ts';
import type { TemplateName } from './ids.ts';

export interface Located<Value> {
  readonly value: Value;
  readonly place: Place;
}

export const architectures = ['x86_64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface Mount {
  readonly bucket: string;
  readonly mountPoint: string;
  readonly readOnly: boolean;
}

/** The operating systems that ParallelCluster knows. */
export const parallelClusterSystems = [
  'alinux2',
  'alinux2023',
  'ubuntu2004',
  'ubuntu2204',
  'ubuntu2404',
  'rhel8',
  'rhel9',
  'rocky8',
  'rocky9',
] as const;
export type ParallelClusterSystem = (typeof parallelClusterSystems)[number];

/** An image that AWS publishes with a version of ParallelCluster. */
export interface ParallelClusterBase {
  readonly parallelcluster: string;
  readonly os: ParallelClusterSystem;
  readonly arch: Architecture;
}

/** What the first image of a chain stands on. */
export type BaseImage = { readonly ssm: string } | { readonly ami: string } | ParallelClusterBase;

/** The same as it may be written: without `arch`, it is of the template's. */
export type WrittenBase =
  | Exclude<BaseImage, ParallelClusterBase>
  | (Omit<ParallelClusterBase, 'arch'> & { readonly arch?: Architecture | undefined });

/** How an image is built; none but `architecture`, `volumeGb`, `base` and `secrets` can change what it holds. */
export interface BuildSettings {
  /** In the order in which they are tried. */
  readonly instanceTypes?: Located<readonly string[]> | undefined;
  readonly spot?: Located<boolean> | undefined;
  /** Of the whole build, in seconds. */
  readonly timeoutSeconds?: Located<number> | undefined;
  readonly volumeGb?: Located<number> | undefined;
  readonly architecture?: Located<Architecture> | undefined;
  readonly base?: Located<WrittenBase> | undefined;
  /** SSM parameters, by the environment variable that the steps find their values in. */
  readonly secrets?: ReadonlyMap<string, Located<string>> | undefined;
}

/** A part of a template that is not baked into the image: plain data, and where each value of it stands. */
export interface Section {
  data(): unknown;
  /** `path` leads from the section to one of its values. */
  placeOf(path: readonly (string | number)[]): Place;
}

/** A Spack spec: how it is written, and what must be known of it. */
export interface RequestedPackage {
  readonly written: string;
  /** The canonical spelling, which is what enters the digest and is installed. */
  readonly spec: string;
  /** Without its namespace: `builtin.gcc` is gcc too. */
  readonly name: string;
  /** Undefined where any version will do. */
  readonly version: string | undefined;
}

/** The parts of a template that are lists; each item keeps its place through merging. */
export interface TemplateLists {
  readonly packages: readonly Located<RequestedPackage>[];
  readonly users: readonly Located<User>[];
  readonly mounts: readonly Located<Mount>[];
  /** Workspace paths of scripts that run after the packages. */
  readonly scripts: readonly Located<string>[];
  /** Patterns of files that the digest covers, relative to the workspace. */
  readonly inputs: readonly Located<string>[];
  readonly tests: readonly Located<string>[];
}

/** What a template stands on. */
export interface TemplateLinks {
  readonly name: TemplateName;
  /** Workspace path. */
  readonly file: string;
  readonly extends?: Located<TemplateName> | undefined;
  /** Workspace path of the file that `extends` names. */
  readonly parentFile?: string | undefined;
  readonly dependsOn: readonly Located<TemplateName>[];
}

export interface Template extends TemplateLists, TemplateLinks {
  /** That of the file as it was read: while it has the same, it says the same. Undefined where nobody can tell. */
  readonly identity?: string | undefined;
  readonly build: BuildSettings;
  readonly cluster?: Section | undefined;
  readonly compute?: Section | undefined;
}

/** A template with all that it inherits, and apart from that what it adds to its parent's image. */
export interface MergedTemplate {
  readonly template: Template;
  readonly parent: MergedTemplate | undefined;
  readonly build: BuildSettings;
  /** The whole chain's, ancestors first. */
  readonly all: TemplateLists;
  /** What no ancestor has: the work of this image's own build. */
  readonly own: TemplateLists;
}
