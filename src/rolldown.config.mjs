/** How `src` becomes `dist`. It knows no command. */

/** Loaded by every command, and for `--version` alone. */
const common =
  /[\\/]src[\\/](core|ports|report[\\/](style|tables|duration|diagnostics)|cli[\\/](commands[\\/]base|unavailable))\b|[\\/]clipanion[\\/]|[\\/]package\.json$/;
/** What a workspace holds: loaded by all commands but a few. */
const workspace = /[\\/]src[\\/](adapters[\\/]local|cache|config|graph|plan|template|cli[\\/][^\\/]+)\b/;
/** Loaded by every call of AWS; the rest of the clients, as for credentials, only where it is used. */
const clients =
  /@(aws-sdk|smithy)[\\/](core|types|xml-builder|client-(ec2|s3|ssm)|middleware|checksums|signature|node-http)/;

const spread = '\t\t...DEFAULT_PARSER_OPTIONS,\n\t\t...options,\n\t\tinput: `${input}\\0`,\n';
const literal =
  "\t\tfilename: options.filename,\n\t\tmaxDepth: options.maxDepth,\n\t\tinput: [input, '\\0'].join(''),\n";

/**
 * The state of js-yaml's parser as V8 can keep it: an object that begins with two spreads is a dictionary there, and a
 * template with one added is a string in two halves. The same events come four times as fast (js-yaml 5.5, Node 20).
 * Its only caller gives both options.
 */
const parserState = () => {
  let isDone = false;
  return {
    name: 'parser-state',
    transform: {
      filter: { id: /[\\/]js-yaml\.mjs$/ },
      handler(code) {
        isDone = code.split(spread).length === 2;
        return code.replace(spread, () => literal);
      },
    },
    buildEnd() {
      if (!isDone)
        throw new Error(
          'js-yaml makes the state of its parser in another way: measure whether it is fast now',
        );
    },
  };
};

export default {
  plugins: [parserState()],
  input: ['src/cli/main.ts', 'src/index.ts'],
  platform: 'node',
  external: ['jiti', 'lmdb'],
  // The AWS clients as ES modules, of which only the operations that are used are kept: a tenth of the CommonJS ones.
  resolve: { mainFields: ['module', 'main'] },
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'esm',
    minify: true,
    chunkFileNames: 'chunks/[name]-[hash].js',
    // To find, read and link a file takes half a millisecond, and a build would load fifty.
    codeSplitting: {
      groups: [
        { name: 'clients', test: clients, priority: 2 },
        { name: 'common', test: common, minShareCount: 3, priority: 1 },
        { name: 'workspace', test: workspace, minShareCount: 4 },
      ],
    },
  },
};
