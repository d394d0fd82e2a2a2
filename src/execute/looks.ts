/** The kinds of look that the poller takes, one function each, so that equal looks share a call. */
import type { CommandId, ImageId, InstanceId } from '../core/ids.ts';
import type { RegisteredImage } from '../core/image.ts';
import { ok } from '../core/result.ts';
import type { Builder, CommandState, InstanceView } from '../ports/builder.ts';
import type { ImageRegistry, NamedImage } from '../ports/image-registry.ts';
import type { Look } from './poller.ts';

export interface Looks {
  readonly instances: Look<InstanceId, InstanceView>;
  readonly online: Look<InstanceId, true>;
  readonly commands: Look<CommandId, CommandState>;
  readonly images: Look<ImageId, RegisteredImage>;
  /** By the names of parameters. */
  readonly named: Look<string, NamedImage>;
}

export function looksOf(builder: Builder, registry: ImageRegistry): Looks {
  return {
    instances: (ids) => builder.instances(ids),
    online: async (ids) => {
      const online = await builder.online(ids);
      return online.ok ? ok(new Map([...online.value].map((id) => [id, true as const]))) : online;
    },
    commands: (ids) => builder.commands(ids),
    named: (names) => registry.namedImages(names),
    images: async (ids) => {
      const images = await registry.describe(ids);
      return images.ok ? ok(new Map(images.value.map((image) => [image.id, image]))) : images;
    },
  };
}
