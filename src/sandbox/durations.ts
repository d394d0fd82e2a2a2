/**
 * How long things take on AWS, in milliseconds of real time. It does not know the sandbox's speed.
 *
 * The waits are typical ones for a Linux instance in a large Region, as seen in the timings that users publish;
 * those with a source name it. They need to be of the right order only: long enough to matter, and in proportion.
 */
const oneSecond = 1000;
const oneMinute = 60 * oneSecond;

/** Limits and safety nets are not shortened below this by any speed: the machine under the sandbox does not get faster. */
export const leastLimit = 5 * oneMinute;

/** DescribeInstances and DescribeImages are eventually consistent (EC2 API, "Eventual consistency"). */
export const instanceHidden = 1 * oneSecond;
export const imageHidden = 2 * oneSecond;
export const instancePending = 25 * oneSecond;
/** From `running` until the agent has registered: boot, cloud-init, first ping. */
export const agentStart = 20 * oneSecond;
export const instanceStopping = 30 * oneSecond;
export const instanceShuttingDown = 30 * oneSecond;
/** EC2 user guide: terminated instances stay visible for about an hour. */
export const terminatedLingers = 60 * oneMinute;
/** DescribeImages: "recently deregistered images appear in the returned results for a short interval". */
export const deregisteredLingers = 10 * oneSecond;
/** A one-time launch without capacity ends soon after it was accepted. */
export const lateCapacityLoss = 5 * oneSecond;

/** A snapshot of a volume that was mostly written once: about six minutes for 100 GB. */
export const imageCreation = (volumeSizeGb: number): number => oneMinute + volumeSizeGb * 3 * oneSecond;

export const commandHidden = 1 * oneSecond;
export const commandDelivery = 1 * oneSecond;
export const commandCancel = 2 * oneSecond;
/** PutParameter of the type aws:ec2:image answers before the image was looked up. */
export const parameterCheck = 2 * oneSecond;

const bootstrap = 2 * oneMinute;
const otherStep = 5 * oneSecond;
const unknownPackage = 5 * oneMinute;

/**
 * Minutes to build a Spack package with the dependencies that no other package of a usual stack brings along,
 * from source on a c6a.4xlarge (16 threads). Estimates from build logs: right in order, not to the minute.
 */
const packageMinutes: Readonly<Record<string, number>> = {
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
  if (name === 'bootstrap') return bootstrap;
  const spec = /^package (?<spec>.+)$/u.exec(name)?.groups?.['spec'];
  if (spec === undefined) return otherStep;
  const fullName = /^\w[\w.-]*/u.exec(spec)?.[0].toLowerCase() ?? '';
  const word = fullName.slice(fullName.lastIndexOf('.') + 1);
  const minutes = Object.hasOwn(packageMinutes, word) ? packageMinutes[word] : undefined;
  return minutes === undefined ? unknownPackage : minutes * oneMinute;
}
