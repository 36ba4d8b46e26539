// @ts-check
import fs, { readFile as read } from 'node:fs';
import * as path from 'node:path';
const http = require('http');

/** How many. */
export const LIMIT = 10;
export const handlers = {
  start: () => run(1),
  'stop-now': function () { return run(0); },
};

/**
 * A piece of work.
 */
export default class Job extends Base {
  #state = 1;

  constructor(id) {
    super(id);
  }

  /** Does it. */
  @logged
  async run(times) {
    const inner = () => this.#check(times);
    return inner();
  }

  static #check(n) { return new Set([n]); }
}

export const double = (x) => x * 2;

module.exports.close = function () {
  double(3);
};

function* ids() { yield 1; }
export { ids } from './ids.js';
