import { Button, TextInput } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { useFormats } from '../languages/format';
import { Notice } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Modal } from '../parts/Modal';
import { useWork } from '../parts/useWork';

/** Follows the chain of the log; with a check value noted earlier it tells as well whether entries were cut off since. */
export function Verify({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const clipboard = useClipboard();
  const { busy, error, work } = useWork();
  const [head, setHead] = useState('');
  const [verdict, setVerdict] = useState<Api['AuditVerdict']>();
  return (
    <Modal opened size="lg" onClose={onClose} title={t('audit.verify.title')}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setVerdict(undefined);
          void work(async () =>
            setVerdict(
              await send(
                api.GET('/api/v1/audit/verification', { params: { query: { head: head.trim() || undefined } } }),
              ),
            ),
          );
        }}
      >
        <p>{t('audit.verify.means')}</p>
        <TextInput
          label={t('audit.verify.head')}
          description={t('audit.verify.head_hint')}
          value={head}
          onChange={(e) => setHead(e.currentTarget.value)}
          maxLength={64}
          autoComplete="off"
        />
        {error !== undefined && <ErrorPanel error={error} />}
        {verdict && (
          <Notice tone="good">
            <p>{t('audit.verify.whole', { count: verdict.entries, n: number(verdict.entries) })}</p>
            <p>{t('audit.verify.note')}</p>
            <p>
              <code className="break">{verdict.head}</code>
            </p>
            <Button mt="sm" size="compact-sm" variant="default" onClick={() => clipboard.copy(verdict.head)}>
              {clipboard.copied ? t('parts.error.copied') : t('parts.error.copy')}
            </Button>
          </Notice>
        )}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('parts.close')}
          </Button>
          <Button type="submit" loading={busy} data-autofocus>
            {t('audit.verify.verb')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
