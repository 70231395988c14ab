import type { Condition } from './model';

// Ids and addresses that are written out: pasted by the thousand, one a line.

/** How many values a condition may hold. */
export const mostValues = 100_000;

/** Whether an operator is about addresses rather than ids. */
export const aboutAddresses = (operator: string) => operator.includes('address');

/** The values in a text that was typed or pasted, each once. In ids everything counts but ends of lines and tabs. */
export function valuesIn(text: string, operator: string): string[] {
  const parts = aboutAddresses(operator)
    ? text.split(/[\s,;]+/).map((v) => v.replace(/^<(.*)>$/, '$1'))
    : text.split(/[\n\r\t]+/);
  return [...new Set(parts.map((v) => v.trim()).filter(Boolean))];
}

// What can be mailed at all; the server looks closer.
const address = /^[^\s@"(),:;<>[\]\\]{1,64}@[^\s@"(),:;<>[\]\\.]+(\.[^\s@"(),:;<>[\]\\.]+)+$/;

/** Whether a value cannot be meant. */
export const isBad = (value: string, operator: string) =>
  aboutAddresses(operator) && (value.length > 254 || !address.test(value));

/** The values that cannot be meant. */
export const bad = (c: Pick<Condition, 'values' | 'operator'>) => c.values.filter((v) => isBad(v, c.operator));
