import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { listSearch } from '../parts/listSearch';
import { shellRoute } from '../shell/root';

export const relationshipRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/sources/relationships',
    validateSearch: listSearch,
    component: lazyRouteComponent(() => import('./Relationships')),
  }),
] as const;
