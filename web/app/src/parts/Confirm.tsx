import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorPanel } from './ErrorPanel';
import { Modal } from './Modal';

type Props = {
  opened: boolean;
  title: string;
  /** What will happen. */
  children: ReactNode;
  /** The verb on the button. */
  verb: string;
  /** What the button says that changes nothing; where it has words of its own it is the one that Enter presses. */
  cancel?: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
};

/** Asks before something that cannot be taken back, saying what will happen. Stays open, with the reason, where it fails. */
export function Confirm({ opened, title, children, verb, cancel, onConfirm, onClose }: Props) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const close = () => {
    setError(undefined);
    onClose();
  };
  const go = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      close();
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={close} title={title}>
      <div className="stack">
        <div>{children}</div>
        {error !== undefined && <ErrorPanel error={error} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={close} data-autofocus={cancel !== undefined || undefined}>
            {cancel ?? t('parts.cancel')}
          </Button>
          <Button onClick={go} loading={busy} data-autofocus={cancel === undefined || undefined}>
            {verb}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
