import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';

/** The version of the statement that the language files say in their own words. */
const said = '2026-11';

/** What one agrees to: the server's text, on other screens below the same in the language on screen. */
export function Statement({ statement }: { statement: Api['ConsentStatement'] }) {
  const { t, i18n } = useTranslation();
  if (i18n.language === 'en' || statement.version !== said) return <p lang="en">{statement.text}</p>;
  return (
    <div>
      <p>{t('connections.consent.statement')}</p>
      <details>
        <summary className="muted">{t('connections.consent.original')}</summary>
        <p lang="en">{statement.text}</p>
      </details>
    </div>
  );
}
