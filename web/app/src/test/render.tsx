import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { newQueryClient } from '../api/queries';
import { type Language, start } from '../languages/languages';
import { resolver, theme } from '../theme/theme';

/** Shows a part as the application does, in a language. */
export async function show(children: ReactNode, language: Language = 'en') {
  await start(language);
  return render(
    <MantineProvider theme={theme} cssVariablesResolver={resolver} env="test">
      <QueryClientProvider client={newQueryClient()}>{children}</QueryClientProvider>
    </MantineProvider>,
  );
}
