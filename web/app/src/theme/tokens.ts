/** The colours of the application. `tokens.test.ts` computes the contrast of every pair in use. */
export const light = {
  page: '#FBFAF8',
  surface: '#FFFFFF',
  hover: '#F6F4F0',
  ink: '#1D2426',
  muted: '#5C686B',
  hairline: '#E4E2DC',
  edge: '#868F91',
  accent: '#0E7C7B',
  accentHover: '#0B6665',
  onAccent: '#FFFFFF',
  good: '#2A7048',
  warn: '#8A5A0B',
  bad: '#A63232',
  info: '#2A62A8',
  still: '#7B878A',
};

export type Tokens = typeof light;
export type Token = keyof Tokens;

export const dark: Tokens = {
  page: '#12181A',
  surface: '#192124',
  hover: '#222C30',
  ink: '#E8ECEC',
  muted: '#97A5A8',
  hairline: '#2A3438',
  edge: '#66757A',
  accent: '#3DB8B4',
  accentHover: '#5CC9C5',
  onAccent: '#0B1413',
  good: '#6CC08B',
  warn: '#E0B25C',
  bad: '#F08A8A',
  info: '#86B4EE',
  still: '#7F8D91',
};

/** What stands on what, as text (contrast of at least 4.5) or as a mark: an icon, an edge, a bar (3). */
export const pairs: { text: [Token, Token][]; mark: [Token, Token][] } = {
  text: [
    ...(['page', 'surface', 'hover'] as const).flatMap((ground): [Token, Token][] => [
      ['ink', ground],
      ['muted', ground],
      ['accent', ground],
      ['good', ground],
      ['warn', ground],
      ['bad', ground],
      ['info', ground],
    ]),
    ['onAccent', 'accent'],
    ['onAccent', 'accentHover'],
  ],
  mark: [
    ...(['page', 'surface', 'hover'] as const).flatMap((ground): [Token, Token][] => [
      ['accent', ground], // the ring around what has the focus
      ['still', ground], // the quiet part of a bar
    ]),
    ['edge', 'surface'],
    ['edge', 'page'],
  ],
};
