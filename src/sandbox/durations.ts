/**
 * How long things take on AWS, in milliseconds of real time. It does not know the sandbox's speed.
 *
 * The waits are typical ones for a Linux instance in a large Region, as seen in the timings that users publish;
 * those with a source name it. They need to be of the right order only: long enough to matter, and in proportion.
 */
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Limits and safety nets are not shortened below this by any speed: the machine under the sandbox does not get faster. */
export const LEAST_LIMIT = 5 * MINUTE;

/** DescribeInstances and DescribeImages are eventually consistent (EC2 API, "Eventual consistency"). */
export const INSTANCE_HIDDEN = 1 * SECOND;
export const IMAGE_HIDDEN = 2 * SECOND;
export const INSTANCE_PENDING = 25 * SECOND;
/** From `running` until the agent has registered: boot, cloud-init, first ping. */
export const AGENT_START = 20 * SECOND;
export const INSTANCE_STOPPING = 30 * SECOND;
export const INSTANCE_SHUTTING_DOWN = 30 * SECOND;
/** EC2 user guide: terminated instances stay visible for about an hour. */
export const TERMINATED_LINGERS = 60 * MINUTE;
/** DescribeImages: "recently deregistered images appear in the returned results for a short interval". */
export const DEREGISTERED_LINGERS = 10 * SECOND;
/** A one-time launch without capacity ends soon after it was accepted. */
export const LATE_CAPACITY_LOSS = 5 * SECOND;

/** A snapshot of a volume that was mostly written once: about six minutes for 100 GB. */
export const imageCreation = (volumeSizeGb: number): number => MINUTE + volumeSizeGb * 3 * SECOND;

export const COMMAND_HIDDEN = 1 * SECOND;
export const COMMAND_DELIVERY = 1 * SECOND;
export const COMMAND_CANCEL = 2 * SECOND;
/** PutParameter of the type aws:ec2:image answers before the image was looked up. */
export const PARAMETER_CHECK = 2 * SECOND;

const BOOTSTRAP = 2 * MINUTE;
const OTHER_STEP = 5 * SECOND;
const UNKNOWN_PACKAGE = 5 * MINUTE;

/**
 * Minutes to build a Spack package with the dependencies that no other package of a usual stack brings along,
 * from source on a c6a.4xlarge (16 threads). Estimates from build logs: right in order, not to the minute.
 */
const PACKAGE_MINUTES: Readonly<Record<string, number>> = {
  gcc: 25,
  llvm: 40,
  'llvm-amdgpu': 45,
  'intel-oneapi-compilers': 6,
  'intel-oneapi-mkl': 4,
  'intel-oneapi-mpi': 3,
  cuda: 5,
  nvhpc: 8,
  openmpi: 8,
  mpich: 7,
  mvapich2: 8,
  libfabric: 2,
  ucx: 3,
  pmix: 2,
  slurm: 4,
  python: 4,
  'py-numpy': 4,
  'py-scipy': 7,
  'py-torch': 45,
  'py-tensorflow': 60,
  'py-mpi4py': 2,
  r: 9,
  julia: 20,
  perl: 3,
  rust: 20,
  go: 5,
  cmake: 5,
  git: 3,
  boost: 5,
  openssl: 2,
  hdf5: 5,
  'netcdf-c': 3,
  'netcdf-fortran': 2,
  'parallel-netcdf': 3,
  adios2: 9,
  fftw: 4,
  openblas: 5,
  netlib: 4,
  'netlib-lapack': 4,
  'netlib-scalapack': 4,
  amdblis: 3,
  amdfftw: 5,
  eigen: 1,
  metis: 1,
  parmetis: 1,
  scotch: 2,
  petsc: 12,
  slepc: 4,
  trilinos: 45,
  hypre: 4,
  mumps: 4,
  'superlu-dist': 3,
  sundials: 4,
  gromacs: 14,
  namd: 10,
  charmpp: 6,
  lammps: 12,
  amber: 25,
  plumed: 6,
  cp2k: 25,
  'quantum-espresso': 9,
  nwchem: 25,
  siesta: 8,
  vasp: 20,
  abinit: 12,
  wrf: 25,
  wps: 6,
  mpas: 10,
  openfoam: 45,
  su2: 10,
  paraview: 50,
  vtk: 25,
  visit: 45,
  osu: 2,
  'osu-micro-benchmarks': 1,
  ior: 1,
  hpl: 1,
  stream: 1,
};

/** How long the step takes that a command's comment names, `<build id> <k>/<n> <step name>`. */
export function stepDuration(comment: string): number {
  const name = /^\S+ \d+\/\d+ (?<name>.+)$/u.exec(comment)?.groups?.['name'] ?? comment;
  if (name === 'bootstrap') return BOOTSTRAP;
  const spec = /^package (?<spec>.+)$/u.exec(name)?.groups?.['spec'];
  if (spec === undefined) return OTHER_STEP;
  const word = /^[a-z0-9][a-z0-9_-]*/iu.exec(spec)?.[0].toLowerCase() ?? '';
  const minutes = Object.hasOwn(PACKAGE_MINUTES, word) ? PACKAGE_MINUTES[word] : undefined;
  return minutes === undefined ? UNKNOWN_PACKAGE : minutes * MINUTE;
}
