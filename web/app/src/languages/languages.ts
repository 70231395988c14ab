import i18next, { type i18n, type Resource } from 'i18next';
import { initReactI18next } from 'react-i18next';

type Texts = Record<string, unknown>;

/** The languages: a new one is a line here, a file beside this one, and its texts in every area. */
export const languages = {
  en: { name: 'English', locale: 'en-GB', load: () => import('./en') },
  hr: { name: 'Hrvatski', locale: 'hr-HR', load: () => import('./hr') },
} as const;

export type Language = keyof typeof languages;

const stored = 'segue.language';

export const isLanguage = (x: string | null | undefined): x is Language => !!x && Object.hasOwn(languages, x);

/** The language that was chosen, else the first of the browser's that there is, else English. */
export function preferred(): Language {
  const chosen = localStorage.getItem(stored);
  if (isLanguage(chosen)) return chosen;
  for (const tag of navigator.languages ?? []) {
    const short = tag.split('-')[0];
    if (isLanguage(short)) return short;
  }
  return 'en';
}

/** Puts the texts of the areas together: `src/exports/en.json` holds what begins with `exports.`. */
export function together(files: Record<string, unknown>): Texts {
  const texts: Texts = {};
  for (const [path, content] of Object.entries(files)) {
    const area = path.split('/').at(-2) ?? '';
    texts[area] = content;
  }
  return texts;
}

/** Starts with a language; its texts must be there before anything is shown. */
export async function start(language: Language): Promise<i18n> {
  const resources: Resource = {
    [language]: { translation: (await languages[language].load()).default as Record<string, string> },
  };
  await i18next.use(initReactI18next).init({
    lng: language,
    resources,
    fallbackLng: false,
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
  document.documentElement.lang = language;
  return i18next;
}

/** Changes the language, and keeps the choice at this browser. */
export async function choose(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', (await languages[language].load()).default);
  }
  localStorage.setItem(stored, language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
