// Who wants to know, told in order. Unlike the editor's own it needs no editor, and one listener
// that throws does not keep the others from hearing.
export class emitter<T> {
  #listeners = new Set<(value: T) => void>();
  readonly #failed: (error: unknown) => void;
  constructor(failed: (error: unknown) => void) { this.#failed = failed; }

  on(listener: (value: T) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => { this.#listeners.delete(listener); } };
  }
  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.#failed(error);
      }
    }
  }
}
