import { Button } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SaveError } from '../../parts/Conflict';
import { Modal } from '../../parts/Modal';

type Props = {
  title: string;
  verb: string;
  /** Whether the button may be pressed. */
  ready?: boolean;
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
};

/** A dialog with a small form. It stays open, with the reason, where saving fails. */
export function FormDialog({ title, verb, ready = true, onSubmit, onClose, children }: Props) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await onSubmit();
      onClose();
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      <form onSubmit={submit} className="stack">
        {children}
        <SaveError error={error} onReload={onClose} />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('parts.cancel')}
          </Button>
          <Button type="submit" disabled={!ready} loading={busy}>
            {verb}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
