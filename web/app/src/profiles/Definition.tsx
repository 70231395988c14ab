import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { ApiError, codeOf } from '../api/problem';
import { useFormats } from '../languages/format';
import { Card, Empty, Facts, Notice } from '../parts/Card';
import { SaveError } from '../parts/Conflict';
import { DataTable } from '../parts/DataTable';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { useMe } from '../parts/roles';
import { sourcesQuery } from '../sources/queries';
import { BuildError, BuildNotice } from '../unify/BuildNotice';
import { joins, unificationQuery } from '../unify/queries';
import { added, changedField, semantics } from './definition';
import { definitionQuery } from './queries';

type Definition = Api['ProfileDefinition'];
type Draft = Api['ProfileInput'];

/** What profiles are made from: the source, the key, the fields and what they mean. */
export default function DefinitionPage() {
  const { t } = useTranslation();
  const query = useQuery(definitionQuery);
  const none = codeOf(query.error) === 'not_found';
  const unified = useQuery({ ...unificationQuery, enabled: !!query.data }).data;
  const [saved, setSaved] = useState(false);
  return (
    <Page
      wide
      title={t('profiles.definition.title')}
      sentence={t('profiles.definition.sentence')}
      back={{ to: '/profiles', label: t('profiles.title') }}
    >
      {unified && (
        <Notice tone="info">
          <p>{joins(unified) ? t('profiles.definition.unified') : t('profiles.definition.more_tables')}</p>
          <Link to="/profile/unification">{t('unify.title')}</Link>
        </Notice>
      )}
      {none ? (
        <Form onSaved={setSaved} />
      ) : (
        <Loaded query={query}>
          {(d) => (
            <>
              <Build definition={d} elsewhere={saved} />
              <Form key={d.version} stored={d} onSaved={setSaved} onReload={() => void query.refetch()} />
            </>
          )}
        </Loaded>
      )}
      {saved && <BuildNotice tone="good" text={t('profiles.definition.saved')} focus />}
    </Page>
  );
}

/** How the last build went, and a button for the next one, unless it stands where something was saved. */
function Build({ definition, elsewhere }: { definition: Definition; elsewhere: boolean }) {
  const { t } = useTranslation();
  const { number, dateTime } = useFormats();
  const client = useQueryClient();
  const { may } = useMe();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const last = definition.build;
  const build = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await send(api.POST('/api/v1/profile/build'));
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
      for (const queryKey of [['profile'], ['profiles'], ['segments']]) void client.invalidateQueries({ queryKey });
    }
  };
  const failure =
    error ?? (last?.failure && new ApiError(last.failure.code ?? 'unexpected', last.failure.message, '', '', '', 1));
  return (
    <Card
      title={t('profiles.definition.build')}
      actions={
        may('contributor') &&
        !elsewhere && (
          <Button variant="default" loading={busy} onClick={build}>
            {t('profiles.definition.build_now')}
          </Button>
        )
      }
    >
      {failure && !busy ? <BuildError error={failure} /> : null}
      {last?.at ? (
        <Facts
          facts={[
            [t('profiles.title'), <span key="n">{number(last.profiles)}</span>],
            [t('profiles.definition.built'), dateTime(last.at)],
          ]}
        />
      ) : (
        <p className="muted">{t('profiles.definition.not_built')}</p>
      )}
    </Card>
  );
}

type FormProps = { stored?: Definition; onSaved: (saved: boolean) => void; onReload?: () => void };

function Form({ stored, onSaved, onReload }: FormProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { may } = useMe();
  const { source } = useSearch({ strict: false }) as { source?: string };
  const sources = useQuery(sourcesQuery);
  const [draft, setDraft] = useState<Draft | undefined>(stored && { ...stored, version: stored.version });
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const suggest = async (id: string) => {
    if (!id) return;
    setError(undefined);
    try {
      const s = await send(api.GET('/api/v1/profile/suggestion', { params: { query: { source_id: id } } }));
      setDraft({ ...s, region: s.region || draft?.region });
    } catch (e) {
      setError(e);
    }
  };
  const save = async () => {
    if (!draft) return;
    setBusy(true);
    setError(undefined);
    onSaved(false);
    const { source_id, key, fields, region, version } = draft;
    try {
      const d = await send(
        api.PUT('/api/v1/profile', { body: { source_id, key, fields, region: region || undefined, version } }),
      );
      onSaved(true);
      client.setQueryData(definitionQuery.queryKey, d);
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  const change = (next: Partial<Draft>) => setDraft((d) => d && { ...d, ...next });
  return (
    <Loaded query={sources}>
      {(list) => {
        const ready = list.filter((s) => s.ingest?.columns.length);
        const chosen = ready.find((s) => s.id === draft?.source_id);
        const columns = chosen?.ingest?.columns ?? [];
        const key = columns.find((c) => c.name === draft?.key);
        if (ready.length === 0)
          return (
            <Empty
              text={t('profiles.definition.no_source')}
              action={<Link to="/sources">{t('profiles.definition.to_sources')}</Link>}
            />
          );
        return (
          <fieldset disabled={!may('contributor')} className="stack" style={{ border: 0, padding: 0, margin: 0 }}>
            <Card title={t('profiles.definition.from')}>
              <div className="stack" style={{ maxWidth: 480 }}>
                <NativeSelect
                  label={t('profiles.definition.source')}
                  value={draft?.source_id ?? ''}
                  data={[
                    ...(draft ? [] : [{ value: '', label: t('profiles.definition.choose') }]),
                    ...ready.map((s) => ({ value: s.id, label: s.name })),
                  ]}
                  onChange={(e) => void suggest(e.currentTarget.value)}
                />
                {!draft && source && ready.some((s) => s.id === source) && (
                  <Button variant="default" w="fit-content" onClick={() => void suggest(source)}>
                    {t('profiles.definition.suggest')}
                  </Button>
                )}
                {draft && (
                  <>
                    <NativeSelect
                      label={t('profiles.definition.key')}
                      description={t('profiles.definition.key_is')}
                      value={draft.key}
                      data={[...new Set([draft.key, ...columns.map((c) => c.name)])]}
                      onChange={(e) => change({ key: e.currentTarget.value })}
                    />
                    {(key?.semantic_guess === 'email' || key?.semantic_guess === 'phone') && (
                      <Notice tone="warn">{t('profiles.definition.key_is_person')}</Notice>
                    )}
                    <TextInput
                      label={t('profiles.definition.region')}
                      description={t('profiles.definition.region_is')}
                      maxLength={2}
                      maw={320}
                      value={draft.region ?? ''}
                      onChange={(e) => change({ region: e.currentTarget.value.toUpperCase() })}
                    />
                  </>
                )}
              </div>
            </Card>
            {draft && (
              <Card title={t('profiles.definition.fields')}>
                <DataTable
                  label={t('profiles.definition.fields')}
                  rows={columns}
                  rowKey={(c) => c.name}
                  columns={[
                    {
                      id: 'column',
                      header: t('profiles.definition.column'),
                      cell: (c) => (
                        <Checkbox
                          label={c.name}
                          checked={draft.fields.some((f) => f.column === c.name)}
                          onChange={(e) => change({ fields: added(draft.fields, columns, c, e.currentTarget.checked) })}
                        />
                      ),
                    },
                    {
                      id: 'name',
                      header: t('profiles.definition.name'),
                      cell: (c) => {
                        const f = draft.fields.find((x) => x.column === c.name);
                        return f ? (
                          <TextInput
                            aria-label={t('profiles.definition.name_of', { column: c.name })}
                            value={f.name}
                            onChange={(e) =>
                              change({ fields: changedField(draft.fields, c.name, { name: e.currentTarget.value }) })
                            }
                          />
                        ) : (
                          t('parts.none')
                        );
                      },
                    },
                    { id: 'type', header: t('sources.columns.type'), cell: (c) => t(`sources.type.${c.type}`) },
                    {
                      id: 'semantic',
                      header: t('profiles.definition.means'),
                      cell: (c) => {
                        const f = draft.fields.find((x) => x.column === c.name);
                        return f ? (
                          <NativeSelect
                            aria-label={t('profiles.definition.means_of', { column: c.name })}
                            value={f.semantic ?? ''}
                            data={[
                              { value: '', label: t('profiles.definition.nothing_special') },
                              ...semantics.map((s) => ({ value: s as string, label: t(`profiles.semantic.${s}`) })),
                            ]}
                            onChange={(e) =>
                              change({
                                fields: changedField(draft.fields, c.name, {
                                  semantic: (e.currentTarget.value || undefined) as Api['Field']['semantic'],
                                }),
                              })
                            }
                          />
                        ) : (
                          t('parts.none')
                        );
                      },
                    },
                  ]}
                />
              </Card>
            )}
            {error !== undefined && <SaveError error={error} onReload={onReload ?? (() => setError(undefined))} />}
            {draft && may('contributor') && (
              <Button w="fit-content" loading={busy} onClick={save}>
                {t('profiles.definition.save')}
              </Button>
            )}
          </fieldset>
        );
      }}
    </Loaded>
  );
}
