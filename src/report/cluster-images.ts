/** What a ParallelCluster configuration says to use an image. It does not know how the image was made. */
import type { ImageId, TemplateName } from '../core/ids.ts';
import { systemOf } from '../core/parallelcluster.ts';
import type { BaseImage } from '../core/template.ts';

export interface ClusterImage {
  readonly template: TemplateName;
  readonly image: ImageId;
  /** What its chain begins with. */
  readonly base: BaseImage;
}

/** A line of YAML for each image, to be copied, and which of them ParallelCluster would refuse. */
export function clusterImages(images: readonly ClusterImage[]): string {
  if (images.length === 0) return '';
  const others = images.filter(({ base }) => !('parallelcluster' in base));
  const names = others.map(({ template }) => template).join(', ');
  const refused = `  # ParallelCluster takes only images that stand on an AMI of its own, base: { parallelcluster, os }; these do not: ${names}\n`;
  return ['\nFor ParallelCluster:\n', ...images.map(line), ...(others.length === 0 ? [] : [refused])].join(
    '',
  );
}

function line({ template, image, base }: ClusterImage): string {
  const system = systemOf(base);
  return system === undefined
    ? `  Image: { CustomAmi: ${image} } # ${template}; add the Os of its base image\n`
    : `  Image: { Os: ${system}, CustomAmi: ${image} } # ${template}\n`;
}
