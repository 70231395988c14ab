import { Menu } from '@mantine/core';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { show } from '../test/render';
import { Confirm } from './Confirm';

function Asking({ mounted }: { mounted: boolean }) {
  const [open, setOpen] = useState(false);
  const dialog = (
    <Confirm opened={open} title="Sure?" verb="Yes" onConfirm={async () => {}} onClose={() => setOpen(false)}>
      It cannot be taken back
    </Confirm>
  );
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Ask
      </button>
      <Menu>
        <Menu.Target>
          <button type="button">Actions</button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setOpen(true)}>Ask as well</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {(mounted || open) && dialog}
    </>
  );
}

test.each([
  ['that was there', true],
  ['that comes with its opening', false],
])('a dialog %s gives the focus back to what opened it', async (_, mounted) => {
  const user = userEvent.setup();
  await show(<Asking mounted={mounted} />);
  for (const by of [['Ask'], ['Actions', 'Ask as well']]) {
    for (const name of by) await user.click(await screen.findByText(name));
    expect(await screen.findByRole('dialog', { name: 'Sure?' })).toBeTruthy();
    await waitFor(() => expect(document.activeElement?.textContent).toBe('Yes'));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Sure?' })).toBeNull());
    await waitFor(() => expect(document.activeElement?.textContent).toBe(by[0]));
  }
});
