// The rooms and their arrows (README, "Code map"): an include that is not in this table is a decision
// that nobody made.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');

// room → rooms it may include besides itself, and outside headers it must not
const rooms = {
  protocol: { may: [], never: /asio|sqlite|spdlog|<chrono>|<thread>|<mutex>/ },
  'server/core': { may: ['protocol'], never: /asio|sqlite|spdlog|<chrono>|<thread>|<random>|boost\/json/ },
  'server/store': { may: ['protocol'], never: /asio|spdlog/ },
  'server/wire': { may: ['protocol'], never: /asio|sqlite|spdlog/ },
  'server/agent': { may: ['protocol', 'server/wire'], never: /asio|sqlite|spdlog/ },
  'server/runner': { may: ['protocol'], never: /asio|spdlog/ },
  'server/net': { may: ['protocol', 'server/core', 'server/store', 'server/agent', 'server/wire'], never: /sqlite/ },
  'clients/cli': { may: ['protocol', 'server/wire'], never: /asio|sqlite|spdlog/ },
};

function sources(folder) {
  return fs.readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile() && /\.(h|cpp)$/.test(f.name)).map((f) => path.join(f.parentPath, f.name));
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
      return to !== room && !may.includes(to);
    }).map((m) => m[0].trim());
}

describe('rooms include only what their arrows allow', () => {
  for (const room of Object.keys(rooms)) {
    it(room, () => {
      const files = sources(room);
      assert.ok(files.length > 0);
      const wrong = files.flatMap((f) => wrong_includes(room, fs.readFileSync(f, 'utf8')).map((i) => `${path.relative(root, f)}: ${i}`));
      assert.deepEqual(wrong, []);
    });
  }
  it('and a forbidden one would be seen', () => {
    assert.deepEqual(wrong_includes('server/core', '#include "server/store/records.h"\n#include <string>\n#include <chrono>\n'),
      ['#include "server/store/records.h"', '#include <chrono>']);
  });
});
