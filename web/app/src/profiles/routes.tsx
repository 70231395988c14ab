import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { listSearch } from '../parts/listSearch';
import { shellRoute } from '../shell/root';

export const profileRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/profiles',
    validateSearch: listSearch,
    component: lazyRouteComponent(() => import('./Profiles')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/profile',
    validateSearch: (s: Record<string, unknown>): { source?: string } =>
      typeof s.source === 'string' ? { source: s.source } : {},
    component: lazyRouteComponent(() => import('./Definition')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/profiles/$id',
    component: lazyRouteComponent(() => import('./Customer')),
  }),
] as const;
