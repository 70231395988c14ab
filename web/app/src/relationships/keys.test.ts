import { expect, test } from 'vitest';
import hr from './hr.json';
import { complete, suggested } from './keys';

const orders = { id: 'o', name: 'Orders', columns: ['order_id', 'Customer_ID', 'status'] };
const lines = { id: 'l', name: 'Lines', columns: ['status', 'line', 'order_id'] };

test('columns that are called alike are suggested, those that look like keys first', () => {
  expect(suggested(orders, undefined, 'customer_id')).toEqual([{ from: 'Customer_ID' }]);
  expect(suggested(lines, orders, 'customer_id')).toEqual([{ from: 'order_id', to: 'order_id' }]);
  expect(suggested(lines, undefined, 'customer_id')).toEqual([{ from: '' }]);
  expect(suggested(lines, undefined, undefined)).toEqual([{ from: '' }]);
  expect(suggested(undefined, orders, 'x')).toEqual([{ from: '', to: '' }]);
});

test('a key of a table needs a column on both sides', () => {
  expect(complete([{ from: 'a' }], false)).toBe(true);
  expect(complete([{ from: 'a' }], true)).toBe(false);
  expect(complete([{ from: 'a', to: 'b' }], true)).toBe(true);
  expect(
    complete(
      [
        { from: 'a', to: 'b' },
        { from: '', to: 'c' },
      ],
      true,
    ),
  ).toBe(false);
});

test('in Croatian relationships have a word of their own: Veze are connections', () => {
  expect(hr.title).toBe('Odnosi');
  expect(JSON.stringify(hr)).not.toMatch(/\bvez(a|e|i|u|om|ama)\b/i);
});
