/** A shell, asked whether it can read scripts. It runs none of them. */

export interface ScriptFault {
  /** From 1; undefined where the shell names none. */
  readonly line: number | undefined;
  /** In the shell's words. */
  readonly message: string;
  /** A `warning` does not keep the script from being run. */
  readonly severity: 'error' | 'warning';
}

export interface Shell {
  /** What bash finds wrong with each of these scripts, by workspace path; undefined where there is no bash. */
  check(scripts: readonly string[]): Promise<Faults | undefined>;
  /** The same of commands, by their texts. */
  checkCommands(texts: readonly string[]): Promise<Faults | undefined>;
}

type Faults = ReadonlyMap<string, readonly ScriptFault[]>;
