import { defineConfig } from 'amigraph';

export default defineConfig({
  workspace: 'hpc',
  region: 'us-east-1',
  // For AWS: provider: 'aws', a bucket of your own, and the instance profile of the build instances.
  bucket: 'amigraph-example',
  builder: {
    instanceType: 'c6a.4xlarge',
    volumeSizeGb: 100,
    timeout: '4h',
  },
});
