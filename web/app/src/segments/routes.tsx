import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { listSearch } from '../parts/listSearch';
import { shellRoute } from '../shell/root';

export const segmentRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/segments',
    validateSearch: listSearch,
    component: lazyRouteComponent(() => import('./Segments')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/segments/$id',
    component: lazyRouteComponent(() => import('./Segment')),
  }),
] as const;
