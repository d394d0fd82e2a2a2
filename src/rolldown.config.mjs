/** How `src` becomes `dist`. It knows no command. */
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
  },
};
