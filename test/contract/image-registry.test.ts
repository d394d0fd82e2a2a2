/** Every image registry, held to the contract. */
import { clouds } from './cloud.ts';
import { imageRegistryContract } from './image-registry.contract.ts';

for (const cloud of clouds) imageRegistryContract(cloud);
