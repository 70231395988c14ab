import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { listSearch } from '../parts/listSearch';
import { shellRoute } from '../shell/root';

export const exportRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/exports',
    validateSearch: listSearch,
    component: lazyRouteComponent(() => import('./Exports')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/exports/new',
    validateSearch: (s: Record<string, unknown>): { segment?: string } =>
      typeof s.segment === 'string' ? { segment: s.segment } : {},
    component: lazyRouteComponent(() => import('./NewExport')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/exports/$id/edit',
    component: lazyRouteComponent(() => import('./EditExport')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/exports/$id',
    validateSearch: (s: Record<string, unknown>): { tab?: string } => (typeof s.tab === 'string' ? { tab: s.tab } : {}),
    component: lazyRouteComponent(() => import('./Export')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/exports/$id/runs/$run',
    validateSearch: (s: Record<string, unknown>): { bucket?: string } =>
      typeof s.bucket === 'string' ? { bucket: s.bucket } : {},
    component: lazyRouteComponent(() => import('./Run')),
  }),
] as const;
