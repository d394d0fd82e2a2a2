/** Which names a template can have: those that fit into tags and into lines of text. It does not know where names come from. */

const longestName = 128;

/**
 * What is wrong with a name. It goes into tags, where a longer one would be cut and not be recognised, and where AWS keeps `aws:` to itself;
 * for the name of an AMI it is cleaned and cut, since that holds the build id.
 */
export function nameProblem(name: string): string | undefined {
  if (name.length > longestName) return `has ${name.length} characters, and ${longestName} are allowed`;
  if (/^aws:/i.test(name)) return 'begins with aws:, which AWS does not take in tags of others';
  return /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\uFFFD]/u.test(name)
    ? 'holds a control character or one that is no text'
    : undefined;
}
