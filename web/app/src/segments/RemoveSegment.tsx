import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { exportsQuery } from '../exports/queries';
import { Confirm } from '../parts/Confirm';

type Props = { segment: { id: string; name: string }; onRemoved?: () => void; onClose: () => void };

/** Asks before a segment is removed. One that an export uses cannot be: the exports are named. */
export function RemoveSegment({ segment, onRemoved, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const users = (useQuery(exportsQuery).data ?? []).filter((e) => e.segment_ids.includes(segment.id));
  return (
    <Confirm
      opened
      title={t('segments.remove.title', { name: segment.name })}
      verb={t('segments.remove.verb')}
      onClose={onClose}
      onConfirm={async () => {
        await send(api.DELETE('/api/v1/segments/{id}', { params: { path: { id: segment.id } } }));
        onRemoved?.();
        client.removeQueries({ queryKey: ['segments', segment.id] });
        await client.invalidateQueries({ queryKey: ['segments'], exact: true });
      }}
    >
      {users.length === 0 ? (
        <p>{t('segments.remove.what')}</p>
      ) : (
        <>
          <p>{t('segments.remove.used', { count: users.length })}</p>
          <ul className="plain">
            {users.map((e) => (
              <li key={e.id}>
                <Link to="/exports/$id" params={{ id: e.id }}>
                  {e.name}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </Confirm>
  );
}
