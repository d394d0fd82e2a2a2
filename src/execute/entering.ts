/** An image into the manifest, with a warning where that is not as it should be. It does not know how the image was made. */
import type { ManifestEntry } from '../cache/manifest.ts';
import { publish } from '../cache/manifest-store.ts';
import { type Digest, imageId } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { ExecuteContext } from './context.ts';

/** Fenced: somebody with a newer lease has entered one. What cannot be written is a warning, since the tags tell of the image. */
export async function enterIntoManifest(
  ctx: ExecuteContext,
  digest: Digest,
  entry: ManifestEntry,
): Promise<Result<void, { readonly code: 'fenced'; readonly token: number }>> {
  const { region } = ctx;
  const published = await publish(ctx.manifest, digest, entry, ctx.seen);
  if (published.ok) {
    const { restored, setAside } = published.value;
    if (restored) {
      const inBucket = (key: string): string => `s3://${ctx.bucket}/${key}`;
      ctx.emit({
        type: 'warning',
        code: 'manifest-restored',
        region,
        object: inBucket(ctx.manifest.key),
        setAside: setAside === undefined ? null : inBucket(setAside),
      });
    }
    return ok(undefined);
  }
  if (published.error.code === 'fenced') return fail(published.error);
  ctx.emit({
    type: 'warning',
    code: 'manifest-not-written',
    region,
    image: imageId(entry.image),
    cause: published.error,
  });
  return ok(undefined);
}
