import { Button, TextInput } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { makeUp } from './password';

/** A password for somebody else: typed or made up, and shown, because it has to be handed over. */
export function FirstPassword({ value, onChange }: { value: string; onChange: (password: string) => void }) {
  const { t } = useTranslation();
  const clipboard = useClipboard();
  return (
    <div className="stack" style={{ gap: 8 }}>
      <TextInput
        label={t('people.password.label')}
        description={t('people.password.hint')}
        value={value}
        onChange={(e) => onChange(e.currentTarget.value)}
        autoComplete="off"
        required
      />
      <div className="row">
        <Button size="compact-sm" variant="default" onClick={() => onChange(makeUp())}>
          {t('people.password.make_up')}
        </Button>
        <Button size="compact-sm" variant="default" disabled={!value} onClick={() => clipboard.copy(value)}>
          {clipboard.copied ? t('parts.error.copied') : t('people.password.copy')}
        </Button>
      </div>
    </div>
  );
}
