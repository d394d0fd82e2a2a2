/** Every object store, held to the contract. */
import { clouds } from './cloud.ts';
import { objectStoreContract } from './object-store.contract.ts';

for (const [name, make] of clouds) objectStoreContract(name, make);
