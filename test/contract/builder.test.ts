/** Every builder, held to its contracts. */
import { builderContract } from './builder.contract.ts';
import { clouds } from './cloud.ts';
import { commandsContract } from './commands.contract.ts';

for (const { name, make } of clouds) {
  builderContract(name, make);
  commandsContract(name, make);
}
