// The rooms and their arrows (README, "Code map"): an include that is not in this table is a
// decision that nobody made.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');

// room → rooms it may include besides itself, and outside headers it must not
// A room in a room stands before it; what `may` names is a room, or one header of another.
const rooms = {
  protocol: { may: [], never: /asio|sqlite|spdlog|<chrono>|<thread>|<mutex>/ },
  'server/core': {
    may: ['protocol'],
    never: /asio|sqlite|spdlog|<chrono>|<thread>|<random>|boost\/json/,
  },
  'server/store': { may: ['protocol'], never: /asio|spdlog/ },
  'server/wire': { may: ['protocol'], never: /asio|sqlite|spdlog/ },
  'server/agent': { may: ['protocol', 'server/wire'], never: /asio|sqlite|spdlog/ },
  'server/runner': { may: ['protocol'], never: /asio|spdlog/ },
  'server/mcp': { may: ['protocol', 'server/wire'], never: /asio|sqlite|spdlog/ },
  'server/net/asio': { may: [], never: /sqlite|spdlog/ },
  'server/net/remote': {
    may: ['protocol', 'server/wire', 'server/net/asio', 'server/net/asio.h', 'server/net/spawn.h'],
    never: /sqlite/,
  },
  'server/net': {
    may: ['protocol', 'server/core', 'server/store', 'server/agent', 'server/wire',
      'server/net/asio', 'server/net/remote'],
    never: /sqlite/,
  },
  'indexer/grammars': { may: [], never: /asio|sqlite|spdlog/ },
  'indexer/parse': { may: ['indexer/grammars', 'indexer/facts.h'], never: /asio|sqlite|spdlog/ },
  'indexer/files': { may: [], never: /asio|sqlite|spdlog|tree_sitter/ },
  'indexer/store': { may: ['indexer/facts.h'], never: /asio|spdlog|tree_sitter/ },
  'indexer/search': {
    may: ['indexer/facts.h', 'indexer/store'], never: /asio|sqlite|spdlog|tree_sitter/,
  },
  'indexer/worker': {
    may: ['indexer/facts.h', 'indexer/files', 'indexer/grammars', 'indexer/parse', 'indexer/store',
      'indexer/search'],
    never: /asio|spdlog/,
  },
  'indexer/script': {
    may: ['indexer/facts.h', 'indexer/files', 'indexer/parse', 'indexer/store', 'indexer/search'],
    never: /asio|sqlite|spdlog/,
  },
  indexer: { may: ['indexer/worker', 'indexer/script'], never: /asio|sqlite|spdlog/ },
  'clients/wss': { may: [], never: /sqlite|spdlog/ },
  'clients/cli': { may: ['protocol', 'server/wire'], never: /asio|sqlite|spdlog/ },
};

function sources(folder) {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile() && /\.(h|cpp)$/.test(f.name))
    .map((f) => path.join(f.parentPath, f.name))
    .filter((f) => room_of(path.relative(root, f)) === folder);
}

const room_of = (include) => Object.keys(rooms).find((room) => include.startsWith(`${room}/`));

/** The includes of one text that its room must not have. */
function wrong_includes(room, text) {
  const { may, never } = rooms[room];
  return [...text.matchAll(/^\s*#\s*include\s+([<"])([^>"]+)[>"]/gm)]
    .filter(([whole, quote, name]) => {
      if (never.test(whole)) return true;
      if (quote !== '"') return false;
      const to = room_of(name);
      return to !== room && !may.includes(to) && !may.includes(name);
    }).map((m) => m[0].trim());
}

describe('rooms include only what their arrows allow', () => {
  for (const room of Object.keys(rooms)) {
    it(room, () => {
      const files = sources(room);
      assert.ok(files.length > 0);
      const wrong = files.flatMap((f) =>
        wrong_includes(room, fs.readFileSync(f, 'utf8')).map(
          (i) => `${path.relative(root, f)}: ${i}`,
        ),
      );
      assert.deepEqual(wrong, []);
    });
  }
  it('and a forbidden one would be seen', () => {
    assert.deepEqual(
      wrong_includes(
        'server/core',
        '#include "server/store/records.h"\n#include <string>\n#include <chrono>\n',
      ),
      ['#include "server/store/records.h"', '#include <chrono>'],
    );
  });
});
