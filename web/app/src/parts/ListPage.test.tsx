import { useQuery } from '@tanstack/react-query';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { showPages } from '../test/page';
import { ListPage } from './ListPage';
import { listSearch } from './listSearch';

function Towns() {
  const query = useQuery({ queryKey: ['towns'], queryFn: async () => ['Zagreb', 'Split', 'Šibenik'] });
  return (
    <ListPage
      title="Towns"
      sentence="Where people live."
      query={query}
      rowKey={(x) => x}
      name={(x) => x}
      text={(x) => x}
      empty={{ text: 'None' }}
      columns={[{ id: 'name', header: 'Name', value: (x) => x, cell: (x) => x }]}
    />
  );
}

const pages = [
  { path: '/towns', component: Towns, validateSearch: listSearch },
  { path: '/', component: () => <p>another page</p> },
];
const rows = () => screen.getAllByRole('cell').map((c) => c.textContent);

test('a link to a searched and ordered list shows just that', async () => {
  await showPages(pages, '/towns?q=i&sort=name&down=true');
  await waitFor(() => expect(rows()).toEqual(['Split', 'Šibenik']));
  expect((screen.getByRole('searchbox') as HTMLInputElement).value).toBe('i');
  expect(screen.getByRole('columnheader').getAttribute('aria-sort')).toBe('descending');
});

test('search and order stand in the address, and are there again after going away and back', async () => {
  const { router, history } = await showPages(pages, '/towns');
  await waitFor(() => expect(rows()).toHaveLength(3));
  await userEvent.click(screen.getByRole('button', { name: 'Name' }));
  await userEvent.type(screen.getByRole('searchbox'), 'sp');
  await waitFor(() => expect(router.state.location.search).toEqual({ q: 'sp', sort: 'name' }));
  await router.navigate({ to: '/' });
  expect(await screen.findByText('another page')).toBeTruthy();
  history.back();
  await waitFor(() => expect((screen.getByRole('searchbox') as HTMLInputElement).value).toBe('sp'));
  expect(rows()).toEqual(['Split']);
});
