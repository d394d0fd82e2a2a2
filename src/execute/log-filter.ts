/** The awk program that takes credentials and the values of secrets out of what a step prints. It does not know the step. */
import { credentialHint, credentialPatterns, hidden } from '../core/credentials.ts';

/** A value, or a line of one, that is shorter cannot be told from the text around it. */
export const leastSecretLength = 4;

/**
 * Each line of its input goes to its output, until one that ends with `end` and an exit code: with that it ends itself. So a process that
 * a step leaves behind holds up nothing. The values are in the variables amigraph_secret1, amigraph_secret2 and so on of its environment.
 *
 * Any awk runs it: gawk, mawk, busybox and the original one. None of them may be asked for counts in expressions, and
 * mawk does not look at what it has read before it has 4 KiB of it, or the end.
 */
export function logFilter(end: string, secrets: number): string[] {
  return [
    'BEGIN {',
    `  end = "${end}"`,
    `  for (i = 1; i <= ${secrets}; i++) {`,
    String.raw`    lines = split(ENVIRON["amigraph_secret" i], line, "\n")`,
    '    for (j = 1; j <= lines; j++) {',
    String.raw`      sub(/\r$/, "", line[j])`,
    `      if (length(line[j]) < ${leastSecretLength}) continue`,
    // The longest first: one may be a part of another.
    '      for (k = count++; k > 0 && length(secret[k]) < length(line[j]); k--) secret[k + 1] = secret[k]',
    '      secret[k + 1] = line[j]',
    '    }',
    '  }',
    '}',
    '{ at = index($0, end) }',
    'at == 0 { print hide($0); next }',
    '{',
    '  code = substr($0, at + length(end))',
    '  ORS = ""',
    '  print hide(substr($0, 1, at - 1))',
    '  exit',
    '}',
    // Whoever was to say how the step ended was killed.
    'END { exit code == "" ? 70 : code + 0 }',
    'function hide(text,   n) {',
    '  for (n = 1; n <= count; n++) if (index(text, secret[n])) text = without(text, secret[n])',
    `  if (text !~ /${credentialHint}/) return text`,
    ...credentialPatterns.map(({ key, value }) => `  text = cut(text, "${key}", "${value}")`),
    '  return text',
    '}',
    'function without(text, word,   at, left) {',
    '  left = ""',
    '  while (at = index(text, word)) {',
    `    left = left substr(text, 1, at - 1) "${hidden}"`,
    '    text = substr(text, at + length(word))',
    '  }',
    '  return left text',
    '}',
    'function cut(text, key, value,   left, found) {',
    '  left = ""',
    '  while (match(text, key value)) {',
    '    found = substr(text, RSTART, RLENGTH)',
    '    left = left substr(text, 1, RSTART - 1)',
    '    text = substr(text, RSTART + RLENGTH)',
    '    if (key != "" && match(found, "^" key)) left = left substr(found, 1, RLENGTH)',
    `    left = left "${hidden}"`,
    '  }',
    '  return left text',
    '}',
  ];
}
