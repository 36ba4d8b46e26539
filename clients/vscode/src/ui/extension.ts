// Where the extension begins: makes its parts and lets them go.
import * as vscode from 'vscode';
import type { from_view } from '../model/messages_between';
import { error_words } from '../model/prompts';
import { is_busy } from '../model/sessions';
import { acpd } from './acpd';
import { session_commands } from './commands';
import { completions_for } from './completions';
import { conversation_views, panel_type } from './conversation_views';
import { inbox_view } from './inbox_view';
import { index_view } from './index_view';
import { notices } from './notices';
import { diff_scheme, diff_texts, open_link, open_path } from './opening';
import { programs } from './programs';
import { ask_for_token } from './remote';
import { session_tree } from './session_tree';
import { status_bar } from './status_bar';

const first_run = 'acpd.walkthroughShown';
let views: conversation_views | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('acpd', { log: true });
  const found = new programs(context);
  const client = new acpd(context, found, log);
  const diffs = new diff_texts();
  const other = (message: from_view) => void open_named(message, diffs).catch((error: unknown) =>
    vscode.window.showErrorMessage(`acpd: ${error_words(error)}`));
  const inbox = new inbox_view(client, context, other);
  const index = new index_view(client, context);
  const shown: conversation_views = new conversation_views(client, context, (view, message) => {
    if (message.type === 'answer') void inbox.answer(message);
    else if (message.type === 'complete') void completions_for(client, message.text, view.cwd)
      .then((items) => shown.completions(view, { type: 'completions', id: message.id, items }));
    else other(message);
  });
  views = shown;
  const tree = new session_tree(client);
  const { window, workspace } = vscode;
  const list = window.createTreeView('acpd.sessions',
    { treeDataProvider: tree, showCollapseAll: true });
  tree.shown_in(list);
  context.subscriptions.push(log, client, shown, tree, new status_bar(client),
    list,
    window.registerWebviewViewProvider('acpd.conversation', shown),
    window.registerWebviewViewProvider('acpd.inbox', inbox),
    window.registerWebviewViewProvider('acpd.index', index),
    window.registerWebviewPanelSerializer(panel_type, shown),
    workspace.registerTextDocumentContentProvider(diff_scheme, diffs),
    workspace.onDidChangeConfiguration((event) => {
      if (['acpd.path', 'acpd.remote', 'acpd.remoteCa'].some((s) => event.affectsConfiguration(s)))
        client.renew();
    }));
  new notices(client, (session) => shown.is_seen(session));
  new session_commands(client, shown).register(context);
  register_others(context, client, found, log);
  put_contexts(client, shown);
  client.start();
}

export async function deactivate(): Promise<void> { await views?.flush(); }

async function open_named(message: from_view, diffs: diff_texts): Promise<void> {
  switch (message.type) {
    case 'open_link': return open_link(message.href);
    case 'open_path': return open_path(message.path, message.line);
    case 'open_diff': return diffs.open(message.patch, message.path, message.applied);
    case 'open_session':
      return vscode.commands.executeCommand('acpd.openSession', message.session);
    default: return;
  }
}

/** What the menus' and welcome texts' "when" looks at; and the walkthrough, once. */
function put_contexts(client: acpd, shown: conversation_views): void {
  const told = new Map<string, unknown>();
  const put = (name: string, value: unknown) => {
    if (told.get(name) === value) return;
    told.set(name, value);
    void vscode.commands.executeCommand('setContext', `acpd.${name}`, value);
  };
  const all = () => {
    put('missing', client.missing);
    put('link', client.link.state);
    put('needsYou', client.overview.asked.size);
    put('hasSession', shown.active !== undefined);
    put('sideHasSession', shown.in_side !== undefined);
    put('sideBusy', is_busy(client.overview.sessions.get(shown.in_side ?? '')));
  };
  client.changed.on(all);
  shown.active_changed.on(all);
  all();
}

function register_others(context: vscode.ExtensionContext, client: acpd, found: programs,
  log: vscode.LogOutputChannel): void {
  const register = (name: string, act: () => unknown) => context.subscriptions.push(
    vscode.commands.registerCommand(`acpd.${name}`, act));
  const run = vscode.commands.executeCommand;
  const walkthrough = () =>
    run('workbench.action.openWalkthrough', `${context.extension.id}#start`);
  register('install', async () => {
    try {
      const version = await vscode.window.withProgress({ title: 'Installing acpd …',
        location: vscode.ProgressLocation.Notification }, () => found.install());
      client.renew();
      void vscode.window.showInformationMessage(`Installed: ${version}`);
    } catch (error) {
      void vscode.window.showErrorMessage(`acpd: ${error_words(error)}`);
    }
  });
  register('reconnect', () => client.retry());
  register('setToken', async () => {
    if (await ask_for_token(context.secrets)) client.renew();
  });
  register('showLog', () => log.show());
  register('walkthrough', walkthrough);
  register('showInbox', () => run('acpd.inbox.focus'));
  register('showSessions', () => run('acpd.sessions.focus'));
  register('showConversation', () => run('acpd.conversation.focus'));
  register('search', () => run('acpd.index.focus'));
  client.changed.on(() => {
    if (!client.missing || context.globalState.get(first_run) === true) return;
    void context.globalState.update(first_run, true);
    void walkthrough();
  });
}
