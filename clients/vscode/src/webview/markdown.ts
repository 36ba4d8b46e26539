// Markdown of an agent as HTML that can neither run nor load anything. Three walls: markdown-it
// makes no HTML of what looks like it; DOMPurify lets a short list of elements through; the page's
// Content-Security-Policy (ui/page.ts) allows no source. Links have no href: a click goes to the
// extension, which decides.
import createDOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true });
markdown.validateLink = () => true;  // judged when it is clicked; it is never the page's to open
// A picture from elsewhere would tell who reads what, and when.
markdown.renderer.rules['image'] = (tokens, i) => {
  const token = tokens[i];
  const href = String(token?.attrGet('src') ?? '');
  const { escapeHtml } = markdown.utils;
  return `<a href="${escapeHtml(href)}">[picture: ${escapeHtml(token?.content || href)}]</a>`;
};

const elements = ['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'a',
  'blockquote', 'pre', 'code', 'em', 'strong', 's', 'table', 'thead', 'tbody', 'tr', 'th', 'td'];

type purifier = ReturnType<typeof createDOMPurify>;
const purifiers = new WeakMap<Window, purifier>();

function purifier_of(window: Window & typeof globalThis): purifier {
  const known = purifiers.get(window);
  if (known) return known;
  const made = createDOMPurify(window);
  made.addHook('afterSanitizeAttributes', (node) => {
    if (node.nodeName !== 'A') return;
    const href = node.getAttribute('href') ?? '';
    node.removeAttribute('href');
    node.setAttribute('data-href', href);
    node.setAttribute('title', href);
    node.setAttribute('role', 'link');
    node.setAttribute('tabindex', '0');
  });
  purifiers.set(window, made);
  return made;
}

/** A detached fragment. `window`: the page's, or a test's. */
export function rendered(text: string, window: Window & typeof globalThis): DocumentFragment {
  return purifier_of(window).sanitize(markdown.render(text), {
    ALLOWED_TAGS: elements, ALLOWED_ATTR: ['href', 'start'], ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false, ALLOWED_URI_REGEXP: /[\s\S]*/, RETURN_DOM_FRAGMENT: true,
  });
}

const picture_types = /^image\/(png|jpeg|gif|webp)$/;
/** The address of an image that an agent sent inside its message; undefined: not to be shown. */
export function picture_source(mime: string, data: string): string | undefined {
  if (!picture_types.test(mime) || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) return undefined;
  return `data:${mime};base64,${data}`;
}
