/** How `src` becomes `dist`. It knows no command. */

/** Loaded by nearly every command. */
const common = /[\\/]src[\\/](core|ports|report[\\/](style|tables|duration))\b/;
/** Loaded by every call; the rest of the clients, as for credentials, only where it is used. */
const clients =
  /@(aws-sdk|smithy)[\\/](core|types|xml-builder|client-(ec2|s3|ssm)|middleware|checksums|signature|node-http)/;

export default {
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
      ],
    },
  },
};
