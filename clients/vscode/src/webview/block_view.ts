// Content blocks: text as Markdown, pictures that came inside the message, links, resources.
import { object_in, shown_json, text_in, type json } from '../model/json';
import { h } from './dom';
import { picture_source, rendered } from './markdown';

export const path_link = (path: string, line?: number): HTMLElement =>
  h('a', { role: 'link', tabindex: 0, 'data-path': path, 'data-line': line,
    title: path }, line === undefined ? path : `${path}:${line}`);

export function markdown_view(text: string): HTMLElement {
  const made = h('div', { class: 'markdown' });
  made.append(rendered(text, window));
  return made;
}

function resource_view(resource: json): HTMLElement {
  const uri = text_in(resource, 'uri') ?? '', text = text_in(resource, 'text');
  return h('details', { class: 'resource' }, h('summary', {}, `Resource ${uri}`),
    h('pre', {}, text ?? '(not text)'));
}
function link_view(block: json): HTMLElement {
  const uri = text_in(block, 'uri') ?? '';
  const name = text_in(block, 'title') ?? text_in(block, 'name') ?? uri;
  return h('p', {},
    h('a', { role: 'link', tabindex: 0, 'data-href': uri, title: uri }, name));
}

export function block_view(block: json): HTMLElement {
  switch (text_in(block, 'type')) {
    case 'text': return markdown_view(text_in(block, 'text') ?? '');
    case 'image': {
      const source = picture_source(text_in(block, 'mimeType') ?? '', text_in(block, 'data') ?? '');
      return source === undefined ? h('p', {}, '[a picture that cannot be shown]')
        : h('img', { src: source, alt: 'Picture from the conversation' });
    }
    case 'audio': return h('p', {}, `[audio, ${text_in(block, 'mimeType') ?? 'unknown type'}]`);
    case 'resource_link': return link_view(block);
    case 'resource': return resource_view(object_in(block, 'resource') ?? {});
    default: return h('pre', { class: 'raw' }, shown_json(block));
  }
}
