import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { codeOf } from '../api/problem';
import { Empty } from '../parts/Card';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { definitionQuery } from '../profiles/queries';
import { relationshipsQuery } from '../relationships/queries';
import { sourcesQuery } from '../sources/queries';
import { fromSegment, newDraft } from './model';
import { operatorsQuery, segmentQuery, segmentsQuery } from './queries';
import { SegmentForm } from './SegmentForm';
import type { World } from './tables';

const here = () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** A new segment, a copy of one, or one that there is. */
export default function EditSegment() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id?: string };
  const { from } = useSearch({ strict: false }) as { from?: string };
  const profile = useQuery(definitionQuery);
  const title = id ? t('segments.builder.edit') : t('segments.builder.new');
  if (codeOf(profile.error) === 'not_found')
    return (
      <Page title={title} back={{ to: '/segments', label: t('segments.title') }}>
        <Empty
          text={t('segments.builder.no_profile')}
          action={<Link to="/profile">{t('segments.builder.to_profile')}</Link>}
        />
      </Page>
    );
  const source = id ?? from;
  if (source) return <Existing key={source} id={source} copy={!id} title={title} />;
  return <Ready title={title} draft={() => newDraft(here())} />;
}

function Existing({ id, copy, title }: { id: string; copy: boolean; title: string }) {
  const { t } = useTranslation();
  const query = useQuery(segmentQuery(id));
  // What is edited stays what was read, whatever is read meanwhile; the newest state comes when asked for.
  const [read, setRead] = useState<Api['Segment']>();
  const now = read ?? query.data;
  if (!read && query.data && !query.isFetching) setRead(query.data);
  if (!now || query.error)
    return (
      <Page title={title} back={{ to: '/segments', label: t('segments.title') }}>
        <Loaded query={query}>{() => null}</Loaded>
      </Page>
    );
  if (!read) return null;
  const draft = fromSegment(read);
  if (copy) draft.name = t('segments.builder.copy_of', { name: read.name });
  return (
    <Ready
      key={read.version}
      title={copy ? title : read.name}
      stored={copy ? undefined : read}
      draft={() => draft}
      onReload={async () => setRead((await query.refetch()).data)}
    />
  );
}

type ReadyProps = {
  title: string;
  stored?: Api['Segment'];
  draft: () => ReturnType<typeof newDraft>;
  onReload?: () => void;
};

function Ready(props: ReadyProps) {
  const { t } = useTranslation();
  const profile = useQuery(definitionQuery);
  const operators = useQuery(operatorsQuery);
  const relationships = useQuery(relationshipsQuery);
  const sources = useQuery(sourcesQuery);
  const segments = useQuery(segmentsQuery);
  const world = useMemo(
    (): World | undefined =>
      profile.data && operators.data && relationships.data && sources.data && segments.data
        ? {
            fields: profile.data.fields,
            operators: operators.data,
            relationships: relationships.data,
            tables: sources.data.map((s) => ({ id: s.id, name: s.name, columns: s.ingest?.columns ?? [] })),
            segments: segments.data.filter((s) => s.id !== props.stored?.id),
          }
        : undefined,
    [profile.data, operators.data, relationships.data, sources.data, segments.data, props.stored?.id],
  );
  if (!world) {
    const all = [profile, operators, relationships, sources, segments] as UseQueryResult<unknown>[];
    return (
      <Page title={props.title} back={{ to: '/segments', label: t('segments.title') }}>
        <Loaded query={all.find((q) => q.error) ?? all.find((q) => !q.data) ?? profile}>{() => null}</Loaded>
      </Page>
    );
  }
  return <SegmentForm {...props} world={world} />;
}
