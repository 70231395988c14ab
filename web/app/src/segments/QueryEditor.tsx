import { Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import { ErrorPanel } from '../parts/ErrorPanel';
import { useMe } from '../parts/roles';
import { type Condition, toRule } from './model';
import { usePreview } from './Preview';

type Props = { condition: Condition; timeZone: string; wrong?: string; onChange: (sql: string) => void };

/** The longest query that the server takes. */
const mostBytes = 20_000;

/** A query in SQL, which the server checks while it is written: by itself, so that what is wrong with it stands below it. */
export default function QueryEditor({ condition, timeZone, wrong, onChange }: Props) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { me, may } = useMe();
  const writes = may('administrator');
  const sql = condition.sql ?? '';
  const { data, error, stale } = usePreview([{ rule: toRule(condition) }], timeZone, writes && sql.trim() !== '');
  return (
    <div className="stack">
      <Textarea
        aria-label={t('segments.builder.query')}
        description={me && !writes ? t('segments.builder.query_fixed') : t('segments.builder.query_is')}
        value={sql}
        readOnly={!writes}
        rows={6}
        maxLength={mostBytes}
        spellCheck={false}
        error={wrong}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        onChange={(e) => onChange(e.currentTarget.value)}
      />
      {sql.trim() !== '' && !stale && error && <ErrorPanel error={error} />}
      {sql.trim() !== '' && !stale && !error && data && (
        <p className="muted num">{t('segments.people', { count: data.members, n: number(data.members) })}</p>
      )}
    </div>
  );
}
