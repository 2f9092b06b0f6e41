import { play } from './play.ts'

const runs = 10000
const med = (xs: number[]) => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)]
const out: string[] = []
for (const [noise, base, perMinute] of [
  ['clumped', 0.002, 3000],
  ['clumped', 0.01, 3000],
] as const) {
  const o = play({ noise, base, perMinute, worseBy: 0 }, 0, runs).sluice
  const t = o.rolledBack.map((r) => r.seconds)
  out.push(
    `${noise[0]}${base}/${perMinute}: ${((100 * t.length) / runs).toFixed(2)}% (<60s ${t.filter((x) => x <= 60).length} <600 ${t.filter((x) => x > 60 && x <= 600).length} <1200 ${t.filter((x) => x > 600 && x <= 1200).length} rest ${t.filter((x) => x > 1200).length}) pass ${((100 * o.passed) / runs).toFixed(0)}`,
  )
}
for (const base of [0.002, 0.01]) {
  const d = play({ noise: 'independent', base, perMinute: 3000, worseBy: 0.05 }, 0, 2001).sluice.rolledBack
  out.push(
    `D${base}: ${med(d.map((r) => r.seconds))}s ${med(d.map((r) => r.bad))} mean ${(d.reduce((a, r) => a + r.bad, 0) / d.length).toFixed(1)} ≤30s ${(d.filter((r) => r.seconds <= 30).length / 20.01).toFixed(0)}%`,
  )
}
console.log(process.env['Pnote'] ?? '', out.join('\n  '))
