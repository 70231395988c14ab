import { Button, Select } from '@mantine/core';
import { IconPlus, IconWand } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { Empty } from '../../parts/Card';
import { Loaded } from '../../parts/Loaded';
import { attributesQuery } from '../queries';
import { type Draft, type Pair, suggestions } from './draft';
import classes from './editor.module.css';
import { PairRow } from './PairRow';

type Props = {
  draft: Draft;
  fields: Api['Field'][];
  others: Api['Export'][];
  onChange: (change: Partial<Draft>) => void;
};

/** Which field is the address, and which fields go to which attributes of the account. */
export function MatchingSection({ draft, fields, others, onChange }: Props) {
  const { t } = useTranslation();
  const attributes = useQuery(attributesQuery(draft.connection));
  const emails = fields.filter((f) => f.type === 'text');
  const setPair = (at: number, pair: Pair) => onChange({ pairs: draft.pairs.map((p, i) => (i === at ? pair : p)) });
  const toggleTake = (attribute: string, take: boolean) =>
    onChange({ takes: take ? [...draft.takes, attribute] : draft.takes.filter((x) => x !== attribute) });
  if (fields.length === 0) return <Empty text={t('exports.editor.matching.no_profile')} />;
  return (
    <div className="stack">
      <Select
        label={t('exports.email')}
        description={t('exports.editor.matching.email')}
        required
        searchable
        data={emails.map((f) => ({ value: f.name, label: f.name }))}
        value={draft.email || null}
        onChange={(email) => onChange({ email: email ?? '' })}
        maw={360}
      />
      <Loaded query={attributes}>
        {(all) => {
          const more = suggestions(fields, all, draft.email, draft.pairs);
          return (
            <div className="stack">
              <h3>{t('exports.editor.matching.optional')}</h3>
              {draft.pairs.length === 0 && <p className="muted">{t('exports.editor.matching.none')}</p>}
              <ul className={classes.pairs}>
                {draft.pairs.map((pair, i) => (
                  <PairRow
                    // biome-ignore lint/suspicious/noArrayIndexKey: a pair has no name of its own while it is chosen
                    key={i}
                    number={i + 1}
                    pair={pair}
                    fields={fields.filter((f) => f.name !== draft.email)}
                    attributes={all}
                    connection={draft.connection}
                    used={draft.pairs.filter((_, j) => j !== i).map((p) => p.attribute)}
                    others={others}
                    takes={draft.takes.includes(pair.attribute)}
                    onChange={(next) => setPair(i, next)}
                    onTake={(take) => toggleTake(pair.attribute, take)}
                    onRemove={() => onChange({ pairs: draft.pairs.filter((_, j) => j !== i) })}
                  />
                ))}
              </ul>
              <div className="row">
                <Button
                  variant="default"
                  leftSection={<IconPlus size={16} aria-hidden />}
                  onClick={() => onChange({ pairs: [...draft.pairs, { field: '', attribute: '' }] })}
                >
                  {t('exports.editor.matching.add')}
                </Button>
                {more.length > 0 && (
                  <Button
                    variant="default"
                    leftSection={<IconWand size={16} aria-hidden />}
                    onClick={() => onChange({ pairs: [...draft.pairs, ...more] })}
                  >
                    {t('exports.editor.matching.suggest', { count: more.length })}
                  </Button>
                )}
              </div>
              {more.length > 0 && (
                <p className="muted">
                  {t('exports.editor.matching.suggested', {
                    pairs: more.map((p) => `${p.field} → ${p.attribute}`).join(', '),
                  })}
                </p>
              )}
            </div>
          );
        }}
      </Loaded>
    </div>
  );
}
