// Lists to choose from and lines to fill in, at the top of the window. A box is there at once,
// while its items are on their way. When the palette (or the box before) closes, VS Code gives the
// focus back to the webview that had it, and a part of that comes up to a tenth of a second later,
// from another process: a box that was opened meanwhile loses the focus to it and is closed. So one
// that closes in its first moments is opened again.
import * as vscode from 'vscode';

const first_moments_ms = 500;  // a person who reads what has opened needs longer to close it

type items<T> = readonly T[] | Promise<readonly T[]>;

/** undefined: nothing was chosen. Rejects as `items` does. */
export async function choose<T extends vscode.QuickPickItem>(title: string, items: items<T>)
  : Promise<T | undefined> {
  const box = vscode.window.createQuickPick<T>();
  box.title = title;
  box.matchOnDescription = true;
  box.busy = true;
  const chosen = until_closed(box, () => box.selectedItems[0]);
  const filled = Promise.resolve(items).then((all) => {
    box.items = all;
    box.busy = false;
    return chosen;
  });
  try {
    return await Promise.race([chosen, filled]);
  } finally {
    box.dispose();
  }
}

/** `unfit` says what is wrong with a text; undefined: nothing was entered. */
export async function ask_line(title: string, value: string,
  unfit: (text: string) => string | undefined): Promise<string | undefined> {
  const box = vscode.window.createInputBox();
  box.title = title;
  box.value = value;
  const check = () => { box.validationMessage = unfit(box.value); };
  box.onDidChangeValue(check);
  try {
    return await until_closed(box, () => (unfit(box.value) === undefined ? box.value : undefined));
  } finally {
    box.dispose();
  }
}

/** Shows it until `take` has something, or the person has closed it. */
function until_closed<T>(box: vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox,
  take: () => T | undefined): Promise<T | undefined> {
  return new Promise((resolve) => {
    const opened_at = Date.now();
    let closing_counts = false;  // something was taken, or it closed once before
    box.onDidAccept(() => {
      const value = take();
      if (value === undefined) return;
      closing_counts = true;
      resolve(value);
    });
    box.onDidHide(() => {
      if (closing_counts || Date.now() - opened_at > first_moments_ms) return resolve(undefined);
      closing_counts = true;
      box.show();
    });
    box.show();
  });
}
