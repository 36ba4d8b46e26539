// The box for a prompt. Nothing in it waits for the extension: what is typed is there at once and
// told 150 ms later, so that a killed window loses at most that.
import type { facts } from '../model/facts';
import { no_draft, type completion, type draft, type header } from '../model/messages_between';
import { is_empty, picture_types, unfit_picture } from '../model/prompts';
import { commands_for, popup, trigger_in } from './completion';
import { h, text_button } from './dom';
import { options_view } from './options_view';
import { send } from './page';

export class composer {
  readonly element: HTMLElement;
  #box = h('textarea', { rows: 2, class: 'prompt', 'aria-label': 'Prompt',
    'aria-controls': 'completions', 'aria-haspopup': 'listbox', 'aria-autocomplete': 'list',
    placeholder: 'Prompt: Enter sends, Shift+Enter for a new line, / for commands, @ for files' });
  #popup = new popup(this.#box, (item) => this.#take(item));
  #images = h('div', { class: 'images' });
  #note = h('div', { class: 'note', role: 'alert' });
  #options = h('div', { class: 'options' });
  #usage = h('span', { class: 'usage' });
  #send = text_button('Send', () => this.#submit(false), 'primary');
  #now = text_button('Cancel and send now', () => this.#submit(true));
  #stop = text_button('Stop', () => send({ type: 'cancel' }));
  #file = h('input', { type: 'file', accept: picture_types.join(),
    multiple: true, hidden: true });
  #attach = text_button('Picture…', () => this.#file.click());
  #draft: draft = no_draft;
  #facts: facts | undefined;
  #asked = 0;
  #agent = '';
  #telling: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.element = h('form', { class: 'composer', onsubmit: (event) => event.preventDefault() },
      this.#popup.element, this.#images, this.#note, this.#box, h('div', { class: 'bar' },
        this.#options, this.#usage, this.#attach, this.#stop, this.#now, this.#send), this.#file);
    this.#box.addEventListener('input', () => this.#typed());
    this.#box.addEventListener('keydown', (event) => this.#key(event));
    this.#box.addEventListener('blur', () => this.#popup.hide());
    this.#box.addEventListener('paste', (event) => this.#pasted(event));
    this.#file.addEventListener('change', () => {
      this.#add_images([...(this.#file.files ?? [])]);
      this.#file.value = '';  // the same file may be chosen again
    });
  }

  focus(): void { this.#box.focus(); }
  /** Before what is in the box goes: tells at once what was typed and not told yet. True: there was
   * something. */
  tell_now(): boolean {
    if (this.#telling === undefined) return false;
    clearTimeout(this.#telling);
    this.#telling = undefined;
    send({ type: 'draft', draft: this.#draft });
    return true;
  }
  set(d: draft): void {
    this.#draft = d;
    if (this.#box.value !== d.text) this.#box.value = d.text;
    this.#grow();
    this.#show_images();
  }
  put_header(header: header): void {
    const busy = header.state === 'running' || header.state === 'needs you';
    this.#stop.hidden = this.#now.hidden = !busy;
    this.#send.textContent = busy ? 'Queue' : 'Send';
    this.#attach.hidden = !header.images;
    this.#agent = header.agent;
  }
  put_facts(facts: facts): void {
    const changed = JSON.stringify(facts.options) !== JSON.stringify(this.#facts?.options);
    this.#facts = facts;
    if (changed) this.#options.replaceChildren(...options_view(facts.options));
    this.#usage.textContent = facts.usage === undefined ? ''
      : [`${facts.usage.used.toLocaleString('en-US')} of `
        + `${facts.usage.size.toLocaleString('en-US')} tokens`, facts.usage.cost ?? '']
        .filter((part) => part !== '').join(', ');
  }
  completions(id: number, items: completion[]): void {
    if (id === this.#asked && document.activeElement === this.#box) this.#popup.show(items);
  }

  #typed(): void {
    this.#draft = { ...this.#draft, text: this.#box.value };
    this.#note.textContent = '';
    this.#grow();
    this.#tell();
    const trigger = trigger_in(this.#box.value, this.#box.selectionStart);
    const id = ++this.#asked;
    if (trigger?.kind === '/')
      this.#popup.show(commands_for(this.#facts?.commands ?? [], trigger.text), this.#box.value);
    else if (trigger?.kind === '@') send({ type: 'complete', id, text: trigger.text });
    else this.#popup.hide();
  }
  #take(item: completion): void {
    const cursor = this.#box.selectionStart;
    const trigger = trigger_in(this.#box.value, cursor);
    if (!trigger) return;
    this.#box.setRangeText(item.insert, trigger.from, cursor, 'end');
    if (item.mention)
      this.#draft = { ...this.#draft, mentions: [...this.#draft.mentions, item.mention] };
    this.#popup.hide();
    this.#typed();
  }
  #key(event: KeyboardEvent): void {
    if (this.#popup.key(event) || event.key !== 'Enter' || event.shiftKey || event.isComposing)
      return;
    event.preventDefault();
    this.#submit(event.ctrlKey || event.metaKey);
  }
  /** The box is empty at once; the extension keeps the prompt until the daemon has it. */
  #submit(now: boolean): void {
    if (is_empty(this.#draft)) return;
    send({ type: 'prompt', draft: this.#draft, now });
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.set(no_draft);
    this.#popup.hide();
  }
  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = setTimeout(() => this.tell_now(), 150);
  }
  #grow(): void {
    this.#box.style.height = 'auto';
    this.#box.style.height = `${Math.min(this.#box.scrollHeight + 2, 240)}px`;
  }

  #pasted(event: ClipboardEvent): void {
    const { clipboardData } = event;
    const files = [...(clipboardData?.files ?? [])].filter((f) => f.type.startsWith('image/'));
    if (files.length === 0 || clipboardData?.getData('text/plain')) return;  // text comes as text
    event.preventDefault();
    if (this.#attach.hidden) this.#note.textContent = `${this.#agent} takes no pictures.`;
    else this.#add_images(files);
  }
  #add_images(files: File[]): void {
    this.#note.textContent = files.flatMap((file) => unfit_picture(file) ?? []).join(' ');
    for (const file of files.filter((one) => unfit_picture(one) === undefined)) {
      const reader = new FileReader();
      reader.onload = () => {
        const data = (reader.result as string).replace(/^data:[^,]*,/, '');
        this.#draft = { ...this.#draft,
          images: [...this.#draft.images, { name: file.name, mime: file.type, data }] };
        this.#show_images();
        this.#tell();
      };
      reader.readAsDataURL(file);
    }
  }
  #show_images(): void {
    this.#images.replaceChildren(...this.#draft.images.map((image) => text_button(
      `${image.name} ✕`, () => {
        this.#draft = { ...this.#draft, images: this.#draft.images.filter((i) => i !== image) };
        this.#show_images();
        this.#tell();
      })));
  }
}
