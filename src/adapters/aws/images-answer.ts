/** DescribeImages' XML to images, in one pass: the SDK reads every type there is and takes seconds for ten thousand. It does not know what was asked. */
import { redact } from '../../core/credentials.ts';
import { imageId } from '../../core/ids.ts';
import { imageStates, type RegisteredImage } from '../../core/image.ts';
import { architectures } from '../../core/template.ts';
import { readLeaves } from './xml-leaves.ts';

export interface ImagesPage {
  readonly images: readonly RegisteredImage[];
  /** Of the next page; undefined: this is the last. */
  readonly nextToken: string | undefined;
}

/** Throws an Error named UnreadableAnswer where the text is not what EC2 answers. */
export function readImagesAnswer(text: string): ImagesPage {
  const images: RegisteredImage[] = [];
  let nextToken: string | undefined;
  let draft = newDraft();
  const onEnd = (path: readonly string[], name: string, leaf: string): void => {
    if (path.length === 0 && name !== 'DescribeImagesResponse') throw new Error(`it is <${name}>`);
    if (path.length === 1 && name === 'nextToken' && leaf !== '') nextToken = leaf;
    if (path.length >= 3 && path[1] === 'imagesSet') take(draft, path, name, leaf);
    if (path.length === 2 && path[1] === 'imagesSet') {
      images.push(...imagesOf(draft));
      draft = newDraft();
    }
  };
  try {
    readLeaves(text, onEnd);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw Object.assign(new Error(`the answer of EC2 cannot be read: ${why}`), { name: 'UnreadableAnswer' });
  }
  return { images, nextToken };
}

/** What has been read of one image. */
interface Draft {
  readonly fields: Record<string, string>;
  readonly tags: Record<string, string>;
  readonly snapshots: string[];
  sizeGb: number;
  /** Of the tag that is being read; it may lack its value. */
  key: string;
  value: string;
}

const newDraft = (): Draft => ({ fields: {}, tags: {}, snapshots: [], sizeGb: 0, key: '', value: '' });

const wanted = new Set(['imageId', 'name', 'imageState', 'architecture', 'creationDate', 'deprecationTime']);

/** `path`: the elements that hold the one that is called `name`; the first three hold the image. */
function take(draft: Draft, path: readonly string[], name: string, text: string): void {
  const field = path[3];
  if (field === undefined) {
    if (wanted.has(name)) draft.fields[name] = text;
  } else if (field === 'tagSet') takeOfTag(draft, name, text);
  else if (field === 'stateReason' && name === 'message') draft.fields['reason'] = redact(text);
  else if (name === 'snapshotId') draft.snapshots.push(text);
  else if (name === 'volumeSize') draft.sizeGb += Number(text) || 0;
}

function takeOfTag(draft: Draft, name: string, text: string): void {
  if (name === 'key') draft.key = text;
  else if (name === 'value') draft.value = text;
  else {
    draft.tags[draft.key] = draft.value;
    draft.key = draft.value = '';
  }
}

/** None without an id. */
function imagesOf({ fields, tags, snapshots, sizeGb }: Draft): RegisteredImage[] {
  const { imageId: id, imageState: state, architecture } = fields;
  if (id === undefined) return [];
  return [
    {
      id: imageId(id),
      name: fields['name'] ?? '',
      state: imageStates.find((one) => one === state) ?? 'unseen',
      architecture: architectures.find((one) => one === architecture),
      createdAt: fields['creationDate'] ?? '',
      tags,
      snapshots,
      sizeGb: sizeGb === 0 ? undefined : sizeGb,
      deprecatedAt: fields['deprecationTime'],
      stateReason: fields['reason'],
    },
  ];
}
