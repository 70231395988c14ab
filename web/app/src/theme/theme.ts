import { Button, type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';
import { dark, light, type Tokens } from './tokens';

const tuple = (color: string): MantineColorsTuple => Array(10).fill(color) as unknown as MantineColorsTuple;

const system =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif';

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 6 },
  colors: {
    accent: tuple(light.accent),
    // What Mantine takes its neutral colours from, lightest first.
    gray: [
      light.hover,
      light.hover,
      light.hairline,
      light.hairline,
      light.edge,
      light.muted,
      light.muted,
      light.muted,
      light.ink,
      light.ink,
    ],
    dark: [
      dark.ink,
      dark.ink,
      dark.muted,
      dark.muted,
      dark.edge,
      dark.hairline,
      dark.surface,
      dark.surface,
      dark.page,
      dark.page,
    ],
  },
  white: light.surface,
  black: light.ink,
  fontFamily: system,
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '24px', xl: '28px' },
  spacing: { xs: '4px', sm: '8px', md: '16px', lg: '24px', xl: '32px' },
  fontWeights: { regular: '400', medium: '600', bold: '600' }, // there are two
  defaultRadius: '8px',
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '16px', lineHeight: '24px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Button: Button.extend({
      vars: (_, { variant = 'filled' }) => ({
        root: variant === 'filled' ? { '--button-color': 'var(--onAccent)' } : {},
      }),
    }),
    Modal: { defaultProps: { transitionProps: { duration: 150 }, centered: true, radius: '8px' } },
    Drawer: { defaultProps: { transitionProps: { duration: 150 } } },
    // The focus goes to the first item; what Mantine puts before it is no item of a menu.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, transitionProps: { duration: 150 }, shadow: 'md' } },
    Tooltip: { defaultProps: { transitionProps: { duration: 150 }, withArrow: false } },
  },
});

const variables = (t: Tokens) => ({
  ...Object.fromEntries(Object.entries(t).map(([name, value]) => [`--${name}`, value])),
  '--mantine-color-body': t.surface,
  '--mantine-color-text': t.ink,
  '--mantine-color-bright': t.ink,
  '--mantine-color-dimmed': t.muted,
  '--mantine-color-placeholder': t.muted,
  '--mantine-color-anchor': t.accent,
  '--mantine-color-error': t.bad,
  '--mantine-color-default': t.surface,
  '--mantine-color-default-hover': t.hover,
  '--mantine-color-default-color': t.ink,
  '--mantine-color-default-border': t.edge,
  '--mantine-color-disabled': t.hover,
  '--mantine-color-disabled-color': t.muted,
  '--mantine-color-disabled-border': t.hairline,
  '--mantine-primary-color-filled': t.accent,
  '--mantine-primary-color-filled-hover': t.accentHover,
  '--mantine-primary-color-contrast': t.onAccent,
  '--mantine-color-accent-filled': t.accent,
  '--mantine-color-accent-filled-hover': t.accentHover,
  '--mantine-color-accent-text': t.accent,
  '--mantine-color-accent-outline': t.accent,
  '--mantine-color-accent-light-color': t.accent,
});

/** Makes CSS variables of the tokens (`var(--muted)`), and of Mantine's own names what they are here. */
export const resolver: CSSVariablesResolver = () => ({ variables: {}, light: variables(light), dark: variables(dark) });
