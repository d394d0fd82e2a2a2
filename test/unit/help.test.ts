/** What the command line says of itself, and of words that it does not know. */
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { localRandom } from '../../src/adapters/local/random.ts';
import { runCli } from '../../src/cli/cli.ts';
import { HandClock } from './rig.ts';

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** In a folder without a workspace: no command gets further than its words. */
async function said(line: string, { isTTY = false, env = {} } = {}): Promise<Said> {
  const text = { stdout: '', stderr: '' };
  const output = (to: 'stdout' | 'stderr') =>
    Object.assign(
      new Writable({
        decodeStrings: false,
        write(chunk: string, _encoding, done) {
          text[to] += chunk;
          done();
        },
      }),
      { isTTY },
    );
  const { signal } = new AbortController();
  const code = await runCli(
    line.split(' ').filter((word) => word !== ''),
    {
      stdin: process.stdin,
      stdout: output('stdout'),
      stderr: output('stderr'),
      env,
      colorDepth: 1,
      cwd: '/nonexistent',
      clock: new HandClock(),
      began: 0,
      random: localRandom,
      person: { user: 'ada', host: 'x' },
      interruptions: () => ({ interrupted: signal, abandoned: signal, dispose: () => {} }),
    },
  );
  return { code, ...text };
}

const buildHelp = `amigraph build [NAME...] [OPTION...]

Build the images that are missing.

Reuses every image whose digest has not changed and builds the others, what does
not depend on each other at the same time. What a named template stands on is
reused or built first.

A NAME may be a pattern: md/* is all in md, ** everything; +gromacs is gromacs
and all that it stands on, foundation+ is foundation and all that stands on it.

Options
  --provider sandbox|aws      the cloud, instead of what amifile.ts says
  --region REGION             the AWS Region, instead of what amifile.ts says
  --profile NAME              a profile of the AWS configuration files
  --all                       all templates
  --affected                  those that are affected by what changed since --base: amigraph affected shows them
  --base REF                  with --affected: instead of AMIGRAPH_BASE and affected.base in amifile.ts
  --exclude PATTERN           take these out of what is selected; may be repeated
  --base-ami AMI              stand on this image instead of all base images, for this run
  --rebuild                   build the selected ones anew, although their images are there
  --rebuild-base, --no-cache  the same with all that they stand on
  --cache r|rw                with r, images are reused and none is built: for CI of forks
  --dry-run                   show the plan and do nothing
  --bail                      end everything at the first failure
  --keep-going                build the good templates where others have errors
  --concurrency N             build at most so many images at the same time
  --on-error cleanup|keep     with keep, the instance of a step that failed stays for a look
  --no-wait                   exit with 9 where another run builds one of the images
  --json                      one JSON object a line for each event

Examples
  Build all that is missing:
    amigraph build --all
  Build gromacs and what it stands on:
    amigraph build gromacs
  Build all that stands on foundation, but not namd:
    amigraph build foundation+ --exclude namd
  Build what this branch affects:
    amigraph build --affected --base main
  Show what would happen:
    amigraph build --all --dry-run
`;

describe('help', () => {
  test.each([
    'build --help',
    'build -h',
    'help build',
    'build --all --help',
    'build gromacs -h',
    'build --al -h',
  ])('amigraph %s', async (line) => {
    expect(await said(line)).toEqual({ code: 0, stdout: buildHelp, stderr: '' });
  });

  test.each(['', 'help', '-h', '--help', 'help help'])('amigraph %s', async (line) => {
    const { stdout, ...rest } = await said(line);
    expect(rest).toEqual({ code: 0, stderr: '' });
    expect(stdout.replace(/^amigraph [0-9.]+/, 'amigraph N')).toBe(
      `amigraph N: builds graphs of machine images, and only what is missing of them

Images
  amigraph build [NAME...]     Build the images that are missing.
  amigraph why NAME            Show why an image is reused or would be built.
  amigraph list                List the images, from their EC2 tags, newest first.
  amigraph describe IMAGE      Show all that is known of one image, with the packages of all that it stands on.
  amigraph logs NAME|BUILD     Show what the steps of a build have printed, whole.

Manifest
  amigraph manifest show       Show what the manifest in the bucket remembers of the images.
  amigraph manifest verify     Compare the manifest with the tags of the images; exit code 1 where they differ.
  amigraph manifest repair     Make the manifest say what the tags of the images say.

Leases
  amigraph leases              List the leases that are held: who builds what, since when, and how far it is.
  amigraph leases release KEY  Give up the build of one image: free its lease and end its instance.
  amigraph leases sweep        Find and end what no run comes back for: instances, leases of dead holders, failed images.

Bases
  amigraph outdated            Show newer base images, and which images they would rebuild.
  amigraph update              Pin base images to their newest in amigraph.lock.

Templates
  amigraph graph               Show what stands on what.
  amigraph affected            Show which templates a change affects.
  amigraph show NAME           Show what a template says, each value with the file and line it comes from.
  amigraph schema              Print the JSON Schema of a template, for editors.
  amigraph validate            Check all templates, scripts and inputs, without a cloud.

Setup
  amigraph doctor              Check this machine, the AWS account and the bucket: what is wrong, and what to do.

Sandbox
  amigraph sandbox serve       Answer EC2, SSM and S3 on a loopback port until interrupted.
  amigraph sandbox reset       Remove everything that the sandbox holds: images, instances, buckets.

amigraph COMMAND --help shows what a command takes.
`,
    );
  });

  test.each([
    ['build', '--region REGION'],
    ['list', '--region REGION'],
    ['graph', '--region REGION'],
    ['schema', undefined],
    ['leases', '--region REGION'],
    ['leases release KEY', '--yes'],
    ['leases sweep', '--dry-run'],
    ['doctor', '--region REGION'],
    ['sandbox serve', '--port N'],
    ['sandbox reset', undefined],
  ])('of %s names every value, and has no escape codes', async (command, option) => {
    const { code, stdout } = await said(`${command.replace(' KEY', '')} --help`);
    expect(code).toBe(0);
    expect(stdout.startsWith(`amigraph ${command}`)).toBe(true);
    expect(stdout.includes(' [OPTION...]\n')).toBe(option !== undefined);
    expect(stdout).not.toMatch(/[#$]/);
    expect(stdout).not.toContain('\u001B');
    if (option !== undefined) expect(stdout).toMatch(new RegExp(`^ {2}${option} +\\S`, 'm'));
  });

  test.each(['sandbox --help', 'help sandbox'])('amigraph %s: what begins so', async (line) => {
    const { code, stdout } = await said(line);
    expect(code).toBe(0);
    expect(stdout.match(/^ {2}amigraph \S+ \S+/gm)).toEqual([
      '  amigraph sandbox serve',
      '  amigraph sandbox reset',
    ]);
  });

  test('stands out on a terminal, unless that is not wanted', async () => {
    expect((await said('build --help', { isTTY: true })).stdout).toContain('\u001B[1mOptions');
    const plain = await said('build --help', { isTTY: true, env: { NO_COLOR: '1' } });
    expect(plain.stdout).toBe(buildHelp);
  });
});

test.each([
  ['build --provder aws', 'there is no option --provder', 'did you mean --provider?'],
  ['list --provder=aws', 'there is no option --provder', 'did you mean --provider?'],
  ['build --al', 'there is no option --al', 'did you mean --all or --bail?'],
  ['graph --dto', 'there is no option --dto', 'did you mean --dot?'],
  ['list -x', 'there is no option -x', 'amigraph list --help shows what it takes'],
  [
    '--provider',
    'there is no option --provider without a command',
    'the commands are: build, why, list, describe, logs, manifest show, manifest verify, manifest repair, leases, leases release, leases sweep, outdated, update, graph, affected, show, schema, validate, doctor, sandbox serve, sandbox reset',
  ],
  ['build --concurrency', '--concurrency needs a value', 'say --concurrency N'],
  ['build --region --all', '--region needs a value', 'say --region REGION'],
  ['why gromacs --region', '--region needs a value', 'say --region REGION'],
  [
    'build --all --on-error nonsense',
    '--on-error nonsense: must be cleanup or keep',
    'give it another value, or leave it out',
  ],
  ['build --all=yes', '--all takes no value', 'amigraph build --help shows what it takes'],
  ['list x', 'amigraph list takes no "x"', 'amigraph list --help shows what it takes'],
  ['biuld --all', 'there is no command biuld', 'did you mean build?'],
  ['help bild', 'there is no command bild', 'did you mean build?'],
  ['sandbox', 'amigraph sandbox is half a command', 'say amigraph sandbox serve or amigraph sandbox reset'],
  ['leases relaese x', 'there is no command leases relaese', 'did you mean leases release?'],
  ['leases release', 'amigraph leases release needs more words', 'say amigraph leases release KEY'],
  [
    'leases release a b',
    'amigraph leases release takes no "b"',
    'amigraph leases release --help shows what it takes',
  ],
  ['leases --jsn', 'there is no option --jsn', 'did you mean --json?'],
  ['sandbox rest', 'there is no command sandbox rest', 'did you mean sandbox reset?'],
])('amigraph %s is wrong', async (line, message, cure) => {
  expect(await said(line)).toEqual({ code: 2, stdout: '', stderr: `error: ${message}\n  cure: ${cure}\n` });
});
