/** Where leases and heartbeats lie in the bucket. It does not know what is in them. */
import type { Digest } from '../core/ids.ts';

export const leasePrefix = (prefix: string, region: string): string => `${prefix}leases/${region}/`;

export const leaseKey = (prefix: string, region: string, digest: Digest): string =>
  `${leasePrefix(prefix, region)}${digest}.json`;

/** `run`: as the holder of a lease names it. */
export const heartbeatKey = (prefix: string, run: string): string => `${prefix}heartbeats/${run}.json`;
