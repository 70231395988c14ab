import { Button, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { Card, Notice } from '../parts/Card';
import { SaveError } from '../parts/Conflict';
import { ErrorPanel } from '../parts/ErrorPanel';
import { useMe } from '../parts/roles';
import { useLeave } from '../parts/useLeave';
import { definitionQuery } from '../profiles/queries';
import { BuildNotice } from './BuildNotice';
import { ClusterView } from './ClusterView';
import { type Draft, draftOf, wrongIn } from './draft';
import { FieldsCard } from './FieldsCard';
import { Numbers, RefusedList } from './Numbers';
import { unificationQuery } from './queries';
import { RulesCard } from './RulesCard';
import { TablesCard } from './TablesCard';
import { useTables } from './useTables';

type Props = { stored: Api['Unification']; onReload: () => void };

/** The definition: tables, fields, rules, which value survives. What it would make of the tables is shown before it is saved. */
export function Editor({ stored, onReload }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { may } = useMe();
  const tables = useTables();
  const built = useQuery(definitionQuery).data?.build;
  const [first] = useState(() => draftOf(stored));
  const [draft, setDraft] = useState<Draft>(first);
  const [preview, setPreview] = useState<{ of: Draft; is: Api['UnifyPreview'] }>();
  const [busy, setBusy] = useState<'preview' | 'save'>();
  const [error, setError] = useState<{ at: 'preview' | 'save'; error: unknown }>();
  const [tried, setTried] = useState(false);
  const leave = useLeave(draft !== first);
  const wrong = wrongIn(draft, tables.name);
  const body = {
    ...draft,
    region: draft.region || undefined,
    rules: draft.rules.map((r) => ({ ...r, name: r.name.trim() })),
  };
  const work = async (at: 'preview' | 'save', what: () => Promise<void>) => {
    setTried(true);
    if (wrong.length > 0) return;
    setBusy(at);
    setError(undefined);
    try {
      await what();
    } catch (e) {
      setError({ at, error: e });
    } finally {
      setBusy(undefined);
    }
  };
  const look = () =>
    work('preview', async () => {
      const is = await send(api.POST('/api/v1/profile/unification/preview', { body: { ...body, samples: 5 } }));
      setPreview({ of: draft, is });
    });
  const save = () =>
    work('save', async () => {
      const u = await send(api.PUT('/api/v1/profile/unification', { body }));
      leave.saved();
      client.setQueryData(unificationQuery.queryKey, u);
      await client.invalidateQueries({ queryKey: ['profile'] });
    });
  const changed = draft !== first;
  return (
    <div className="stack">
      {built?.at && Date.parse(stored.updated_at) > Date.parse(built.at) && !changed && (
        <BuildNotice text={t('unify.saved')} />
      )}
      {stored.numbers && (
        <Card title={t('unify.numbers.title')}>
          <Numbers numbers={stored.numbers} />
        </Card>
      )}
      <fieldset disabled={!may('contributor')} className="bare stack">
        <TablesCard draft={draft} tables={tables} onChange={setDraft} />
        <FieldsCard draft={draft} tables={tables} onChange={setDraft} />
        <RulesCard draft={draft} onChange={setDraft} />
        <Card title={t('unify.more.title')}>
          <div className="row wide" style={{ alignItems: 'flex-start' }}>
            <TextInput
              label={t('profiles.definition.region')}
              description={t('profiles.definition.region_is')}
              maxLength={2}
              value={draft.region ?? ''}
              onChange={(e) => {
                const region = e.currentTarget.value.toUpperCase();
                setDraft((d) => ({ ...d, region }));
              }}
            />
            <TextInput
              label={t('unify.more.max_block')}
              description={t('unify.more.max_block_is')}
              inputMode="numeric"
              placeholder="100"
              value={draft.max_block ?? ''}
              onChange={(e) => {
                const digits = e.currentTarget.value.replace(/\D/g, '').slice(0, 4);
                setDraft((d) => ({ ...d, max_block: digits ? Number(digits) : undefined }));
              }}
            />
          </div>
        </Card>
      </fieldset>
      {tried && wrong.length > 0 && (
        <Notice tone="warn">
          <ul className="plain">
            {wrong.map((w) => (
              <li key={`${w.what} ${w.about}`}>{t(`unify.wrong.${w.what}`, { about: w.about })}</li>
            ))}
          </ul>
        </Notice>
      )}
      {error &&
        (error.at === 'save' ? (
          <SaveError error={error.error} onReload={onReload} />
        ) : (
          <ErrorPanel error={error.error} />
        ))}
      {preview && (
        <Card title={t('unify.preview.title')}>
          <div className="stack">
            {preview.of !== draft && <Notice tone="warn">{t('unify.preview.old')}</Notice>}
            <Numbers numbers={preview.is.numbers} before={stored.numbers} profilesBefore={built?.profiles} />
            <RefusedList refused={preview.is.refused} />
            {preview.is.clusters.length > 0 && (
              <>
                <h3>{t('unify.preview.samples')}</h3>
                {preview.is.clusters.map((c) => (
                  <ClusterView key={`${c.rows[0]?.source_id} ${c.rows[0]?.key}`} cluster={c} />
                ))}
              </>
            )}
          </div>
        </Card>
      )}
      {may('contributor') && (
        <div className="row">
          <Button variant="default" loading={busy === 'preview'} disabled={busy === 'save'} onClick={look}>
            {t('unify.preview.verb')}
          </Button>
          <Button loading={busy === 'save'} disabled={busy === 'preview' || !changed} onClick={save}>
            {t('unify.save')}
          </Button>
        </div>
      )}
      {leave.dialog}
    </div>
  );
}
