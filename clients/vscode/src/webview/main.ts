// Where a webview begins: which page it is stands on its body.
import type { to_view } from '../model/messages_between';
import { conversation_page } from './conversation';
import { inbox_page } from './inbox';
import { index_page } from './index';
import { leave_chords_alone, send } from './page';

const pages = { conversation: conversation_page, inbox: inbox_page, index: index_page };

const kind = document.body.dataset['page'] as keyof typeof pages;
const page = new pages[kind](document.body);
leave_chords_alone(window);
window.addEventListener('message', (event: MessageEvent<to_view>) => page.take(event.data));
send({ type: 'ready' });
