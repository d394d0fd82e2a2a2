/** Collections of templates from texts, and what is wrong with them in lines. */
import { collectionOf, placeOf } from './rig.ts';

/** Templates by their path below templates/, without the ending. */
export const collected = (texts: Readonly<Record<string, string>>, maxDepth?: number) =>
  collectionOf(
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [`templates/${name}.yaml`, text])),
    maxDepth,
  );

export const problems = async (
  texts: Readonly<Record<string, string>>,
  maxDepth?: number,
): Promise<string[]> => {
  const { diagnostics } = await collected(texts, maxDepth);
  return diagnostics.map((one) => {
    const place = placeOf(one)?.replace(/^templates\//, '');
    return `${place} ${one.code}: ${one.message}${one.cure === undefined ? '' : ` (${one.cure})`}`;
  });
};
