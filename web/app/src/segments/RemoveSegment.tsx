import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { Confirm } from '../parts/Confirm';
import { usesQuery } from './queries';
import { Uses } from './Uses';

type Props = { segment: { id: string; name: string }; onRemoved?: () => void; onClose: () => void };

/** Asks before a segment is removed. One that is used cannot be: what uses it is named. */
export function RemoveSegment({ segment, onRemoved, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const uses = useQuery(usesQuery(segment.id)).data ?? [];
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
      {uses.length === 0 ? (
        <p>{t('segments.remove.what')}</p>
      ) : (
        <>
          <p>{t('segments.remove.used')}</p>
          <Uses uses={uses} />
        </>
      )}
    </Confirm>
  );
}
