import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { exportsQuery } from '../exports/queries';
import { StatusBadge } from '../parts/StatusBadge';

/** What uses a segment: the segments that name it, and the exports of it with how they are. */
export function Uses({ uses }: { uses: Api['Use'][] }) {
  const { t } = useTranslation();
  const exports = useQuery(exportsQuery).data ?? [];
  return (
    <ul className="plain">
      {uses.map((use) => {
        const status = exports.find((e) => e.id === use.id)?.status;
        return (
          <li key={`${use.kind} ${use.id}`}>
            <Link to={use.kind === 'segment' ? '/segments/$id' : '/exports/$id'} params={{ id: use.id }}>
              {use.name}
            </Link>
            {use.kind === 'segment' ? <span className="muted">{t('segments.one')}</span> : null}
            {use.kind === 'export' && status ? <StatusBadge status={status} /> : null}
          </li>
        );
      })}
    </ul>
  );
}
