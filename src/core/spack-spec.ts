/** A Spack spec in parts, in Spack's own terms. It does not know how specs are written, nor which packages there are. */

/** One package to install, and what it is to be built with. */
export interface SpackSpec extends SpackNode {
  /** The canonical spelling: equal for two spellings of one spec, and read back as this spec. */
  readonly text: string;
  /** As written, with its namespace: `gcc`, `builtin.gcc`. */
  readonly package: string;
  /**
   * In the order of writing, which is meaning: `%` belongs to the package or the last `^` before it,
   * and what follows `%gcc` is of the package in Spack before 1.0 and of gcc since.
   */
  readonly dependencies: readonly SpackDependency[];
}

/** What is asked of one package of a spec, the one to install or one that it depends on. */
export interface SpackNode {
  /** Undefined where any package will do: `%@14`, `^*`. Spack calls such a node anonymous. */
  readonly package: string | undefined;
  /** Without `@` and white space: `1.2`, `=1.2`, `1.2:1.4,1.6`, `git.main=1.2`. Undefined where any version will do. */
  readonly version: string | undefined;
  /** Also compiler flags and the architecture, which are written alike: on and off first, then values, each by name. */
  readonly variants: readonly SpackVariant[];
  /** Without `/`, and often only the beginning of one. */
  readonly hash: string | undefined;
}

/** `+mpi`, `~mpi`, `languages=c,c++`, `cflags="-O3 -g"`. No name stands twice in one node. */
export type SpackVariant = SpackSwitch | SpackValue;

/** A variant that is on or off. */
export interface SpackSwitch {
  readonly name: string;
  readonly value: boolean;
  /** Written `++` or `~~`: for the dependencies as well. */
  readonly propagate: boolean;
}

/** A variant, compiler flag or part of the architecture with a value. */
export interface SpackValue {
  readonly name: string;
  /** As written, but for the quotes around it. */
  readonly value: string;
  /** Written `==`: for the dependencies as well. */
  readonly propagate: boolean;
  /** Written `:=`: these values and no others. */
  readonly concrete: boolean;
}

/** A package that another one is to be built with. */
export interface SpackDependency {
  /** `%`, `%%` (for the dependencies as well, where they can), or `^` (anywhere below). */
  readonly kind: 'direct' | 'propagated' | 'transitive';
  readonly edge: SpackEdge;
  readonly node: SpackNode;
}

/** What holds for a dependency rather than for its package: `^[virtuals=mpi] openmpi`. Values are as written. */
export interface SpackEdge {
  /** A spec: the dependency is there only where the package is like this. */
  readonly when?: string;
  /** `build,link,run` */
  readonly deptypes?: string;
  /** `c,cxx`; `%c,cxx=gcc` is another spelling of `%[virtuals=c,cxx] gcc`. */
  readonly virtuals?: string;
}

/** Why a text is no spec. */
export interface SpecProblem {
  /** Goes on from "it is not a spec: ". */
  readonly message: string;
  /** Offset in the text, from 0, in UTF-16 code units. */
  readonly at: number;
  readonly cure: string;
}
