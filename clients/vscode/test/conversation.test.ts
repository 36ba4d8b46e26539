import { describe, expect, it, vi } from 'vitest';
import { conversation, end_words } from '../src/model/conversation';
import { plain } from '../src/model/terminals';
import type { row } from '../src/model/rows';
import { chunk, state, talk, texts } from './updates';

const tool = (more: object, toolCallId = 'c') => (
  { sessionUpdate: 'tool_call_update', toolCallId, ...more });
const next_turn = chunk('go on', 'u-2', 'user_message_chunk');
const kinds = (rows: row[]) => rows.map((r) => r.kind);

describe('messages', () => {
  it('chunks of one message are one row, and of two are two', () => {
    expect(texts(talk([chunk('a'), chunk('b'), chunk('c', 'm-2')]))).toEqual(['ab', 'c']);
  });
  it('what came between two chunks of a message stays between them', () => {
    const rows = talk([chunk('a'), tool({ title: 't' }), chunk('b')]);
    expect(kinds(rows)).toEqual(['text', 'tool', 'text']);
  });
  it('ids count within their kind: a thought is not the message with its id', () => {
    const rows = talk([chunk('a'), chunk('b', 'm-1', 'agent_thought_chunk')]);
    expect(rows.map((r) => r.kind === 'text' && r.role)).toEqual(['agent', 'thought']);
  });
  it('a whole message replaces what was shown of it, in its place', () => {
    const whole = { sessionUpdate: 'agent_message', messageId: 'm-1',
      content: [{ type: 'text', text: 'new' }] };
    expect(texts(talk([chunk('old'), chunk('next', 'm-2'), whole]))).toEqual(['new', 'next']);
  });
  it('an emptied message takes its rows back; one that says nothing of it keeps them', () => {
    const of = { sessionUpdate: 'agent_message', messageId: 'm-1' };
    expect(kinds(talk([chunk('old'), { ...of, content: [] }]))).toEqual(['gone']);
    expect(texts(talk([chunk('old'), of]))).toEqual(['old']);
  });
  it('a long message is cut into parts, and its texts joined are what was sent', () => {
    const sent = Array.from({ length: 3000 }, (_, i) => `#${i} some words`);
    const rows = texts(talk(sent.map((text) => chunk(`${text}\n`))));
    expect(rows.length).toBeGreaterThan(5);
    expect(Math.max(...rows.map((text) => text.length))).toBeLessThanOrEqual(6000);
    expect(rows.join('')).toBe(sent.map((text) => `${text}\n`).join(''));
  });
  it('a picture stands between its texts', () => {
    const image = { sessionUpdate: 'agent_message_chunk', messageId: 'm-1',
      content: { type: 'image', mimeType: 'image/png', data: 'AAAA' } };
    expect(kinds(talk([chunk('a'), image, chunk('b')]))).toEqual(['text', 'block', 'text']);
  });
});

describe('tool calls', () => {
  const call = (rows: row[]) => rows.find((r) => r.kind === 'tool');
  it('absent is unchanged, null is cleared, a value replaces', () => {
    const content = [{ type: 'content', content: { type: 'text', text: 'x' } }];
    const made = talk([tool({ title: 'T', kind: 'edit', status: 'in_progress', content }),
      tool({ kind: null, content: null })]);
    expect(call(made)).toMatchObject(
      { title: 'T', tool: 'other', status: 'in_progress', content: [] });
  });
  it('a piece of content is added', () => {
    const piece = { sessionUpdate: 'tool_call_content_chunk', toolCallId: 'c',
      content: { type: 'content', content: { type: 'text', text: 'x' } } };
    expect(call(talk([tool({ title: 'T' }), piece, piece]))?.content).toHaveLength(2);
  });
  it('an id that is used again in a later turn is a new call', () => {
    const rows = talk([tool({ title: 'one', status: 'completed' }), next_turn,
      tool({ title: 'two' })]);
    expect(rows.map((r) => r.kind === 'tool' && r.title)).toEqual(['one', false, 'two']);
  });
  it('a call that still runs is the same call in the next turn', () => {
    const rows = talk([tool({ title: 'one', status: 'in_progress' }), next_turn,
      tool({ status: 'completed' })]);
    expect(rows).toHaveLength(2);
    expect(call(rows)).toMatchObject({ title: 'one', status: 'completed' });
  });
  it('a terminal is shown where its call names it, without escape sequences', () => {

    const made = new conversation();
    made.apply(tool({ content: [{ type: 'terminal', terminalId: 't' }] }), {});
    made.rows.take_changed();
    made.apply({ sessionUpdate: 'terminal_update', terminalId: 't', command: 'make' }, {});
    const bytes = Buffer.from('\u001b[31mré\u001b[0md\n');
    for (const piece of [bytes.subarray(0, 7), bytes.subarray(7)])  // in the middle of the é
      made.apply({ sessionUpdate: 'terminal_output_chunk', terminalId: 't',
        data: piece.toString('base64') }, {});
    expect(made.rows.take_changed()).toEqual([0]);
    const shown = made.shown(made.rows.at(0) as row);
    expect(shown.kind === 'tool' && plain(shown.terminals?.['t']?.output ?? '')).toBe('réd\n');
  });
  it('output changes the calls that show its terminal, and looks at no other', () => {
    const made = new conversation();
    const shows = (terminalId: string) => ({ content: [{ type: 'terminal', terminalId }] });
    for (let i = 0; i < 100; i++) made.apply(tool(shows(`t${i}`), `c${i}`), {});
    made.apply(tool(shows('t7'), 'twice'), {});
    made.apply(tool({ content: [] }, 'c8'), {});
    made.rows.take_changed();
    const output = (terminalId: string) => made.apply({ sessionUpdate: 'terminal_output_chunk',
      terminalId, data: 'YQ==' }, {});
    const walked = vi.spyOn(made.rows, Symbol.iterator);
    output('t7');
    output('t8');
    output('unknown');
    expect(made.rows.take_changed()).toEqual([7, 100]);
    expect(walked).not.toHaveBeenCalled();
  });
});

describe('the rest', () => {
  it('a turn that ends is said once, however often its end is told', () => {
    const made = new conversation();
    made.apply(state('running'), { seq: 1 });
    for (const seq of [2, 3]) made.apply(state('idle', { stopReason: 'end_turn' }), { seq });
    expect([...made.rows]).toMatchObject([{ kind: 'end', words: 'finished' }]);
  });
  it('a state that is so now, after a replay, ends nothing', () => {
    const made = new conversation();
    made.apply(state('running'), { seq: 1 });
    made.apply(state('idle', { stopReason: 'end_turn' }), {});
    expect([...made.rows]).toEqual([]);
    expect(made.facts.state).toBe('idle');
  });
  it('how a turn ended is said in words', () => {
    expect(end_words('cancelled')).toEqual({ words: 'cancelled', failed: false });
    expect(end_words('error', { message: 'no model' }).words).toBe('failed: no model');
    expect(end_words('error', { data: { acpd: { outcome: 'outcome_unknown' } } }).words)
      .toBe('outcome unknown');
    expect(end_words('_new').words).toBe('ended: _new');
  });
  it('a plan is one row a turn', () => {
    const plan = (status: string) => ({ sessionUpdate: 'plan_update', plan: { type: 'items',
      planId: 'main', entries: [{ content: 'x', status, priority: 'high' }] } });
    const rows = talk([plan('pending'), plan('completed'), next_turn, plan('pending')]);
    expect(rows.map((r) => r.kind === 'plan' && r.entries[0]?.status))
      .toEqual(['completed', false, 'pending']);
  });
  it('what has no view here is shown as it came', () => {
    expect(talk([{ sessionUpdate: '_x', n: 1 }])).toMatchObject([{ kind: 'other', name: '_x' }]);
  });
  it('nothing that an agent sends throws', () => {
    const odd = [null, 1, 'x', [], {}, { type: 3 }, { content: 7 }];
    for (const name of ['agent_message_chunk', 'agent_message', 'tool_call_update', 'plan_update',
      'tool_call_content_chunk', 'terminal_update', 'terminal_output_chunk', 'state_update',
      'config_option_update', 'available_commands_update', 'usage_update', 'session_info_update'])
      for (const value of odd)
        talk([{ sessionUpdate: name, toolCallId: 'c', terminalId: 't', content: value, plan: value,
          data: value, configOptions: value, availableCommands: value, output: value }]);
  });
});
