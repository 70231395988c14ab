import { expect, type Locator, type Page } from '@playwright/test';

/** What somebody does on a page, by whatever they have their hands on. */
export interface Hand {
  press(button: Locator): Promise<void>;
  fill(field: Locator, text: string): Promise<void>;
  /** Chooses one of a few: a radio. */
  choose(radio: Locator): Promise<void>;
  tick(box: Locator): Promise<void>;
  /** Sets a time of the day, as 06:30. */
  time(field: Locator, at: string): Promise<void>;
  /** Picks an option of a list that the browser draws. */
  pick(list: Locator, option: string): Promise<void>;
  /** Takes the option of a list that opens below a field. */
  take(field: Locator, option: string): Promise<void>;
  /** Opens a menu and does what it offers. */
  menu(button: Locator, item: string): Promise<void>;
}

export function mouse(page: Page): Hand {
  return {
    press: (b) => b.click(),
    fill: async (f, text) => {
      await f.click();
      await f.fill(text);
    },
    choose: (r) => r.check(),
    tick: (b) => b.check(),
    time: (f, at) => f.fill(at),
    pick: async (l, option) => {
      await l.selectOption(option);
    },
    take: async (f, option) => {
      await f.click();
      await page.getByRole('option', { name: option, exact: true }).click();
    },
    menu: async (b, item) => {
      await b.click();
      await page.getByRole('menuitem', { name: item, exact: true }).click();
    },
  };
}

/** Which way the focus has to go to come to the element, or that it is there. */
const way = (x: Element): 'here' | 'back' | 'on' => {
  const at = document.activeElement;
  if (at === x) return 'here';
  return at && at.compareDocumentPosition(x) & Node.DOCUMENT_POSITION_PRECEDING ? 'back' : 'on';
};

/**
 * The element that has the focus, and '' where one sees that it has it by an outline around it or around what stands for it; else what
 * is wrong. Both are of one moment: a page that gets on by itself may take the element away the next.
 */
export const focusOf = (page: Page) =>
  page.evaluateHandle(() => {
    const at = document.activeElement;
    if (!at || at === document.body) return { at: null, shows: 'nothing has the focus' };
    const ringed = (x: Element | null) => {
      const style = x && getComputedStyle(x);
      return !!style && style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2;
    };
    const box = at.getBoundingClientRect();
    const hidden = box.width < 2 || box.height < 2 || getComputedStyle(at).opacity === '0';
    // Of a field the frame is drawn around it; of an input that is not drawn, what stands for it.
    const shown = hidden ? [at.nextElementSibling, at.parentElement] : [at, at.parentElement, at.closest('.mantine-Input-input')];
    return { at, shows: shown.some(ringed) ? '' : `no outline: ${at.outerHTML.slice(0, 200)}` };
  });

/** Whether one sees where the focus is. */
const focusShows = async (page: Page) => (await focusOf(page)).evaluate(({ shows }) => shows);

/** The keyboard alone: Tab and Shift+Tab to get about, arrows within a group, Enter and the space bar. */
export function keyboard(page: Page): Hand {
  const key = (k: string) => page.keyboard.press(k);
  const reach = async (target: Locator, there: (x: Element) => 'here' | 'back' | 'on' = way) => {
    await expect(target).toBeVisible();
    await expect(target).toBeEnabled();
    for (let i = 0; i < 150; i++) {
      const w = await target.evaluate(there);
      if (w === 'here') return;
      await key(w === 'back' ? 'Shift+Tab' : 'Tab');
    }
    throw new Error(`the keyboard does not come to ${target}`);
  };
  const seen = async () => expect.soft(await focusShows(page)).toBe('');
  return {
    press: async (b) => {
      await reach(b);
      await seen();
      await key('Enter');
    },
    fill: async (f, text) => {
      await reach(f);
      await seen();
      await key('ControlOrMeta+a');
      await page.keyboard.type(text);
    },
    choose: async (r) => {
      // Tab comes to one radio of the group, arrows go from there.
      await reach(r, (x) => {
        const at = document.activeElement;
        if (at instanceof HTMLInputElement && at.type === 'radio' && at.name === (x as HTMLInputElement).name) return 'here';
        return at && at.compareDocumentPosition(x) & Node.DOCUMENT_POSITION_PRECEDING ? 'back' : 'on';
      });
      await seen();
      if (await r.evaluate((x) => x === document.activeElement && !(x as HTMLInputElement).checked)) await key('Space');
      for (let i = 0; i < 60 && !(await r.isChecked()); i++) await key('ArrowDown');
      await expect(r).toBeChecked();
    },
    tick: async (b) => {
      await reach(b);
      await seen();
      if (!(await b.isChecked())) await key('Space');
      await expect(b).toBeChecked();
    },
    time: async (f, at) => {
      await reach(f);
      await seen();
      const [hour = 0, minute = ''] = [Number(at.slice(0, 2)), at.slice(3)];
      const twelve = `${String(hour % 12 || 12).padStart(2, '0')}${minute}${hour < 12 ? 'AM' : 'PM'}`;
      for (const typed of [at.replace(':', ''), twelve]) {
        // Whether the browser has 12 or 24 hours depends on the machine.
        for (let i = 0; i < 4; i++) await key('ArrowLeft');
        await page.keyboard.type(typed);
        if ((await f.inputValue()) === at) return;
      }
      expect(await f.inputValue()).toBe(at);
    },
    pick: async (l, option) => {
      await reach(l);
      await seen();
      const chosen = () => l.evaluate((x) => (x as HTMLSelectElement).selectedOptions[0]?.label);
      const at = await l.evaluate((x, o) => {
        const s = x as HTMLSelectElement;
        return [...s.options].findIndex((e) => e.label === o) - s.selectedIndex;
      }, option);
      for (let i = 0; i < Math.abs(at) && (await chosen()) !== option; i++) await key(at > 0 ? 'ArrowDown' : 'ArrowUp');
      expect(await chosen()).toBe(option);
    },
    take: async (f, option) => {
      await reach(f);
      await seen();
      await page.keyboard.type(option);
      await expect(page.getByRole('option', { name: option, exact: true })).toBeVisible();
      await key('Enter');
    },
    menu: async (b, item) => {
      await reach(b);
      await seen();
      await key('Enter');
      const target = page.getByRole('menuitem', { name: item, exact: true });
      await expect(target).toBeVisible();
      for (let i = 0; i < 30 && !(await target.evaluate((x) => x === document.activeElement)); i++) await key('ArrowDown');
      await seen();
      await key('Enter');
    },
  };
}
