import { play } from './play.ts'
const runs = 2000
const med = (xs: number[]) => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)]
if (process.env['RHO']) for (const [base, perMinute] of [[0.002, 300], [0.01, 300], [0.002, 3000], [0.01, 3000], [0.05, 3000]] as const) {
  const o = play({ noise: 'clumped', base, perMinute, worseBy: 0 }, 0, runs).sluice
  console.log('rho', process.env['RHO'], base, perMinute, (100 * o.rolledBack.length / runs).toFixed(2) + '%', o.rolledBack.filter(r => r.seconds <= 60).length)
}
const late = Number(process.env['LATE'] ?? 0) * 10
if (late) for (const base of [0.002, 0.01]) for (const perMinute of [300, 3000]) for (const worseBy of [0.05, 0.5]) {
  const r = play({ noise: 'independent', base, perMinute, worseBy }, 0, runs).sluice.rolledBack
  console.log('late', late, base, perMinute, worseBy, (100 * r.length / runs).toFixed(1) + '%', med(r.map(x => x.seconds - late)) + 's', 'before', r.filter(x => x.seconds <= late).length)
}
