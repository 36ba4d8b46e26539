// The benchmark's table: rows of {what, unit, values, target}, with the ratio to the bare pipe.
const shown = (v) =>
  v === undefined
    ? ''
    : v >= 1000
      ? Math.round(v).toLocaleString('en-US')
      : v >= 10
        ? v.toFixed(1)
        : v.toFixed(2);

export class table {
  rows = [];

  /** values: {pipe, cats, acpx, acpd}; at_most or at_least: the target for `of` (default: the
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
    const lines = [
      '| measured | bare pipe | three cats | acpx | acpd | acpd / pipe | target | |',
      '|---|---|---|---|---|---|---|---|',
    ];
    for (const { what, values, target, of, met, ratio } of this.rows) {
      const against = ratio && values.pipe ? (values.acpd / values.pipe).toFixed(2) : '';
      const verdict = !target ? '' : met ? 'met' : 'MISSED';
      const judged = of !== values.acpd ? ` (${shown(of)})` : '';
      lines.push(
        `| ${what} | ${shown(values.pipe)} | ${shown(values.cats)} | ${shown(values.acpx)} | ${shown(values.acpd)} | ${against} | ${target}${judged} | ${verdict} |`,
      );
    }
    return lines.join('\n');
  }
}
