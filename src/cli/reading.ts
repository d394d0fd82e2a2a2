/** From a workspace to its templates. It does not know digests: a drawing needs none. */
import { type Collection, collect } from '../graph/collection.ts';
import { scanTemplates, type ScanOptions } from '../template/scan.ts';
import type { Workspace } from './context.ts';

export async function readCollection(
  { config, files }: Pick<Workspace, 'config' | 'files'>,
  options?: ScanOptions,
): Promise<Collection> {
  return collect(await scanTemplates(files, config.templates, config.root, options), {
    maxDepth: config.maxDepth,
    ...config.builder,
    base: config.base,
  });
}
