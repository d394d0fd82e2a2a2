/** The names of the SSM parameters that say which image is a template's latest. It does not know what they say. */
import type { TemplateName } from './ids.ts';

/**
 * SSM takes letters, digits, dots, dashes and underscores: what else is in a name stands there as `_x2B_`, by its code point,
 * and so does an underscore that would look like the beginning of one, so that no two names become the same.
 */
const part = (name: string): string =>
  name.replaceAll(/_(?=x[0-9A-F]+(?:_|[^A-Za-z0-9_.-]))|[^A-Za-z0-9_.-]/gu, escaped);

const escaped = (sign: string): string => `_x${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase()}_`;

/** What those of a workspace begin with. */
export const parametersOf = (workspace: string): string => `/amigraph/${part(workspace)}/`;

/** `/amigraph/hpc/md/gromacs/latest`. */
export const latestParameter = (workspace: string, template: TemplateName): string =>
  `${parametersOf(workspace)}${template.split('/').map(part).join('/')}/latest`;
