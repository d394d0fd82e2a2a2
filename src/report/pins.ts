/** The words for pins of base images, and their shapes for `--json`. It does not know who moves them. */
import type { ComparedBase, Pin, PinMove } from '../config/pins.ts';
import { table } from './tables.ts';

/** One line, once a build has pinned what nothing pinned before. */
export const pinnedLine = (pins: readonly Pin[]): string =>
  `pinned in amigraph.lock, to be committed: ${pins.map(({ base, image }) => `${base} to ${image}`).join(', ')}`;

/** The shape is part of the contract with other programs; null: not pinned. */
export function outdatedView({ base, pin, newest, standing }: ComparedBase): object {
  const outdated = isOutdated({ pin, newest });
  return {
    base,
    pinned: pin?.image ?? null,
    pinnedAt: pin?.pinnedAt ?? null,
    newest,
    outdated,
    rebuilds: outdated ? standing : [],
  };
}

const isOutdated = ({ pin, newest }: Pick<ComparedBase, 'pin' | 'newest'>): boolean =>
  pin !== undefined && pin.image !== newest;

/** Those that are newer than their pins, or have none. `whole`: whether these are all bases; nothing is said of what is not known. */
export function outdatedText(bases: readonly ComparedBase[], whole: boolean): string {
  const rows = bases
    .filter(({ pin, newest }) => pin?.image !== newest)
    .map((one) => [
      one.base,
      one.pin?.image ?? 'not pinned',
      one.newest,
      isOutdated(one) ? one.standing.join(', ') : '-',
    ]);
  if (rows.length === 0 && !whole) return '';
  if (bases.length === 0) return 'no template stands on a base that is pinned\n';
  return rows.length === 0
    ? 'nothing is outdated: every base is pinned to its newest image\n'
    : table([['BASE', 'PINNED', 'NEWEST', 'REBUILDS'], ...rows]);
}

/** `only`: the one base that was asked about. */
export function movesText(moves: readonly PinMove[], only?: string): string {
  return moves.length === 0
    ? `no pin has moved: ${only ?? 'every base'} is pinned to its newest image\n`
    : table([
        ['BASE', 'WAS', 'IS'],
        ...moves.map(({ base, from, to }) => [
          base,
          from ?? 'not pinned',
          to ?? 'not used, and no longer pinned',
        ]),
      ]);
}
