/** The ports, as AWS's three services fill them. It does not know who uses them. */
import type { Builder } from '../../ports/builder.ts';
import type { ImageRegistry } from '../../ports/image-registry.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type BuilderPlace, ec2Builder } from './builder.ts';
import { type ClientOptions, makeClients } from './clients.ts';
import { ec2ImageRegistry } from './image-registry.ts';
import { s3ObjectStore } from './object-store.ts';

export interface Connection {
  readonly registry: ImageRegistry;
  readonly builder: Builder;
  readonly store: ObjectStore;
  disconnect(): void;
}

export function connect(options: ClientOptions & BuilderPlace): Connection {
  const clients = makeClients(options);
  return {
    registry: ec2ImageRegistry(clients),
    builder: ec2Builder(clients, options),
    store: s3ObjectStore(clients, options.bucket),
    disconnect: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
