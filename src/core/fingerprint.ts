/** What a digest is made of: a recipe as a list of named parts. It does not know how a recipe becomes one. */
import { digestOf } from './digest.ts';
import type { Digest, TemplateName } from './ids.ts';

/** What it is called, and what it is; several parts may have one name. In the order of the recipe. */
export type Part =
  | readonly [name: 'format', version: number]
  | readonly [name: 'base image', image: string]
  | readonly [name: 'parent' | 'depends on', digest: string]
  | readonly [name: 'architecture', architecture: string]
  | readonly [name: 'volume', gb: number]
  | readonly [name: 'package', spec: string]
  | readonly [name: 'user', user: { readonly gid: number; readonly name: string; readonly uid: number }]
  | readonly [
      name: 'mount',
      mount: { readonly bucket: string; readonly mountPoint: string; readonly readOnly: boolean },
    ]
  | readonly [name: 'test', command: string]
  | readonly [
      name: 'step',
      step: { readonly arguments: readonly string[]; readonly name: string; readonly script: string },
    ]
  | readonly [
      name: 'input',
      input: { readonly digest: string; readonly executable: boolean; readonly path: string },
    ]
  | readonly [name: 'secret', secret: { readonly name: string; readonly parameter: string }];

export interface Fingerprint {
  readonly digest: Digest;
  readonly parts: readonly Part[];
}

/** With the names of the template and of what it stood on: they do not enter the digest, which several templates may have. */
export interface NamedParts {
  readonly template: TemplateName;
  readonly parent: TemplateName | null;
  readonly dependsOn: readonly (readonly [TemplateName, Digest])[];
  readonly parts: readonly Part[];
}

export const digestOfParts = (parts: readonly Part[]): Digest => digestOf(JSON.stringify(parts));
