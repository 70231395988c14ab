import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { answers, showPages } from '../test/page';
import type { Operator } from './operators';
import { ValueEditor } from './ValueEditor';

const top = ['none', 'gold', 'silver'].map((value, i) => ({ value, count: 10 - i }));

function Tier() {
  const [values, setValues] = useState(['gold']);
  return (
    <ValueEditor
      condition={{ values } as never}
      field={{ name: 'tier', type: 'text' } as never}
      operator={{ operator: 'equals', operand: 'one' } as unknown as Operator}
      timeZone="UTC"
      onChange={setValues}
    />
  );
}

test('a value that is filled in is selected and offers all others, until something is typed', async () => {
  answers({ 'GET /profile/field-stats': { top } });
  await showPages([{ path: '/', component: Tier }], '/');
  const field = (await screen.findByRole('combobox', { name: 'Value' })) as HTMLInputElement;
  await userEvent.click(field);
  const offered = async () => (await screen.findAllByRole('option')).map((o) => o.getAttribute('value'));
  expect(await offered()).toEqual(['none', 'gold', 'silver']);
  expect(field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0)).toBe('gold');
  await userEvent.keyboard('sil');
  expect(await offered()).toEqual(['silver']);
});
