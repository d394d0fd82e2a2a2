/** The names of things, each a type of its own, so that an image's id cannot stand where a digest is meant. */

declare const brand: unique symbol;
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A template's path under the templates folder, without its ending: `foundation`, `md/gromacs`. */
export type TemplateName = Brand<string, 'TemplateName'>;
/** SHA-256 in 64 lower-case hexadecimal digits. */
export type Digest = Brand<string, 'Digest'>;
/** `ami-` and hexadecimal digits. */
export type ImageId = Brand<string, 'ImageId'>;
/** `i-` and hexadecimal digits. */
export type InstanceId = Brand<string, 'InstanceId'>;
/** The id that SSM gives to one Run Command. */
export type CommandId = Brand<string, 'CommandId'>;
/** One attempt to build one image; unique, safe in names, tags and object keys. */
export type BuildId = Brand<string, 'BuildId'>;

export const templateName = (text: string): TemplateName => text as TemplateName;
export const imageId = (text: string): ImageId => text as ImageId;
export const instanceId = (text: string): InstanceId => text as InstanceId;
export const commandId = (text: string): CommandId => text as CommandId;
export const buildId = (text: string): BuildId => text as BuildId;

/** The digest, where `text` is one; it comes from tags and objects that anybody may have written. */
export function parseDigest(text: string | undefined): Digest | undefined {
  return text !== undefined && /^[0-9a-f]{64}$/.test(text) ? (text as Digest) : undefined;
}
