import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { SaveError } from '../parts/Conflict';
import { Modal } from '../parts/Modal';
import { useWork } from '../parts/useWork';

type Props = {
  title: string;
  verb: string;
  children: ReactNode;
  disabled?: boolean;
  /** What the button does; the dialog closes after it. */
  run: () => Promise<unknown>;
  onClose: () => void;
};

/** A form about one person. */
export function Dialog({ title, verb, children, disabled, run, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { busy, error, work } = useWork();
  const again = () => client.invalidateQueries({ queryKey: ['people'] });
  return (
    <Modal opened onClose={onClose} title={title}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void work(async () => {
            await run();
            await again();
            await client.invalidateQueries({ queryKey: ['me'] });
            onClose();
          });
        }}
      >
        {children}
        <SaveError
          error={error}
          onReload={() => {
            void again();
            onClose();
          }}
        />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('parts.cancel')}
          </Button>
          <Button type="submit" loading={busy} disabled={disabled}>
            {verb}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
