import { Autocomplete, NativeSelect, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import type { Condition, Unit } from './model';
import { clockOf, instantOf } from './moments';
import { type Field, type Operator, units } from './operators';
import { valuesQuery } from './queries';

type Props = {
  condition: Condition;
  field: Field;
  operator: Operator;
  timeZone: string;
  wrong?: string;
  onChange: (values: string[], unit?: Unit) => void;
};

/** From this many values on they are edited as lines of text. */
const manyTags = 100;

/** What an operator is told: no value, one, two, several, or how long ago. */
export function ValueEditor({ condition, field, operator, timeZone, wrong, onChange }: Props) {
  const { t } = useTranslation();
  const { values, unit } = condition;
  const one = (i: number, label: string, error?: string) => (
    <OneValue
      field={field}
      label={label}
      error={error}
      timeZone={timeZone}
      value={values[i] ?? ''}
      onChange={(v) => onChange(Object.assign([...values], { [i]: v }), unit)}
    />
  );
  switch (operator.operand) {
    case 'none':
      return null;
    case 'two':
      return (
        <>
          {one(0, t('segments.builder.from'), wrong)}
          {one(1, t('segments.builder.to'), wrong && ' ')}
        </>
      );
    case 'unit':
      return (
        <NativeSelect
          aria-label={t('segments.builder.unit')}
          value={unit ?? ''}
          error={wrong}
          data={[
            ...(unit ? [] : [{ value: '', label: '' }]),
            ...units.map((u) => ({ value: u as string, label: t(`segments.builder.calendar.${u}`) })),
          ]}
          onChange={(e) => e.currentTarget.value && onChange([], e.currentTarget.value as Unit)}
        />
      );
    case 'relative':
    case 'days':
      return (
        <>
          <TextInput
            aria-label={t('segments.builder.amount')}
            inputMode="numeric"
            w={88}
            value={values[0] ?? ''}
            error={wrong}
            onChange={(e) => onChange([e.currentTarget.value.trim()], unit ?? 'day')}
          />
          {operator.operand === 'relative' ? (
            <NativeSelect
              aria-label={t('segments.builder.unit')}
              value={unit ?? 'day'}
              data={units.map((u) => ({ value: u, label: t(`segments.builder.units.${u}`) }))}
              onChange={(e) => onChange(values, e.currentTarget.value as Unit)}
            />
          ) : (
            <span className="muted">{t('segments.builder.units.day')}</span>
          )}
        </>
      );
    case 'many':
      return <ManyValues field={field} wrong={wrong} values={values} onChange={(v) => onChange(v, unit)} />;
    default:
      return one(0, t('segments.builder.value'), wrong);
  }
}

type OneProps = {
  field: Field;
  label: string;
  error?: string;
  timeZone: string;
  value: string;
  onChange: (value: string) => void;
};

function OneValue({ field, label, error, timeZone, value, onChange }: OneProps) {
  const { i18n } = useTranslation();
  switch (field.type) {
    case 'number':
      return (
        <TextInput
          aria-label={label}
          inputMode="decimal"
          // A number is stored with a point, and written with what the language writes.
          value={i18n.language === 'en' ? value : value.replace('.', ',')}
          error={error}
          onChange={(e) => onChange(e.currentTarget.value.trim().replace(',', '.'))}
        />
      );
    case 'date':
      return (
        <TextInput
          type="date"
          aria-label={label}
          value={value}
          error={error}
          onChange={(e) => onChange(e.currentTarget.value)}
        />
      );
    case 'datetime':
      return (
        <TextInput
          type="datetime-local"
          aria-label={label}
          value={value ? clockOf(value, timeZone || 'UTC') : ''}
          error={error}
          onChange={(e) => onChange(instantOf(e.currentTarget.value, timeZone || 'UTC'))}
        />
      );
    default:
      return <TextValue field={field} label={label} error={error} value={value} onChange={onChange} />;
  }
}

/** The values that many customers have, to choose from. Who has an address or a phone is not offered: those are people. */
function useSuggestions(field: Field) {
  const offers = !field.row && field.type === 'text' && field.semantic !== 'email' && field.semantic !== 'phone';
  const query = useQuery({ ...valuesQuery(field.name), enabled: offers });
  return query.data?.top ?? [];
}

function TextValue({ field, label, error, value, onChange }: Omit<OneProps, 'timeZone'>) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const top = useSuggestions(field);
  // Who comes to a value that is filled in wants another one: all are offered until something is typed.
  const [typed, setTyped] = useState(false);
  return (
    <Autocomplete
      aria-label={label}
      placeholder={t('segments.builder.value')}
      value={value}
      error={error}
      data={top.map((v) => v.value)}
      limit={20}
      filter={typed ? undefined : ({ options, limit }) => options.slice(0, limit)}
      maxDropdownHeight={280}
      // A list that grows goes to the side where there is room.
      comboboxProps={{ preventPositionChangeWhenVisible: false }}
      onFocus={(e) => {
        setTyped(false);
        e.currentTarget.select();
      }}
      renderOption={({ option }) => {
        const count = top.find((v) => v.value === option.value)?.count;
        return (
          <span className="row" style={{ width: '100%' }}>
            <span className="grow break">{option.value}</span>
            {count !== undefined && <span className="num muted">{number(count)}</span>}
          </span>
        );
      }}
      onChange={(v) => {
        setTyped(true);
        onChange(v);
      }}
    />
  );
}

function ManyValues({
  field,
  wrong,
  values,
  onChange,
}: {
  field: Field;
  wrong?: string;
  values: string[];
  onChange: (values: string[]) => void;
}) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const top = useSuggestions(field);
  const [lines, setLines] = useState(values.length > manyTags);
  const [text, setText] = useState(() => values.join('\n'));
  if (lines || values.length > manyTags)
    return (
      <Textarea
        aria-label={t('segments.builder.values')}
        description={t('segments.builder.lines', { n: number(values.length), count: values.length })}
        value={lines ? text : values.join('\n')}
        rows={5}
        error={wrong}
        onChange={(e) => {
          setLines(true);
          setText(e.currentTarget.value);
          const found = e.currentTarget.value.split('\n').map((v) => v.trim());
          onChange([...new Set(found.filter(Boolean))]);
        }}
      />
    );
  return (
    <TagsInput
      aria-label={t('segments.builder.values')}
      placeholder={values.length === 0 ? t('segments.builder.values') : undefined}
      value={values}
      error={wrong}
      data={top.map((v) => v.value)}
      splitChars={['\n', ';', '\t']}
      acceptValueOnBlur
      limit={20}
      maxDropdownHeight={280}
      comboboxProps={{ preventPositionChangeWhenVisible: false }}
      onChange={(v) => onChange(field.type === 'number' ? v.map((x) => x.replace(',', '.')) : v)}
    />
  );
}
