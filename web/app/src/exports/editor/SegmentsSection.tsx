import { Checkbox, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { useFormats } from '../../languages/format';
import { Empty, Notice } from '../../parts/Card';
import { DataTable } from '../../parts/DataTable';
import { found } from '../../parts/sorting';
import { MemberCount } from '../../segments/MemberCount';
import { contractQuery } from '../queries';
import { ZoneSelect } from '../ScheduleFields';

type Props = {
  connection: string;
  segments: Api['Segment'][];
  value: string[];
  zone: string;
  onChange: (ids: string[]) => void;
  onZone: (zone: string) => void;
};

const shownAtOnce = 30;

/** The segments whose members go to the list, with their sizes and what the account's contract allows. */
export function SegmentsSection({ connection, segments, value, zone, onChange, onZone }: Props) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const [search, setSearch] = useState('');
  const contract = useQuery(contractQuery(connection, value)).data;
  if (segments.length === 0) return <Empty text={t('exports.editor.segments.none')} />;
  const hits = found(segments, search, (s) => `${s.name} ${s.description ?? ''}`);
  const rows = [
    ...segments.filter((s) => value.includes(s.id) && !hits.slice(0, shownAtOnce).includes(s)),
    ...hits.slice(0, shownAtOnce),
  ];
  const larger = contract?.segments.filter((s) => s.larger) ?? [];
  return (
    <div className="stack">
      <p className="muted">{t('exports.editor.segments.what')}</p>
      {segments.length > 8 && (
        <TextInput
          type="search"
          label={t('parts.list.search')}
          value={search}
          onChange={(e) => setSearch(e.currentTarget.value)}
          maw={360}
        />
      )}
      <DataTable
        label={t('exports.segments')}
        rows={rows}
        rowKey={(s) => s.id}
        none={t('parts.list.nothing_found', { search })}
        columns={[
          {
            id: 'name',
            header: t('exports.column.name'),
            cell: (s) => (
              <Checkbox
                label={s.name}
                description={s.description || undefined}
                checked={value.includes(s.id)}
                onChange={(e) => onChange(e.currentTarget.checked ? [...value, s.id] : value.filter((x) => x !== s.id))}
              />
            ),
          },
          {
            id: 'members',
            header: t('exports.editor.segments.members'),
            number: true,
            cell: (s) => <MemberCount id={s.id} />,
          },
        ]}
      />
      {hits.length > shownAtOnce && (
        <p className="muted">{t('exports.editor.segments.more', { count: hits.length - shownAtOnce })}</p>
      )}
      {larger.map((s) => (
        <Notice key={s.segment_id} tone="warn">
          <p>
            {contract?.limit !== undefined
              ? t('exports.editor.segments.larger_than', {
                  name: s.name,
                  count: s.members,
                  n: number(s.members),
                  limit: number(contract.limit),
                })
              : t('exports.editor.segments.larger', { name: s.name })}
          </p>
        </Notice>
      ))}
      <ZoneSelect label={t('exports.editor.segments.zone')} value={zone} onChange={onZone} />
    </div>
  );
}
