/** A manifest that is of no use, said to the user. It does not know why it was read. */
import { manifestKey, type ManifestProblem } from '../cache/manifest.ts';
import type { Config } from '../config/config.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import type { Warning } from '../core/event.ts';

type Where = Pick<Config, 'bucket' | 'prefix' | 'region'>;

export const manifestObject = ({ bucket, prefix, region }: Where): string =>
  `s3://${bucket}/${manifestKey(prefix, region)}`;

/** Throws InvalidInput where a later amigraph wrote it: this one must not go on as if there were none. */
export function manifestWarnings(where: Where, problem: ManifestProblem | undefined): Warning[] {
  const object = manifestObject(where);
  switch (problem?.kind) {
    case undefined:
      return [];
    case 'broken':
      return [{ code: 'manifest-broken', region: where.region, object, problem: problem.message }];
    case 'newer':
      throw new InvalidInput([
        {
          severity: 'error',
          code: 'manifest-newer',
          message: `${object}: ${problem.message}`,
          cure: 'use a newer amigraph',
        },
      ]);
  }
}
