/** Which rules meet a call, counted in the store so that all processes count together. It does not carry faults out. */
import { createHash } from 'node:crypto';
import type { Fault, FaultRule } from './faults.ts';
import type { Tables } from './store.ts';

export interface CountedRule extends FaultRule {
  readonly counter: string;
}

/** The same rules count on from process to process; other rules at the same place start anew. */
export const countedRules = (rules: readonly FaultRule[]): readonly CountedRule[] =>
  rules.map((rule, index) => {
    const digest = createHash('sha256').update(JSON.stringify(rule)).digest('hex').slice(0, 16);
    return { ...rule, counter: `fault ${index} ${digest}` };
  });

export function firingFaults(
  rules: readonly CountedRule[],
  tables: Tables,
  operation: string,
  parameters: ReadonlyMap<string, string>,
): readonly Fault[] {
  return rules
    .filter((rule) => applies(rule, operation, parameters) && fires(rule, tables))
    .map(({ fault }) => fault);
}

function applies(rule: FaultRule, operation: string, parameters: ReadonlyMap<string, string>): boolean {
  const service = operation.slice(0, operation.indexOf(':'));
  if (rule.operation !== '*' && rule.operation !== `${service}:*` && rule.operation !== operation)
    return false;
  return Object.entries(rule.match).every(([name, part]) =>
    name === '*'
      ? [...parameters.values()].some((value) => value.includes(part))
      : (parameters.get(name)?.includes(part) ?? false),
  );
}

function fires(rule: CountedRule, tables: Tables): boolean {
  const seen = tables.counters.get(rule.counter) ?? 0;
  tables.counters.put([rule.counter], seen + 1);
  return seen >= rule.skip && (rule.times === 'always' || seen < rule.skip + rule.times);
}
