// A code-server of a test's own, and the Chromium that shows it: VS Code with a real extension
// host.
// Owned by a test; end() ends both. Its processes inherit the world's environment, so the world's
// end finds whatever was left.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';

import { poll } from '../lib/until.mjs';
import { here } from './machine.mjs';

const soon = { timeout: 3000 };  // then it is tried again
/** How long VS Code may take to be there, on a machine that does a lot beside it. */
export const start_ms = 180_000;
const pick_ms = 60_000;

const free_port = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** Each webview registers a service worker, for files of the extension, and waits until it is in
 * charge. Here all webviews are of one origin, so that of several that open at once (after a
 * reload) one replaces the other's, which then waits for ever and stays empty; elsewhere each has
 * an origin of its own. VS Code's own switch leaves the worker out. */
function without_service_worker() {
  if (location.pathname.endsWith('/webview/browser/pre/index.html'))
    history.replaceState(undefined, '', `${location.href}&disableServiceWorker=true`);
}

export class code_server {
  /** settings: what settings.json says besides what keeps VS Code quiet; machine: settings with the
   * scope "machine", which a window on a server takes from the server's own file only. */
  constructor(place, settings = {}, machine = {}) {
    this.place = place;
    const said = execFileSync(path.join(here, 'code_server.sh'), { encoding: 'utf8' });
    this.paths = Object.fromEntries(said.trim().split('\n').map((line) => line.split(/=(.*)/s)));
    this.dir = path.join(place.dir, 'code-server');
    fs.mkdirSync(path.join(this.dir, 'user/User'), { recursive: true });
    this.settings = {
      'workbench.startupEditor': 'none',
      'telemetry.telemetryLevel': 'off',
      'extensions.autoCheckUpdates': false,
      'update.mode': 'none',
      'security.workspace.trust.enabled': false,
    };
    this.set(settings);
    fs.mkdirSync(path.join(this.dir, 'user/Machine'), { recursive: true });
    this.set_machine(machine);
    this.env = {
      ...place.env,
      SHELL: '/bin/bash',
      PATH: `${path.dirname(this.paths.NODE)}:${place.env.PATH ?? process.env.PATH}`,
    };
  }
  /** Settings, at once in a window that is open. */
  set(settings) {
    Object.assign(this.settings, settings);
    fs.writeFileSync(path.join(this.dir, 'user/User/settings.json'),
      JSON.stringify(this.settings));
  }
  /** All those of the scope "machine", in place of what they were. */
  set_machine(settings) {
    fs.writeFileSync(path.join(this.dir, 'user/Machine/settings.json'), JSON.stringify(settings));
  }
  args(...rest) {
    return [
      this.paths.CODE_SERVER,
      '--user-data-dir',
      path.join(this.dir, 'user'),
      '--extensions-dir',
      path.join(this.dir, 'extensions'),
      '--config',
      path.join(this.dir, 'config.yaml'),
      ...rest,
    ];
  }
  install(vsix) {
    execFileSync(this.paths.NODE, this.args('--install-extension', vsix), {
      env: this.env,
      stdio: 'pipe',
      timeout: start_ms,
    });
  }

  async start() {
    this.port = await free_port();
    const log = fs.openSync(path.join(this.dir, 'log'), 'a');
    this.child = spawn(
      this.paths.NODE,
      this.args(
        '--auth',
        'none',
        '--bind-addr',
        `127.0.0.1:${this.port}`,
        '--disable-telemetry',
        '--disable-update-check',
        '--disable-workspace-trust',
        this.place.cwd,
      ),
      { env: this.env, stdio: ['ignore', log, log], detached: true },
    );
    fs.closeSync(log);
    const healthy = () =>
      fetch(`http://127.0.0.1:${this.port}/healthz`).then(
        (answer) => answer.ok,
        () => false,
      );
    await poll(healthy, 'code-server to answer', start_ms);
  }

  /** A browser with VS Code in it: the page, once the workbench is drawn. inspect: the extension
   * host listens for a debugger, on `host_port`. */
  async open({ inspect = false } = {}) {
    const { chromium } = createRequire(path.join(this.paths.TOOLS, 'x'))('playwright-core');
    this.browser = await chromium.launchPersistentContext(path.join(this.dir, 'browser'), {
      executablePath: this.paths.CHROMIUM, env: this.env, viewport: { width: 1400, height: 900 },
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync'] });
    await this.browser.addInitScript(without_service_worker);
    this.page = this.browser.pages()[0] ?? await this.browser.newPage();
    const address = new URL(`http://127.0.0.1:${this.port}/`);
    address.searchParams.set('folder', this.place.cwd);
    if (inspect) {
      this.host_port = await free_port();
      address.searchParams.set('payload',
        JSON.stringify([['inspect-extensions', String(this.host_port)]]));
    }
    await this.page.goto(address.href, { timeout: start_ms, waitUntil: 'commit' });
    await this.drawn();
    return this.page;
  }
  /** Once the workbench is there, at first or again. */
  drawn() {
    return this.page.locator('.monaco-workbench .part.activitybar').waitFor({ timeout: start_ms });
  }
  /** Runs a command by its title, through the palette, and takes a row of the list that it opens,
   * if one is named; again when VS Code has closed either, as it does when a webview gets the focus
   * back late. */
  command(title, row) {
    return poll(async () => {
      await this.page.keyboard.press('F1');
      const run = () => this.#rows(title).first().click(soon);
      return await this.#typed(`>${title}`, run) && (row === undefined || this.#take(row));
    }, `the palette to run "${title}"`, pick_ms);
  }
  /** Takes a row of the list that is open, or opens now, without the mouse. */
  pick(row) { return poll(() => this.#take(row), `a list with "${row}"`, pick_ms); }
  #take(row) {
    return this.#typed(row, async (box) => {
      await this.#rows(row).and(this.page.locator('.focused')).waitFor(soon);
      await box.press('Enter', soon);
    });
  }
  #rows(text) {
    return this.page.locator('.quick-input-list .monaco-list-row', { hasText: text });
  }
  /** Whether it could be typed, and done what follows. */
  async #typed(text, then) {
    const box = this.page.locator('.quick-input-widget input').first();
    try {
      await box.fill(text, soon);
      await then(box);
      return true;
    } catch (error) {
      if (error.name !== 'TimeoutError') throw error;
      return false;
    }
  }
  /** What the window and its webviews show, and what the server has said. */
  async evidence() {
    const shown = (frame) => frame.locator('body').innerText({ timeout: 2000 }).catch(() => '');
    const texts = await Promise.all((this.page?.frames() ?? []).map(shown));
    const log = path.join(this.dir, 'log');
    return [...texts, fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '']
      .filter(Boolean).map((text) => text.slice(-1500)).join('\n--\n');
  }
  async end() {
    await this.browser?.close();
    try {
      if (this.child) process.kill(-this.child.pid, 'SIGKILL');  // its own group
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}
