import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  type RouteComponent,
  RouterProvider,
} from '@tanstack/react-router';
import { vi } from 'vitest';
import type { Language } from '../languages/languages';
import { show } from './render';

type Page = {
  path: string;
  component: RouteComponent;
  validateSearch?: (s: Record<string, unknown>) => object;
  context?: () => object;
};

/** Shows pages as the application does, at an address; the first one is where it begins. */
export async function showPages(pages: Page[], at: string, language: Language = 'en') {
  const root = createRootRoute({ component: Outlet });
  const history = createMemoryHistory({ initialEntries: [at] });
  const router = createRouter({
    routeTree: root.addChildren(pages.map((p) => createRoute({ getParentRoute: () => root, ...p }))),
    history,
  });
  await router.load();
  const shown = await show(<RouterProvider router={router as never} />, language);
  return { ...shown, router, history };
}

/** What a server would answer: a value for each method and path; what is asked is noted. */
export function answers(table: Record<string, unknown>) {
  const asked: { what: string; body: unknown }[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const what = `${request.method} ${new URL(request.url).pathname.replace('/api/v1', '')}`;
    const text = await request.text();
    asked.push({ what, body: text ? JSON.parse(text) : undefined });
    const found = Object.hasOwn(table, what) ? table[what] : undefined;
    const value = typeof found === 'function' ? found() : found;
    if (value instanceof Response) return value;
    return value === undefined
      ? Response.json({ code: 'not_found', detail: what }, { status: 404 })
      : Response.json(value);
  });
  return asked;
}
