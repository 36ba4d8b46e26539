// A benchmark's table: rows of {what, values, target}, with the ratio to one of its columns.
const shown = (v) =>
  v === undefined
    ? ''
    : v >= 1000
      ? Math.round(v).toLocaleString('en-US')
      : v >= 10
        ? v.toFixed(1)
        : v.toFixed(2);

const of_sessions = { pipe: 'bare pipe', cats: 'three cats', acpx: 'acpx', acpd: 'acpd' };

export class table {
  rows = [];

  /** columns: {key: heading}, `acpd` among them; against: the key of the one to compare with. */
  constructor(columns = of_sessions, against = 'pipe') {
    this.columns = columns;
    this.against = against;
  }

  /** values: {acpd, …} by the columns' keys; at_most or at_least: the target for `of` (default: the
   * acpd value). */
  add(what, values, { at_most, at_least, of = values.acpd, ratio = false } = {}) {
    const met =
      of === undefined || Number.isNaN(of)
        ? false
        : at_most !== undefined
          ? of <= at_most
          : at_least === undefined || of >= at_least;
    const target =
      at_most !== undefined
        ? `≤ ${shown(at_most)}`
        : at_least !== undefined
          ? `≥ ${shown(at_least)}`
          : '';
    this.rows.push({ what, values, target, of, met, ratio });
    return met;
  }

  missed() { return this.rows.filter((r) => r.target && !r.met); }

  toString() {
    const keys = Object.keys(this.columns);
    const heads = Object.values(this.columns);
    const compared = `acpd / ${this.columns[this.against].replace('bare ', '')}`;
    const lines = [
      `| measured | ${heads.join(' | ')} | ${compared} | target | |`,
      `|${'---|'.repeat(heads.length + 4)}`,
    ];
    for (const { what, values, target, of, met, ratio } of this.rows) {
      const base = values[this.against];
      const against = ratio && base ? (values.acpd / base).toFixed(2) : '';
      const verdict = !target ? '' : met ? 'met' : 'MISSED';
      const judged = of !== values.acpd ? ` (${shown(of)})` : '';
      const cells = keys.map((key) => shown(values[key])).join(' | ');
      lines.push(`| ${what} | ${cells} | ${against} | ${target}${judged} | ${verdict} |`);
    }
    return lines.join('\n');
  }
}
