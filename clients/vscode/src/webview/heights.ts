// How high each row of a list is: measured where it was drawn, guessed where it was not. Pure.
export class heights {
  #known: (number | undefined)[] = [];
  #tops: number[] = [0];   // tops[i]: where row i begins; valid up to #valid
  #valid = 0;
  #sum = 0;
  #measured = 0;
  readonly #first_guess: number;

  constructor(first_guess = 48) { this.#first_guess = first_guess; }

  get length(): number { return this.#known.length; }
  set length(length: number) {
    while (this.#known.length < length) this.#known.push(undefined);
    this.#known.length = length;
    this.#valid = Math.min(this.#valid, length);
  }
  get guess(): number {
    return this.#measured > 0 ? this.#sum / this.#measured : this.#first_guess;
  }

  set(place: number, height: number): void {
    const was = this.#known[place];
    if (was === height || place >= this.#known.length) return;
    if (was === undefined) this.#measured++;
    this.#sum += height - (was ?? 0);
    this.#known[place] = height;
    // The guess moves with each measurement, so rows that were guessed above this one move too;
    // the caller keeps the row in place that a person looks at.
    this.#valid = 0;
  }
  /** Where it was drawn. Unlike top() it looks at no other row. */
  measured(place: number): number | undefined { return this.#known[place]; }
  top(place: number): number {
    this.#extend(place);
    return this.#tops[place] ?? 0;
  }
  get total(): number { return this.top(this.#known.length); }

  /** The row that covers this offset. */
  at(offset: number): number {
    this.#extend(this.#known.length);
    let low = 0, high = Math.max(0, this.#known.length - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#tops[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
  #extend(place: number): void {
    const guess = this.guess;
    for (; this.#valid < place; this.#valid++)
      this.#tops[this.#valid + 1] =
        (this.#tops[this.#valid] ?? 0) + (this.#known[this.#valid] ?? guess);
  }
}
