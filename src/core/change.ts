/** What makes a template's recipe another one, in a user's terms. It does not know how it was found out. */
import type { Place } from './diagnostic.ts';
import type { TemplateName } from './ids.ts';

export type ChangedPart =
  | 'base image'
  | 'parent'
  | 'depends on'
  | 'architecture'
  | 'volume'
  | 'package'
  | 'user'
  | 'mount'
  | 'test'
  /** A script's content, or a script of the template's own more or less. */
  | 'script'
  | 'input'
  | 'secret'
  /** Anything else: another version of the format, or a recipe that was not kept. */
  | 'recipe';

export interface Change {
  /** Whose recipe it is: the template that is explained, or one that it stands on. */
  readonly template: TemplateName;
  readonly part: ChangedPart;
  /** `reordered`: the same things in another order. */
  readonly kind: 'added' | 'removed' | 'changed' | 'reordered';
  /** Which of several: `cmake`, `ada`, `/shared`, `scripts/install-package.sh`; empty where there is but one. */
  readonly name: string;
  /** In full: `cmake@3.27.0 +ownlibs`, `ada (uid 5001, gid 5001)`. Empty where there was none, or where a few words cannot say it. */
  readonly from: string;
  readonly to: string;
  /** Where it is written now; undefined where it is written no more, or in no template. */
  readonly place: Place | undefined;
  /** Of a base image that amigraph.lock pins: since when. ISO 8601. */
  readonly pinnedAt?: string | undefined;
}
