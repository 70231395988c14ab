import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/problem';
import classes from './page.module.css';
import { onScreen } from './remedy';

/** What is said instead of the general words for a code and of the server's own, where a page knows better. */
type Said = { what: string; todo: string };
/** `general` stands for the general words for the code only: what the server says is told with it. */
type Props = { error: unknown; onRetry?: () => void; said?: Said; general?: Said };

/** The words for a code; of a code that has none the ones for a defect. */
export function useErrorTexts() {
  const { t, i18n } = useTranslation();
  return (code: string) => {
    const known = i18n.exists(`errors.${code}.what`) ? code : 'unexpected';
    return { what: t(`errors.${known}.what`), todo: t(`errors.${known}.todo`) };
  };
}

/** What the server says, as a sentence: its errors begin small and end open, as they may stand inside another one. */
export const sentence = (said: string) =>
  said
    .replace(/^\p{Ll}+(?=[ ,])/u, (word) => word.charAt(0).toUpperCase() + word.slice(1))
    .replace(/[^.!?:…]$/u, '$&.');

/** What happened, why as far as known, and what to do; the technical text is one click away and can be copied. */
export function ErrorPanel({ error, onRetry, said: better, general }: Props) {
  const { t, i18n } = useTranslation();
  const texts = useErrorTexts();
  const clipboard = useClipboard();
  const e = error instanceof ApiError ? error : new ApiError('unexpected', String(error));
  const { what, todo } = better ?? general ?? texts(e.code);
  const told = !better && i18n.language === 'en' && e.status !== 0; // what the server says is English
  const { said, place } = onScreen(e.remedy);
  return (
    <section className={classes.error} role="alert">
      <h2>
        <IconAlertTriangle size={18} aria-hidden />
        {what}
      </h2>
      {told && e.detail && (
        <p className="break">
          {e.field ? t('parts.error.field', { field: e.field, detail: e.detail }) : sentence(e.detail)}
        </p>
      )}
      <p>{sentence((told && said) || todo)}</p>
      {place && !location.pathname.startsWith(place.to) && (
        <p>
          <Link to={place.to}>{t('parts.error.on_page', { page: t(`shell.nav.${place.id}`) })}</Link>
        </p>
      )}
      <details>
        <summary>{t('parts.error.technical')}</summary>
        <pre>{e.technical}</pre>
        <Button size="compact-sm" variant="default" onClick={() => clipboard.copy(e.technical)}>
          {clipboard.copied ? t('parts.error.copied') : t('parts.error.copy')}
        </Button>
      </details>
      {onRetry && (
        <Button mt="sm" size="compact-sm" variant="default" onClick={onRetry}>
          {t('parts.error.retry')}
        </Button>
      )}
    </section>
  );
}

/** An error as one sentence beside a field or in a form. */
export function useErrorSentence() {
  const texts = useErrorTexts();
  const { i18n } = useTranslation();
  return (error: unknown) => {
    const e = error instanceof ApiError ? error : new ApiError('unexpected', String(error));
    const { what, todo } = texts(e.code);
    return i18n.language === 'en' && e.status !== 0 && e.detail
      ? `${what} (${e.detail}). ${onScreen(e.remedy).said || todo}`
      : `${what}. ${todo}`;
  };
}
