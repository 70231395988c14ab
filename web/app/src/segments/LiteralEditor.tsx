import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import { aboutAddresses, bad, isBad, valuesIn } from './literals';
import type { Condition } from './model';

type Props = { condition: Condition; wrong?: string; onChange: (values: string[]) => void };

/** How many of the bad ones are named. */
const named = 5;

/** Ids or addresses, typed or pasted: counted, each once, and the ones that cannot be meant are told. */
export function LiteralEditor({ condition, wrong, onChange }: Props) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { values, operator } = condition;
  const [text, setText] = useState(() => values.join('\n'));
  // What was taken back or changed elsewhere is shown as it is now.
  const shown = same(valuesIn(text, operator), values) ? text : values.join('\n');
  const wrongOnes = bad(condition);
  return (
    <div>
      <Textarea
        aria-label={aboutAddresses(operator) ? t('segments.builder.addresses') : t('segments.builder.ids')}
        description={t('segments.builder.lines', { n: number(values.length), count: values.length })}
        value={shown}
        rows={5}
        error={wrongOnes.length > 0 ? undefined : wrong}
        onChange={(e) => {
          setText(e.currentTarget.value);
          onChange(valuesIn(e.currentTarget.value, operator));
        }}
      />
      {wrongOnes.length > 0 && (
        <div role="status" style={{ marginTop: 4 }}>
          <p className="break" style={{ color: 'var(--bad)' }}>
            {t('segments.builder.bad_addresses', { n: number(wrongOnes.length), count: wrongOnes.length })}{' '}
            {wrongOnes.slice(0, named).join(', ')}
            {wrongOnes.length > named ? ' …' : ''}
          </p>
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => onChange(values.filter((v) => !isBad(v, operator)))}
          >
            {t('segments.builder.drop_bad')}
          </Button>
        </div>
      )}
    </div>
  );
}

const same = (a: string[], b: string[]) => a.length === b.length && a.every((v, i) => v === b[i]);
