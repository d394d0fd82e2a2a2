/** Base images by the names that people call them. It does not know which image a name stands for. */
import type { Architecture, BaseImage, WrittenBase } from './template.ts';

/** With the architecture of whoever stands on it, where it names none of its own. */
export const settledBase = (base: WrittenBase, architecture: Architecture): BaseImage =>
  'parallelcluster' in base ? { ...base, arch: base.arch ?? architecture } : base;

/** In the lock file, on the command line and in tables: a parameter's path, an image's id, or `parallelcluster 3.14.0 alinux2023 x86_64`. */
export function baseKey(base: BaseImage): string {
  if ('ssm' in base) return base.ssm;
  return 'ami' in base ? base.ami : `parallelcluster ${base.parallelcluster} ${base.os} ${base.arch}`;
}
