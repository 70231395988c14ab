import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { Card, Facts } from '../../parts/Card';
import { DataTable } from '../../parts/DataTable';
import { SegmentLinks } from '../SegmentLinks';

/** Who goes to the list, and which fields go with them. */
export function MappingTab({ value: e }: { value: Api['Export'] }) {
  const { t } = useTranslation();
  return (
    <Card
      title={t('exports.tab.mapping')}
      actions={
        e.your_permissions === 'edit' &&
        !e.detached && (
          <Link to="/exports/$id/edit" params={{ id: e.id }}>
            {t('exports.edit.verb')}
          </Link>
        )
      }
    >
      <div className="stack">
        <Facts
          facts={[
            [t('exports.segments'), <SegmentLinks key="segments" ids={e.segment_ids} />],
            [t('exports.leavers.label'), t(`exports.leavers.${e.leavers}`)],
            [t('exports.editor.leavers.take_over'), e.take_over && t('exports.yes')],
          ]}
        />
        <DataTable
          label={t('exports.tab.mapping')}
          rows={[{ attribute: t('exports.email'), field: e.mapping.email }, ...(e.mapping.attributes ?? [])]}
          rowKey={(a) => a.attribute}
          columns={[
            { id: 'field', header: t('exports.editor.matching.field'), cell: (a) => a.field },
            { id: 'attribute', header: t('exports.editor.matching.attribute'), cell: (a) => a.attribute },
          ]}
        />
      </div>
    </Card>
  );
}
