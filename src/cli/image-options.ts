/** What the command line says of images. It does not know which command is meant. */
import { type ImageState, imageStates } from '../core/image.ts';
import { invalidFlag } from './commands/base.ts';

const units = { m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** Seconds of `45m`, `12h`, `30d`, `8w`; undefined where it was not given. Throws InvalidInput. */
export function ageOption(flag: string, typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(typed) ?? [];
  if (count === undefined) throw invalidFlag(`${flag} ${typed}: must be like 45m, 12h, 30d or 8w`);
  return Number(count) * units[unit as keyof typeof units];
}

/** Throws InvalidInput where EC2 has no such state. */
export function stateOption(typed: string | undefined): ImageState | undefined {
  if (typed === undefined) return undefined;
  const state = imageStates.find((one) => one === typed);
  if (state === undefined) throw invalidFlag(`--state ${typed}: must be one of ${imageStates.join(', ')}`);
  return state;
}
