import { Button, PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { SaveError } from '../parts/Conflict';
import { Modal } from '../parts/Modal';
import { useWork } from '../parts/useWork';
import { connectionQuery } from './queries';

/** Puts a new key of the same account in the place of the stored one. */
export function RotateKey({ connection: c, onClose }: { connection: Api['Connection']; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [key, setKey] = useState('');
  const { busy, error, work } = useWork();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void work(async () => {
      const now = await send(
        api.PATCH('/api/v1/connections/{id}', {
          params: { path: { id: c.id } },
          body: { api_key: key, version: c.version },
        }),
      );
      client.setQueryData(connectionQuery(c.id).queryKey, now);
      onClose();
    });
  };
  return (
    <Modal opened onClose={onClose} title={t('connections.rotate.title')}>
      <form onSubmit={submit} className="stack">
        <p>{t('connections.rotate.means', { company: c.account.company, tail: c.key_tail ?? '' })}</p>
        <PasswordInput
          label={t('connections.rotate.key')}
          value={key}
          onChange={(e) => setKey(e.currentTarget.value.trim())}
          autoComplete="off"
          required
          data-autofocus
          visibilityToggleButtonProps={{ 'aria-label': t('connections.key.show') }}
        />
        <SaveError
          error={error}
          onReload={() => {
            void client.invalidateQueries({ queryKey: ['connections'] });
            onClose();
          }}
        />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('parts.cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('connections.rotate.verb')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
