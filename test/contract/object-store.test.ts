/** Every object store, held to the contract. */
import { clouds } from './cloud.ts';
import { objectStoreContract } from './object-store.contract.ts';

for (const cloud of clouds) objectStoreContract(cloud);
