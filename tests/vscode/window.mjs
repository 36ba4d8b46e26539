// A VS Code window with the packaged extension in a world of its own: what the tests do in it, and
// what they see. Owned by a test; end() ends it all.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { code_server, start_ms } from '../editors/code_server.mjs';
import { here } from '../editors/machine.mjs';
import { poll } from '../lib/until.mjs';
import { bin_dir, root, world } from '../lib/world.mjs';

const patience_ms = 60_000;  // a slow machine is no failure
const axe_core = fs.readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
const shots = path.join(root, 'build/editors/shots');

export class vscode_window {
  errors = [];  // that no code in a page has caught

  /** machine: settings of the extension, beside the server; place: a world that is there already;
   * inspect: as the server has it; the rest as a world has it. */
  static async open({ machine = { 'acpd.path': bin_dir }, place, inspect, ...options } = {}) {
    const vsix = execFileSync(path.join(here, 'extension.sh'), { encoding: 'utf8',
      env: { ...process.env, ACPD_BIN: bin_dir } }).trim();
    const made = new vscode_window();
    made.place = place ?? new world(options);
    made.server = new code_server(made.place, { 'workbench.reduceMotion': 'on',
      'workbench.welcomePage.walkthroughs.openOnInstall': false }, machine);
    made.server.install(vsix);
    await made.server.start();
    made.page = await made.server.open({ inspect });
    made.page.setDefaultTimeout(patience_ms);
    made.page.on('pageerror', (error) => made.errors.push(error.stack));
    await made.page.getByRole('tab', { name: 'acpd' }).first().click({ force: true });
    await made.status('acpd: ').waitFor();
    return made;
  }
  command(title, row) { return this.server.command(`acpd: ${title}`, row); }

  /** The frame of one of the extension's pages, once `condition` holds in it (a function of its
   * body and `argument`; it sees nothing of this file). */
  frame(page, condition = () => true, argument = undefined) {
    const given = [page, String(condition), argument];
    return poll(async () => {
      for (const frame of this.page.frames())
        if (await frame.evaluate(condition_in, given).catch(() => false)) return frame;
      return undefined;
    }, `the page "${page}": ${condition}, ${JSON.stringify(argument)}`, patience_ms);
  }
  /** The conversation of a session, once its page has all these texts. */
  conversation(session, ...texts) {
    return this.frame('conversation', (body, [id, wanted]) => body.dataset.opened === id
      && wanted.every((text) => body.innerText.includes(text)), [session.id, texts]);
  }
  /** What axe-core finds wrong with a page, for those who use it otherwise. */
  async axe(page, rules) {
    const frame = await this.frame(page);
    await frame.evaluate(axe_core);
    return frame.evaluate(axe_in, rules ? { runOnly: rules } : {});
  }
  /** No hint of another row is in the way then. */
  #leave_rows() { return this.page.mouse.move(700, 400); }
  /** Opens a session in the side bar. */
  async open_session(session) {
    await this.#leave_rows();
    await this.row(session.name).click();
    return this.conversation(session);
  }
  /** Opens a session in an editor tab, where there is room. */
  async open_in_editor(session) {
    await this.press_in_row(session.name, 'Open Session in an Editor');
    return this.frame('conversation', (body, id) => body.dataset.opened === id
      && body.clientWidth > 600, session.id);  // not the side bar, which lets go of it
  }
  /** After a reload: its tab, which VS Code in a browser may have kept or not, since it writes
   * which tabs are open when it likes; the conversation is what has to be as it was. */
  async again_in_editor(session, title = session.name) {
    await this.row(session.name).waitFor();
    const restored = await this.tab(title).count() > 0;
    if (restored) await this.tab(title).click();
    else await this.open_in_editor(session);
    return restored;
  }
  /** A row of the session tree, by a part of its title. */
  row(name) {
    return this.page.locator('.pane', { hasText: 'Sessions' })
      .locator('.monaco-list-row', { hasText: name }).first();
  }
  /** Presses a row's own button, which is there while the mouse is on the row: one that begins to
   * run moves away from under it. */
  press_in_row(name, button) {
    return poll(async () => {
      await this.#leave_rows();
      await this.row(name).hover();
      return this.row(name).getByRole('button', { name: button }).click({ timeout: 2000 })
        .then(() => true, () => false);
    }, `the button "${button}" of "${name}"`, patience_ms);
  }
  /** The line at the bottom. */
  status(text) { return this.page.locator('.statusbar-item', { hasText: text }).first(); }

  /** The text of every row, in order, by scrolling from the first to the last. */
  read_rows(frame) { return frame.evaluate(read_rows_in); }
  /** Types a prompt as a person does. */
  async prompt(frame, text) {
    await frame.locator('textarea.prompt').fill(text);
    await frame.locator('textarea.prompt').press('Enter');
  }

  /** Presses keys one after the other, wherever the focus is. */
  async keys(...names) { for (const name of names) await this.page.keyboard.press(name); }
  /** One of the extension's chords. */
  chord(letter) { return this.keys('Control+Alt+k', letter); }
  /** Takes a row of the list that is open. */
  choose(row) { return this.server.pick(row); }
  /** The window's first session, made with the keyboard, and its page. */
  async first_by_keys(agent) {
    await this.chord('n');
    await this.choose(agent);
    await this.choose(this.place.cwd);
    const { sessionId: id } = await poll(async () => (await this.sessions())[0], 'the session');
    const chat = await this.conversation({ id });
    await chat.locator('textarea.prompt:focus').waitFor();
    return { id, chat };
  }
  /** Takes an item of a row's menu. */
  async menu(row, item) {
    await row.click({ button: 'right' });
    await this.take(item);
  }
  /** Takes an item of the menu that is open. */
  async take(item) {
    await poll(async () => {
      if (await this.page.locator('.monaco-menu .action-item.focused', { hasText: item }).count())
        return true;
      await this.keys('ArrowDown');
      return false;
    }, `the menu's "${item}"`, patience_ms);
    await this.keys('Enter');
  }
  /** A line that VS Code shows at the lower right. */
  notice(text) { return this.page.locator('.notification-list-item', { hasText: text }).first(); }
  /** An editor tab. */
  tab(name) { return this.page.locator('.tabs-container .tab', { hasText: name }).first(); }

  /** A session that is begun outside of the window; its name is what its row in the tree says. */
  async begin(agent, text, { name = text.split('\n')[0], cwd = this.place.cwd } = {}) {
    const known = new Set((await this.sessions()).map((s) => s.sessionId));
    const run = this.place.ctl('run', '--agent', agent, '--cwd', cwd, text);
    const made = await poll(async () => (await this.sessions()).find((s) =>
      !known.has(s.sessionId)), 'the session to be there');
    return { id: made.sessionId, name, run };
  }
  async sessions() { return JSON.parse((await this.place.ctl('ls', '--json')).stdout); }
  /** The blocks of this type in a session's newest prompt, once the log has a prompt with some: its
   * turn may be over on the page before. */
  sent(session, type) {
    return poll(async () => {
      const said = (await this.log(session.id)).filter((e) => e.kind === 'user_message');
      const blocks = said.filter((e) => e.turn === said.at(-1).turn)
        .map((e) => e.frame.params.update.content).filter((block) => block.type === type);
      return blocks.length > 0 && blocks;
    }, `a prompt with a ${type} in the log`);
  }
  /** A session's facts, as the daemon has them. */
  async facts(id) {
    return (await this.sessions()).find((s) => s.sessionId === id)._meta.acpd;
  }
  async log(id) {
    const { stdout } = await this.place.ctl('log', id, '--json');
    return stdout.trim().split('\n').map((line) => JSON.parse(line));
  }

  /** Reloads the window; it comes back when `away` is done, and its bridge is gone by then. */
  async reload(away = async () => {}) {
    let let_go;
    const held = new Promise((resolve) => { let_go = resolve; });
    const is_window = (url) => url.pathname === '/';
    await this.page.route(is_window, async (route) => { await held; await route.continue(); });
    const back = this.page.reload({ timeout: start_ms, waitUntil: 'commit' });
    const bridges = () => this.place.processes().filter((p) => p.args[1] === 'connect');
    await poll(() => bridges().length === 0, 'the old window to be gone', patience_ms);
    await away();
    let_go();
    await back;
    await this.page.unroute(is_window);
    await this.server.drawn();
  }
  /** What the browser keeps of its tabs is written some seconds after it has changed. */
  tabs_are_kept() {
    return poll(() => this.page.evaluate(kept_tabs_in), 'the tabs to be kept', patience_ms);
  }

  async shot(name) {
    fs.mkdirSync(shots, { recursive: true });
    await this.page.screenshot({ path: path.join(shots, `vscode-${name}.png`) });
  }
  /** What to look at when a test failed. */
  async evidence() {
    const file = path.basename(process.argv[1], '.test.mjs');
    await this.shot(`failed-${file}`).catch(() => {});
    return `${this.errors.join('\n')}\n${await this.server.evidence()}\n${this.place.traces()}`;
  }
  async end() {
    await this.server.end();
    return this.place.end();
  }
}

function condition_in([page, condition, argument]) {
  const { body } = document;
  if (body?.dataset.page !== page) return false;
  return Boolean(new Function(`return (${condition})`)()(body, argument));
}

/** A page is transparent: behind it is the side bar or the editor. */
async function axe_in(options) {
  const root = document.documentElement, found = [];
  for (const behind of ['sideBar', 'editor']) {
    root.style.background = `var(--vscode-${behind}-background)`;
    const { violations } = await window.axe.run(document, options);
    for (const { id, impact, nodes } of violations)
      found.push(`${id} (${impact}): ${nodes.map((n) => n.html.slice(0, 200)).join(' | ')}`);
  }
  root.style.background = '';
  return found;
}

/** Whether a conversation's tab is in the browser's storage of this workspace. */
async function kept_tabs_in() {
  const request = (made) => new Promise((resolve, reject) => {
    made.onsuccess = () => resolve(made.result);
    made.onerror = () => reject(made.error);
  });
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith('vscode-web-state-db-')) continue;
    const database = await request(indexedDB.open(name));
    const items = database.transaction('ItemTable').objectStore('ItemTable');
    const kept = await request(items.get('memento/workbench.parts.editor'));
    database.close();
    if (String(kept).includes('acpd.conversationTab')) return true;
  }
  return false;
}

async function read_rows_in() {
  const list = document.querySelector('.list');
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const rows = new Map();
  const size = () => Number(list.querySelector('article')?.getAttribute('aria-setsize'));
  /** True when rows cover what can be seen: those that were asked for have come. */
  const covered = () => {
    const { top, bottom } = list.getBoundingClientRect();
    const drawn = [...list.querySelectorAll('article')];
    return drawn.length > 0 && drawn[0].getBoundingClientRect().top <= top + 1
      && (drawn.at(-1).getBoundingClientRect().bottom >= bottom - 1
        || Number(drawn.at(-1).getAttribute('aria-posinset')) === size());
  };
  const pass = async () => {
    list.scrollTop = 0;
    for (let last = -1; last !== list.scrollTop;) {
      for (let i = 0; i < 60 && !covered(); i++) await frame();
      for (const row of list.querySelectorAll('article'))
        rows.set(Number(row.getAttribute('aria-posinset')), row.textContent);
      last = list.scrollTop;
      list.scrollTop += list.clientHeight + 600;  // 800 pixels more are drawn on either side
      await frame();
    }
  };
  // What was not measured yet may make the first pass leave out a row.
  for (let i = 0; i < 3 && (i === 0 || rows.size < size()); i++) await pass();
  return [...rows].sort(([a], [b]) => a - b).map(([, text]) => text);
}
