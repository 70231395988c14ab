import { queryOptions } from '@tanstack/react-query';
import { api, send } from './client';

/** How the server is set up, as far as a screen needs it. */
export const settingsQuery = queryOptions({ queryKey: ['settings'], queryFn: () => send(api.GET('/api/v1/settings')) });
