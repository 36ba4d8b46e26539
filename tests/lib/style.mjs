// How long files, lines and functions are. Text is looked at without a compiler: strings and
// comments are blanked out, then braces are matched.

export const limits = { lines: 400, columns: 100, function_lines: 60 };

const quoted = (mark) => new RegExp(`${mark}(?:\\\\.|[^${mark}\\\\\\n])*${mark}`);
const line_comment = /\/\/[^\n]*/;
const comment = /\/\*[\s\S]*?\*\//;
const any_of = (...parts) => new RegExp(parts.map((p) => p.source).join('|'), 'gm');

// One alternative a kind of text whose braces do not count; raw strings and templates first.
const hidden = {
  cpp: any_of(
    /R"(\w*)\([\s\S]*?\)\1"/, quoted('"'), quoted("'"), line_comment, comment, /^ *#[^\n]*/,
  ),
  mjs: any_of(
    /`(?:\\.|[^`\\])*`/, quoted('"'), quoted("'"), line_comment, comment,
    /(?<=[(,=:[!&|?{;]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//,
  ),
};
const blank = (text) => text.replace(/[^\n]/g, ' ');

// What stands before the brace of something that is no function, and of a suite of tests.
const no_function = new RegExp(
  '^(?:export\\s+)?(?:namespace|class|struct|enum|union|extern|if|else|for|while|switch|do|try|' +
    'catch)\\b',
);
const a_test = /(?<!\.)\b(?:describe|test|it)\s*\(/;
// What would only be harder to read in pieces: a long text, and a row of a table.
const whole = /(["'`])(?:\\.|(?!\1).){40,}(?:\1|$)|R"\w*\(.{40,}|^\s*[[{'].*[\]}],$/;

function heads_a_function(head, language) {
  if (no_function.test(head)) return false;
  if (language === 'mjs') return /=>$/.test(head) || /\)$/.test(head);
  return /\)/.test(head) && !/[=,(]$/.test(head);
}

/** Functions of one C++ or JavaScript text: {line, lines}, nested ones included. */
export function functions_of(text, language) {
  const code = text.replace(hidden[language], blank);
  const open = [], found = [];
  let line = 1, begin = 0;
  for (let i = 0; i < code.length; i++) {
    const c = code[i];
    if (c === '\n') line++;
    if (c === '{') open.push({ line, at: i, is: heads_a_function(code.slice(begin, i).trim(), language) });
    if (c === '}') {
      const block = open.pop();
      // What only holds tests together is a suite, not a function.
      const suite = block && a_test.test(code.slice(block.at, i));
      if (block?.is && !suite) found.push({ line: block.line, lines: line - block.line + 1 });
    }
    if (c === '{' || c === '}' || c === ';') begin = i + 1;
  }
  return found;
}

/** Functions of a shell script, which begin with `name() {` and end with a brace of their own. */
export function shell_functions_of(text) {
  const lines = text.split('\n'), found = [];
  lines.forEach((one, at) => {
    if (!/^[\w-]+\(\) \{$/.test(one)) return;
    found.push({ line: at + 1, lines: lines.indexOf('}', at) - at + 1 });
  });
  return found;
}

/** Sentences about what is too long in one file. */
export function too_long(name, text) {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const said = [];
  if (lines.length > limits.lines) said.push(`${name}: ${lines.length} lines`);
  lines.forEach((one, at) => {
    const columns = [...one].length;
    if (columns > limits.columns && !whole.test(one))
      said.push(`${name}:${at + 1}: ${columns} columns`);
  });
  const functions = /\.(h|cpp)$/.test(name) ? functions_of(text, 'cpp')
    : name.endsWith('.mjs') ? functions_of(text, 'mjs') : shell_functions_of(text);
  for (const { line, lines: count } of functions)
    if (count > limits.function_lines) said.push(`${name}:${line}: a function of ${count} lines`);
  return said;
}
