/** The contracts of what is looked up and stored, on moto and on the sandbox alike. */
import { overLoopback } from '../contract/cloud.ts';
import { imageRegistryContract } from '../contract/image-registry.contract.ts';
import { objectStoreContract } from '../contract/object-store.contract.ts';
import { moto } from './moto-cloud.ts';

for (const cloud of [moto, overLoopback]) {
  imageRegistryContract(cloud);
  objectStoreContract(cloud);
}
