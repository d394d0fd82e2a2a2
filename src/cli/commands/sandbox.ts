/** `amigraph sandbox`: the AWS of our own, for other programs, and its end. */
import { Command, Option } from 'clipanion';
import { BaseCommand, exitCodes, invalidFlag } from './base.ts';

export class SandboxServeCommand extends BaseCommand {
  static override paths = [['sandbox', 'serve']];
  static override usage = Command.Usage({
    category: 'Sandbox',
    description: 'Answer EC2, SSM and S3 on a loopback port until interrupted.',
    details: 'Prints one line, {"endpoint":"http://127.0.0.1:N"}, when it listens. Any keys will do.',
    examples: [
      ['For the AWS CLI', '$0 sandbox serve --port 4566'],
      ['A build over the wire', 'AWS_ENDPOINT_URL=http://127.0.0.1:4566 $0 build --all --provider aws'],
    ],
  });

  port = Option.String('--port', '0', { description: 'N: listen there; on any free port unless given' });

  protected override async run(): Promise<number> {
    const port = /^\d{1,5}$/.test(this.port) ? Number(this.port) : Number.NaN;
    if (!(port <= 65_535)) throw invalidFlag(`--port ${this.port} is not a port`, portCure);
    const { openWorkspace, startSandbox } = await import('../context.ts');
    const { serve } = await import('../../sandbox/serve.ts');
    const { config } = await openWorkspace(this.context, { provider: 'sandbox' });
    const sandbox = await startSandbox(config, this.context);
    const interruptions = this.context.interruptions();
    try {
      const server = await serve(sandbox, { port }).catch((error: unknown) => {
        throw unusablePort(port, error);
      });
      this.answer(`${JSON.stringify({ endpoint: server.endpoint })}\n`);
      await firstOf(interruptions.interrupted, sandbox.removed);
      await server.close();
      if (sandbox.removed.aborted) throw sandbox.removed.reason;
      return exitCodes.done;
    } finally {
      interruptions.dispose();
      await sandbox.close();
    }
  }
}

const portCure = 'it is a number from 1 to 65535; without --port, any free one is taken';

function unusablePort(port: number, error: unknown): unknown {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return invalidFlag(
        `--port ${port} is in use by another program`,
        'choose another one; without --port, any free one is taken',
      );
    case 'EACCES':
      return invalidFlag(
        `--port ${port} may not be listened on by this user`,
        'choose one from 1024 on; without --port, any free one is taken',
      );
    default:
      return error;
  }
}

const firstOf = (...signals: readonly AbortSignal[]): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });

export class SandboxResetCommand extends BaseCommand {
  static override paths = [['sandbox', 'reset']];
  static override usage = Command.Usage({
    category: 'Sandbox',
    description: 'Remove everything that the sandbox holds: images, instances, buckets.',
  });

  protected override async run(): Promise<number> {
    const { openWorkspace } = await import('../context.ts');
    const { resetSandbox } = await import('../../sandbox/reset.ts');
    const { printable } = await import('../../report/style.ts');
    const { config } = await openWorkspace(this.context, { provider: 'sandbox' });
    const { folder } = config.sandbox;
    const message = (await resetSandbox(folder))
      ? `the sandbox in ${folder} is empty`
      : `there is no sandbox in ${folder}, and nothing to remove`;
    this.context.stderr.write(`${printable(message)}\n`);
    return exitCodes.done;
  }
}
