import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Notice } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { useRowName, useRuleName } from './rows';
import { useTables } from './useTables';

type Props = {
  numbers: Api['UnifyNumbers'];
  /** Those of the last build, beside which they stand. */
  before?: Api['UnifyNumbers'];
  /** How many profiles there are, where the last build joined nothing. */
  profilesBefore?: number;
};

/** How rows became profiles: in all, by table and by rule. */
export function Numbers({ numbers, before, profilesBefore }: Props) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const tables = useTables();
  const ruleName = useRuleName();
  const compares = before !== undefined || profilesBefore !== undefined;
  const whole = (['rows', 'profiles', 'joined', 'largest', 'refused', 'merged', 'split'] as const).map((id) => ({
    id,
    was: before?.[id] ?? (id === 'profiles' ? profilesBefore : undefined),
    after: numbers[id],
  }));
  const skipped = numbers.rules.filter((r) => r.skipped > 0);
  return (
    <div className="stack">
      <DataTable
        label={t('unify.numbers.whole')}
        rows={whole}
        rowKey={(r) => r.id}
        columns={[
          { id: 'what', header: t('unify.numbers.what'), cell: (r) => t(`unify.numbers.of.${r.id}`) },
          ...(compares
            ? [
                {
                  id: 'before',
                  header: t('unify.numbers.before'),
                  number: true,
                  cell: (r: (typeof whole)[number]) => (r.was === undefined ? t('parts.none') : number(r.was)),
                },
              ]
            : []),
          {
            id: 'after',
            header: compares ? t('unify.numbers.after') : t('unify.numbers.number'),
            number: true,
            cell: (r) => <b>{number(r.after)}</b>,
          },
        ]}
      />
      <DataTable
        label={t('unify.numbers.tables')}
        rows={numbers.tables}
        rowKey={(x) => x.source_id}
        columns={[
          { id: 'table', header: t('unify.tables.table'), cell: (x) => tables.name(x.source_id) },
          { id: 'rows', header: t('unify.numbers.of.rows'), number: true, cell: (x) => number(x.rows) },
          { id: 'profiles', header: t('unify.numbers.of.profiles'), number: true, cell: (x) => number(x.profiles) },
          { id: 'shared', header: t('unify.numbers.shared'), number: true, cell: (x) => number(x.shared) },
          { id: 'repeated', header: t('unify.numbers.repeated'), number: true, cell: (x) => number(x.repeated) },
        ]}
      />
      {numbers.rules.length > 0 && (
        <DataTable
          label={t('unify.rules.title')}
          rows={numbers.rules}
          rowKey={(r) => r.name}
          columns={[
            { id: 'rule', header: t('unify.numbers.rule'), cell: (r) => ruleName(r.name) },
            { id: 'joins', header: t('unify.numbers.joins'), number: true, cell: (r) => number(r.joins) },
            { id: 'refused', header: t('unify.numbers.of.refused'), number: true, cell: (r) => number(r.refused) },
          ]}
        />
      )}
      {skipped.map((r) => (
        <Notice key={r.name} tone="warn">
          {t('unify.numbers.skipped', {
            rule: r.name,
            count: r.skipped,
            n: number(r.skipped),
            rows: number(r.skipped_rows),
            most: number(r.skipped_most),
          })}
        </Notice>
      ))}
    </div>
  );
}

/** Joins that people have said no to. */
export function RefusedList({ refused }: { refused: Api['RefusedJoin'][] }) {
  const { t } = useTranslation();
  const row = useRowName();
  const ruleName = useRuleName();
  if (refused.length === 0) return null;
  return (
    <div>
      <h3>{t('unify.refused.title')}</h3>
      <ul className="plain">
        {refused.map((r) => (
          <li key={`${row(r.a)} ${row(r.b)} ${r.rule}`} className="break">
            {t('unify.refused.what', {
              a: row(r.a),
              b: row(r.b),
              rule: ruleName(r.rule),
              c: row(r.never.a),
              d: row(r.never.b),
            })}
          </li>
        ))}
      </ul>
    </div>
  );
}
