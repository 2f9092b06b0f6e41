import { createEngines } from '../../sandbox/sandbox.ts'
import { play } from './play.ts'
import { storyOf } from './story.ts'
async function main() {
  const engines = createEngines()
  const rows: [number, number, string, number][] = []
  for (let i = 1; i <= 200; i++) {
    const c = process.cpuUsage(); const o = await play(storyOf(String(i)), engines); const d = process.cpuUsage(c)
    rows.push([(d.user + d.system) / 1000, i, o.ending, o.writes])
  }
  const cpu = rows.slice(50).map((r) => r[0]).sort((a, b) => a - b)
  console.log('p50', cpu[cpu.length >> 1], 'p90', cpu[Math.floor(cpu.length * .9)], 'max', cpu.at(-1), 'mean', cpu.reduce((a, b) => a + b) / cpu.length)
  console.log(rows.sort((a, b) => b[0] - a[0]).slice(0, 12))
}
void main()
