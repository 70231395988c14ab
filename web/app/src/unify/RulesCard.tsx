import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { Card, Empty } from '../parts/Card';
import { RowMenu } from '../parts/ListPage';
import { type Draft, type MatchRule, moved, similar, withKind } from './draft';
import classes from './unify.module.css';

type Clean = Api['MatchCondition']['clean'];
type Kind = Api['MatchCondition']['kind'];

const cleans = ['text', 'name', 'address', 'email', 'phone'] as const;
const kinds = ['exact', 'normalised', 'similar'] as const;

/** The rules by which rows are one person, in the order in which they are tried. */
export function RulesCard({ draft, onChange }: { draft: Draft; onChange: (change: (d: Draft) => Draft) => void }) {
  const { t } = useTranslation();
  const put = (at: number, rule: MatchRule) =>
    onChange((d) => ({ ...d, rules: d.rules.map((r, i) => (i === at ? rule : r)) }));
  const first = draft.fields.find((f) => f.semantic === 'email') ?? draft.fields[0];
  const add = () =>
    onChange((d) => ({
      ...d,
      rules: [...d.rules, { name: '', conditions: [{ field: first?.name ?? '', kind: 'normalised' }] }],
    }));
  return (
    <Card title={t('unify.rules.title')}>
      <div className="stack">
        <p className="muted">{t('unify.rules.what')}</p>
        {draft.rules.length === 0 && <Empty text={t('unify.rules.none')} />}
        {draft.rules.map((rule, i) => (
          <RuleEditor
            // biome-ignore lint/suspicious/noArrayIndexKey: rules have no name but their place while they are named
            key={i}
            rule={rule}
            at={i}
            last={i === draft.rules.length - 1}
            fields={draft.fields}
            onChange={(r) => put(i, r)}
            onMove={(by) => onChange((d) => ({ ...d, rules: moved(d.rules, i, by) }))}
            onRemove={() => onChange((d) => ({ ...d, rules: d.rules.filter((_, n) => n !== i) }))}
          />
        ))}
        <Button variant="default" w="fit-content" leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
          {t('unify.rules.add')}
        </Button>
      </div>
    </Card>
  );
}

type RuleProps = {
  rule: MatchRule;
  at: number;
  last: boolean;
  fields: Draft['fields'];
  onChange: (rule: MatchRule) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
};

function RuleEditor({ rule, at, last, fields, onChange, onMove, onRemove }: RuleProps) {
  const { t } = useTranslation();
  const called = t('unify.rules.rule', { n: at + 1 });
  const unless = rule.unless ?? [];
  const usual = fields[0]?.name ?? '';
  const put = (n: number, c: Api['MatchCondition']) =>
    onChange({ ...rule, conditions: rule.conditions.map((x, i) => (i === n ? c : x)) });
  const putUnless = (n: number, x: Api['MatchException']) =>
    onChange({ ...rule, unless: unless.map((y, i) => (i === n ? x : y)) });
  const field = (value: string, label: string, choose: (name: string) => void) => (
    <NativeSelect
      aria-label={label}
      value={value}
      data={fields.map((f) => ({ value: f.name, label: f.name }))}
      onChange={(e) => choose(e.currentTarget.value)}
    />
  );
  /** Only text is cleaned in other ways than by what the field means. */
  const clean = (name: string, value: Clean, choose: (c: Clean) => void) =>
    fields.find((f) => f.name === name)?.type === 'text' ? (
      <NativeSelect
        aria-label={t('unify.rules.clean')}
        value={value ?? ''}
        data={[
          { value: '', label: t('unify.rules.clean_usual') },
          ...cleans.map((c) => ({ value: c as string, label: t(`unify.clean.${c}`) })),
        ]}
        onChange={(e) => choose((e.currentTarget.value || undefined) as Clean)}
      />
    ) : (
      <span />
    );
  const drop = (label: string, run: () => void, disabled = false) => (
    <ActionIcon
      variant="subtle"
      color="gray"
      c={disabled ? undefined : 'var(--muted)'}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={run}
    >
      <IconX size={16} aria-hidden />
    </ActionIcon>
  );
  return (
    <section className={classes.rule} aria-label={called}>
      <div className="row" style={{ alignItems: 'flex-end', flexWrap: 'nowrap' }}>
        <TextInput
          className="grow"
          maw={480}
          label={called}
          placeholder={t('unify.rules.name')}
          maxLength={200}
          value={rule.name}
          onChange={(e) => onChange({ ...rule, name: e.currentTarget.value })}
        />
        <RowMenu
          row={rule}
          name={(r) => r.name || called}
          rowActions={[
            { label: t('unify.up'), hidden: () => at === 0, run: () => onMove(-1) },
            { label: t('unify.down'), hidden: () => last, run: () => onMove(1) },
            { label: t('unify.rules.remove'), tone: 'bad', run: onRemove },
          ]}
        />
      </div>
      <span className="muted">{t('unify.rules.when')}</span>
      {rule.conditions.map((c, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
        <div className={classes.condition} key={n}>
          {field(c.field, t('unify.rules.field'), (name) => put(n, { ...c, field: name, clean: undefined }))}
          <NativeSelect
            aria-label={t('unify.rules.kind')}
            value={c.kind}
            data={kinds.map((k) => ({ value: k, label: t(`unify.kind.${k}`) }))}
            onChange={(e) => put(n, withKind(c, e.currentTarget.value as Kind))}
          />
          {c.kind === 'exact' ? <span /> : clean(c.field, c.clean, (x) => put(n, { ...c, clean: x }))}
          {c.kind === 'similar' ? (
            <Similarity value={c.similarity} onChange={(v) => put(n, { ...c, similarity: v })} />
          ) : (
            <span />
          )}
          {drop(
            t('unify.rules.drop_condition'),
            () => onChange({ ...rule, conditions: rule.conditions.filter((_, i) => i !== n) }),
            rule.conditions.length === 1,
          )}
        </div>
      ))}
      {unless.length > 0 && <span className="muted">{t('unify.rules.unless')}</span>}
      {unless.map((x, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: exceptions have no name but their place
        <div className={classes.condition} key={n}>
          {field(x.field, t('unify.rules.unless_field'), (name) => putUnless(n, { field: name }))}
          {clean(x.field, x.clean, (c) => putUnless(n, { ...x, clean: c }))}
          <span />
          <span />
          {drop(t('unify.rules.drop_unless'), () => onChange({ ...rule, unless: unless.filter((_, i) => i !== n) }))}
        </div>
      ))}
      <div className="row">
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange({ ...rule, conditions: [...rule.conditions, { field: usual, kind: 'normalised' }] })}
        >
          {t('unify.rules.add_condition')}
        </Button>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange({ ...rule, unless: [...unless, { field: usual }] })}
        >
          {t('unify.rules.add_unless')}
        </Button>
      </div>
    </section>
  );
}

/** How similar values must be, written with the comma or the point of the language. */
function Similarity({ value, onChange }: { value?: number; onChange: (value: number | undefined) => void }) {
  const { t, i18n } = useTranslation();
  const written = (n: number | undefined) =>
    n === undefined ? '' : i18n.language === 'en' ? String(n) : String(n).replace('.', ',');
  const read = (text: string) => (/^[01]([.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : undefined);
  const [text, setText] = useState(() => written(value));
  const shown = read(text) === value ? text : written(value);
  return (
    <TextInput
      aria-label={t('unify.rules.similarity')}
      title={t('unify.rules.similarity')}
      inputMode="decimal"
      value={shown}
      error={!similar(value)}
      onChange={(e) => {
        const typed = e.currentTarget.value.trim();
        setText(typed);
        onChange(read(typed));
      }}
    />
  );
}
