import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../shell/root';

export const unifyRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/profile/unification',
    validateSearch: (s: Record<string, unknown>): { tab?: string } => (typeof s.tab === 'string' ? { tab: s.tab } : {}),
    component: lazyRouteComponent(() => import('./Unify')),
  }),
] as const;
