import type { Store } from './store';
import { open } from './store';

/** A piece of work. */
export interface Job<T> extends Base {
  id: number;
  run(times: number): Promise<T>;
}

export type State = 'new' | 'done';

export enum Level {
  Low,
  High,
}

namespace jobs.inner {
  /** Makes one. */
  export function make(id: number): Job<string>;
  export function make(id: number, name?: string): Job<string> {
    return new Impl(id, name);
  }
}

export abstract class Impl implements Job<string> {
  private readonly store: Store = open();
  /** Called at the end. */
  protected onEnd = async (): Promise<void> => {
    await this.store.close();
  };

  abstract name(): string;

  get level(): Level {
    return Level.Low;
  }
}

declare module 'virtual' {
  export const version: string;
}

declare function later(cb: () => void): void;
