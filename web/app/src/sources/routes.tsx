import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { listSearch } from '../parts/listSearch';
import { shellRoute } from '../shell/root';

const editor = lazyRouteComponent(() => import('./EditSource'));

export const sourceRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/sources',
    validateSearch: listSearch,
    component: lazyRouteComponent(() => import('./Sources')),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/sources/new',
    component: editor,
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/sources/new/database',
    component: lazyRouteComponent(() => import('./NewDatabase')),
  }),
  createRoute({ getParentRoute: () => shellRoute, path: '/sources/$id/edit', component: editor }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/sources/$id',
    component: lazyRouteComponent(() => import('./Source')),
  }),
] as const;
