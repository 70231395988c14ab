import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { listSearch } from '../parts/listSearch';
import { shellRoute } from '../shell/root';

export const connectionRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/connections',
    validateSearch: listSearch,
    component: lazyRouteComponent(() => import('./Connections')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/connections/new',
    component: lazyRouteComponent(() => import('./NewConnection')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/connections/$id/edit',
    component: lazyRouteComponent(() => import('./EditConnection')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/connections/$id',
    component: lazyRouteComponent(() => import('./Connection')),
  }),
] as const;
