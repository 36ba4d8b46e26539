// What the tests need of VS Code, which is no module outside of it. Commands are really run.
const registered = new Map<string, (...args: unknown[]) => unknown>();
export const commands = {
  registerCommand(name: string, act: (...args: unknown[]) => unknown) {
    registered.set(name, act);
    return { dispose: () => { registered.delete(name); } };
  },
  executeCommand(name: string, ...args: unknown[]) {
    return Promise.resolve(registered.get(name)?.(...args));
  },
};
export class EventEmitter<T> {
  fired: T[] = [];
  event = () => ({ dispose: () => {} });
  fire(value: T): void { this.fired.push(value); }
  dispose = () => {};
}
export class TreeItem {
  command?: { command: string; arguments?: unknown[] };
  constructor(readonly label: string) {}
}
export class ThemeIcon { static Folder = new ThemeIcon(); }
export class ThemeColor {}
export const TreeItemCollapsibleState = { Collapsed: 1, Expanded: 2 };
export const ViewColumn = { Active: -1 };
/** What a test says of the editor around it. */
export const surroundings = { focused: false, notices: 'all', uiKind: 1,
  remoteName: undefined as string | undefined, seen: [] as string[],
  tell: (() => {}) as (text: string) => void };
export const UIKind = { Desktop: 1, Web: 2 };
export const env = { get uiKind() { return surroundings.uiKind; },
  get remoteName() { return surroundings.remoteName; } };
export const workspace = { workspaceFolders: [],
  getConfiguration: () => ({ get: () => surroundings.notices }) };
/** A list or a line: what a person does with it is what the test calls. */
export class Box {
  items: readonly unknown[] = [];
  selectedItems: readonly unknown[] = [];
  value = '';
  shown = 0;
  disposed = false;
  accept = () => {};
  close = () => {};
  onDidAccept = (listener: () => void) => { this.accept = listener; };
  onDidHide = (listener: () => void) => { this.close = listener; };
  onDidChangeValue = () => {};
  show(): void { this.shown++; }
  dispose(): void { this.disposed = true; }
}
export const boxes: Box[] = [];
const open_box = () => {
  boxes.push(new Box());
  return boxes.at(-1);
};
export const window = { showErrorMessage: (text: string) => { throw new Error(text); },
  createQuickPick: open_box, createInputBox: open_box,
  get state() { return { focused: surroundings.focused }; },
  showInformationMessage: (text: string) => Promise.resolve(surroundings.tell(text)),
  showWarningMessage: (text: string) => Promise.resolve(surroundings.tell(text)) };
export const Uri = { joinPath: (base: { fsPath: string }, ...more: string[]) => (
  { fsPath: [base.fsPath, ...more].join('/') }) };
