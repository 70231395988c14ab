import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { Notice } from '../parts/Card';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { useLeave } from '../parts/useLeave';
import { type Draft, draftOf, inputOf } from './editor/draft';
import { Editor } from './editor/Editor';
import { exportQuery } from './queries';

/** Changes an export by the same sections. */
export default function EditExport() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  // What is edited is what was read when the page opened: a newer state read meanwhile would overwrite the form.
  const query = useQuery({ ...exportQuery(id), staleTime: Number.POSITIVE_INFINITY, refetchOnMount: 'always' });
  return (
    <Page
      title={query.data ? t('exports.edit.title', { name: query.data.name }) : t('exports.one')}
      sentence={t('exports.edit.sentence')}
      back={{ to: `/exports/${id}`, label: query.data?.name ?? t('exports.one') }}
    >
      <Loaded query={query}>
        {(e) =>
          e.connection_id === '' ? (
            <Notice tone="warn">
              <p>{t('exports.edit.detached')}</p>
            </Notice>
          ) : e.your_permissions !== 'edit' ? (
            <Notice tone="info">
              <p>{t('exports.edit.view_only')}</p>
            </Notice>
          ) : query.isFetching && !query.isFetchedAfterMount ? null : (
            <Form was={e} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Form({ was: first }: { was: Api['Export'] }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [was, setWas] = useState(first);
  const [draft, setDraft] = useState(() => draftOf(first));
  const [touched, setTouched] = useState(false);
  const leave = useLeave(touched);
  const save = useMutation({
    mutationFn: (d: Draft) =>
      send(
        api.PUT('/api/v1/exports/{id}', {
          params: { path: { id: was.id } },
          body: { ...inputOf(d), version: was.version },
        }),
      ),
    onSuccess: async () => {
      leave.saved();
      await client.invalidateQueries({ queryKey: ['exports'] });
      void navigate({ to: '/exports/$id', params: { id: was.id } });
    },
  });
  const reload = async () => {
    const newest = await send(api.GET('/api/v1/exports/{id}', { params: { path: { id: was.id } } }));
    client.setQueryData(exportQuery(was.id).queryKey, newest);
    setWas(newest);
    setDraft(draftOf(newest));
    setTouched(false);
    save.reset();
  };
  return (
    <>
      <Editor
        draft={draft}
        onChange={(change) => {
          setTouched(true);
          setDraft((d) => ({ ...d, ...change }));
        }}
        was={was}
        saving={save.isPending}
        error={save.error}
        onSave={(d) => {
          setDraft(d);
          save.mutate(d);
        }}
        onReload={() => void reload()}
      />
      {leave.dialog}
    </>
  );
}
