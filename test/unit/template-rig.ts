/** What is wrong with the text of one template, a line for each mistake. */
import { errorOf, placeOf, templateOf } from './rig.ts';

export const file = 'templates/md/gromacs.yaml';
export const read = (text: string) => templateOf(file, text);

/** Its line and column, what is said, and the cure. */
export const wrong = (text: string): string[] =>
  errorOf(read(text)).map((one) => {
    const place = placeOf(one)?.slice(file.length + 1);
    return `${place} ${one.message}${one.cure === undefined ? '' : ` (${one.cure})`}`;
  });
