import { Button, Radio } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { useFormats } from '../languages/format';
import { Notice } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { Modal } from '../parts/Modal';
import { StatusBadge } from '../parts/StatusBadge';
import { useWork } from '../parts/useWork';
import { usesQuery } from './queries';

type What = Api['ExportEnd']['do'];
const ways: What[] = ['remove', 'detach'];

/** Removes a connection; for each export that uses it somebody says what becomes of it. */
export function Remove({ connection: c, onClose }: { connection: Api['Connection']; onClose: () => void }) {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const client = useQueryClient();
  const navigate = useNavigate();
  const uses = useQuery({ ...usesQuery(c.id), staleTime: 0 });
  const [choices, setChoices] = useState<Record<string, What>>({});
  const [removed, setRemoved] = useState<Api['Removal']>();
  const { busy, error, work } = useWork();
  const list = uses.data ?? [];
  const open = list.filter((e) => !choices[e.id]).length;
  const leave = async () => {
    await navigate({ to: '/connections' });
    client.removeQueries({ queryKey: ['connections', c.id] });
  };
  const go = () =>
    work(async () => {
      try {
        setRemoved(
          await send(
            api.POST('/api/v1/connections/{id}/removal', {
              params: { path: { id: c.id } },
              body: { exports: list.map((e) => ({ export_id: e.id, do: choices[e.id] ?? 'detach' })) },
            }),
          ),
        );
        await client.invalidateQueries({ queryKey: ['connections'], exact: true });
        await client.invalidateQueries({ queryKey: ['exports'] });
      } catch (e) {
        await uses.refetch(); // an export may have been added meanwhile
        throw e;
      }
    });
  return (
    <Modal opened size="lg" onClose={removed ? leave : onClose} title={t('connections.remove.title', { name: c.name })}>
      {removed ? (
        <div className="stack">
          <Notice tone="good">
            {removed.key_destroyed
              ? t('connections.remove.destroyed')
              : t('connections.remove.until', {
                  at: removed.key_until ? dateTime(removed.key_until) : t('parts.none'),
                })}
          </Notice>
          <div className="row" style={{ justifyContent: 'flex-end' }}>
            <Button onClick={leave} data-autofocus>
              {t('parts.close')}
            </Button>
          </div>
        </div>
      ) : (
        <div className="stack">
          <p>{t('connections.remove.means')}</p>
          <Loaded query={uses}>
            {() =>
              list.length === 0 ? (
                <p>{t('connections.used.none')}.</p>
              ) : (
                <>
                  <p>{t('connections.remove.choose')}</p>
                  {list.length > 1 && (
                    <div className="row">
                      {ways.map((way) => (
                        <Button
                          key={way}
                          size="compact-sm"
                          variant="default"
                          onClick={() => setChoices(Object.fromEntries(list.map((e) => [e.id, way])))}
                        >
                          {t(`connections.remove.all.${way}`)}
                        </Button>
                      ))}
                    </div>
                  )}
                  {list.map((e) => (
                    <Radio.Group
                      key={e.id}
                      label={
                        <span className="row">
                          <span className="break">{e.name}</span>
                          <StatusBadge status={e.status} />
                        </span>
                      }
                      value={choices[e.id] ?? ''}
                      onChange={(way) => setChoices((was) => ({ ...was, [e.id]: way as What }))}
                    >
                      {ways.map((way) => (
                        <Radio
                          key={way}
                          mt="xs"
                          value={way}
                          label={t(`connections.remove.${way}.label`)}
                          description={t(`connections.remove.${way}.means`)}
                        />
                      ))}
                    </Radio.Group>
                  ))}
                </>
              )
            }
          </Loaded>
          {error !== undefined && <ErrorPanel error={error} />}
          <div className="row" style={{ justifyContent: 'flex-end' }}>
            {open > 0 && <span className="muted">{t('connections.remove.open', { count: open, n: open })}</span>}
            <Button variant="default" onClick={onClose}>
              {t('parts.cancel')}
            </Button>
            <Button disabled={!uses.data || open > 0} loading={busy} onClick={go}>
              {t('connections.remove.verb')}
            </Button>
          </div>
        </div>
      )}
    </Modal>
  );
}
