import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Page } from '../parts/Page';

/** What an address shows that leads nowhere. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <main style={{ padding: 24 }}>
      <Page title={t('shell.not_found.title')} sentence={t('shell.not_found.sentence')}>
        <Link to="/">{t('shell.not_found.home')}</Link>
      </Page>
    </main>
  );
}

/** What is shown where a page cannot be: the server does not answer, or a defect. */
export function Defect({ error, reset }: { error: unknown; reset: () => void }) {
  return (
    <main style={{ padding: 24, maxWidth: 640, margin: '0 auto' }}>
      <ErrorPanel error={error} onRetry={reset} />
    </main>
  );
}
