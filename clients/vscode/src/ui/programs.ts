// Where acpd's programs are: the setting, the PATH, what this extension unpacked; and unpacking.
// Agents go on while the extension is updated, so that nothing ever runs from its own folder.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';

const run = promisify(execFile);

/** Thrown when there is no acpctl: views offer the installation then. */
export class not_installed extends Error {}

export class programs {
  readonly #context: vscode.ExtensionContext;
  constructor(context: vscode.ExtensionContext) { this.#context = context; }

  /** The version that lies in the .vsix; undefined: it has none for this machine. */
  get bundled(): string | undefined {
    const file = path.join(this.#bundle, 'version');
    const fits = process.platform === 'linux' && process.arch === 'x64';
    return fits && fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : undefined;
  }
  get #bundle(): string { return this.#context.asAbsolutePath('build/bin/linux-x64'); }
  get #unpacked(): string | undefined {
    const version = this.bundled;
    return version === undefined ? undefined
      : path.join(this.#context.globalStorageUri.fsPath, `acpd-${version}`);
  }

  acpctl(): string {
    const set = vscode.workspace.getConfiguration('acpd').get<string>('path', '').trim();
    if (set !== '') return this.#named(set);
    const own = this.#unpacked;
    const places = [...(process.env['PATH'] ?? '').split(path.delimiter), ...(own ? [own] : [])];
    const found = places.map((place) => path.join(place, 'acpctl')).find(is_program);
    if (found === undefined) throw new not_installed('acpd is not installed here.');
    return found;
  }
  #named(set: string): string {
    const home = process.env['HOME'] ?? '';
    const full = set.startsWith('~/') ? path.join(home, set.slice(2)) : set;
    const file = fs.statSync(full, { throwIfNoEntry: false })?.isDirectory()
      ? path.join(full, 'acpctl') : full;
    if (!is_program(file))
      throw new Error(`The setting "acpd.path" names ${file}, which is no program to be run.`);
    return file;
  }

  /** Says which version is there now. */
  async install(): Promise<string> {
    const version = this.bundled, into = this.#unpacked;
    if (version === undefined || into === undefined)
      throw new Error(`This package has no acpd for ${process.platform}-${process.arch}: build it `
        + 'from its source and set "acpd.path".');
    const fresh = `${into}.${process.pid}`;
    await fs.promises.rm(fresh, { recursive: true, force: true });
    await fs.promises.cp(this.#bundle, fresh, { recursive: true });
    for (const name of await fs.promises.readdir(fresh))
      await fs.promises.chmod(path.join(fresh, name), 0o755);  // a .vsix does not keep modes
    await fs.promises.rm(into, { recursive: true, force: true });
    await fs.promises.rename(fresh, into);
    const { stdout } = await run(path.join(into, 'acpctl'), ['--version']);
    return stdout.trim();
  }
}

function is_program(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;  // not there, or not to be run
  }
}
