import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { listSearch } from '../parts/listSearch';
import { shellRoute } from '../shell/root';

const editor = lazyRouteComponent(() => import('./EditSegment'));

export const segmentRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/segments',
    validateSearch: listSearch,
    component: lazyRouteComponent(() => import('./Segments')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/segments/new',
    validateSearch: (s: Record<string, unknown>): { from?: string } =>
      typeof s.from === 'string' ? { from: s.from } : {},
    component: editor,
  }),
  createRoute({ getParentRoute: () => shellRoute, path: '/segments/$id/edit', component: editor }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/segments/$id',
    component: lazyRouteComponent(() => import('./Segment')),
  }),
] as const;
