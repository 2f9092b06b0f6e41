export { createVirtualClock, type VirtualClock } from '../../sandbox/virtual-clock.ts'
