import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { connectionsQuery } from '../connections/queries';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { useLeave } from '../parts/useLeave';
import { segmentsQuery } from '../segments/queries';
import { type Draft, inputOf, newDraft, suggestions } from './editor/draft';
import { Editor } from './editor/Editor';
import { attributesQuery, profileQuery } from './queries';
import { browserZone } from './ScheduleFields';

/** Makes an export on one page, section by section. */
export default function NewExport() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { segment } = useSearch({ strict: false }) as { segment?: string };
  const [draft, setDraft] = useState(() => ({ ...newDraft(browserZone()), segments: segment ? [segment] : [] }));
  const [touched, setTouched] = useState(false);
  const leave = useLeave(touched);
  const connections = useQuery(connectionsQuery);
  const profile = useQuery(profileQuery);
  const attributes = useQuery(attributesQuery(draft.connection)).data;
  const fields = profile.data?.fields;
  const save = useMutation({
    mutationFn: (d: Draft) => send(api.POST('/api/v1/exports', { body: inputOf(d) })),
    onSuccess: async (made) => {
      leave.saved();
      await client.invalidateQueries({ queryKey: ['exports'] });
      void navigate({ to: '/exports/$id', params: { id: made.id } });
    },
  });
  // Once the account has said which attributes it has, what most likely belongs together is matched; it can be changed.
  useEffect(() => {
    if (!fields || !attributes) return;
    setDraft((d) => {
      if (d.email || d.pairs.length > 0) return d;
      const email = fields.find((f) => f.semantic === 'email')?.name ?? '';
      return { ...d, email, pairs: suggestions(fields, attributes, email, []) };
    });
  }, [fields, attributes]);
  // Whoever comes from a segment most likely calls the export so too.
  const from = useQuery({ ...segmentsQuery, enabled: !!segment }).data?.find((s) => s.id === segment)?.name;
  useEffect(() => {
    if (from) setDraft((d) => (d.name ? d : { ...d, name: from }));
  }, [from]);
  const only = connections.data?.length === 1 ? connections.data[0] : undefined;
  useEffect(() => {
    if (only && !only.removing_at) setDraft((d) => (d.connection ? d : { ...d, connection: only.id }));
  }, [only]);
  return (
    <Page
      title={t('exports.add')}
      sentence={t('exports.editor.sentence')}
      back={{ to: '/exports', label: t('exports.title') }}
    >
      <Loaded query={connections}>
        {() => (
          <Editor
            draft={draft}
            onChange={(change) => {
              setTouched(true);
              setDraft((d) => ({ ...d, ...change }));
            }}
            saving={save.isPending}
            error={save.error}
            onSave={(d) => {
              setDraft(d);
              save.mutate(d);
            }}
            onReload={() => save.reset()}
          />
        )}
      </Loaded>
      {leave.dialog}
    </Page>
  );
}
