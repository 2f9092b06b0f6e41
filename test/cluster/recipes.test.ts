import { describe, expect, it } from 'vitest'
import { isAcceptable, parseVersion, programs, recipes } from './recipes.ts'

describe('a program that is installed already', () => {
  it.each([
    ['kube-apiserver', 'Kubernetes v1.36.3', true],
    ['kube-apiserver', 'Kubernetes v1.35.9', false],
    ['kubectl', 'Client Version: v1.32.4\nKustomize Version: v5.5.0', false],
    ['etcd', 'etcd Version: 3.6.8\nGit SHA: Not provided', true],
    ['kwok', 'kwok version v0.8.0 go1.26.8 (linux/amd64)', true],
    ['helm', 'v3.22.0+gabcdef', true],
    ['traefik', 'Version:      3.7.10\nCodename:     cheddar', true],
    ['traefik', 'Version:      2.11.0', false],
    ['prometheus', 'prometheus, version 3.15.0 (branch: HEAD, revision: abc)\n  go version: go1.26.8', true],
    ['prometheus', 'prometheus, version 2.42.0+ds (branch: debian/sid)', false],
  ] as const)('%s that says "%s" is usable: %s', (program, said, usable) => {
    const version = parseVersion(said)
    expect(version !== undefined && isAcceptable(program, version)).toBe(usable)
  })

  it('that says nothing of a version is not usable', () => {
    expect(parseVersion('command not found')).toBeUndefined()
  })

  it('otherwise comes out of exactly one recipe', () => {
    expect(recipes.flatMap((recipe) => recipe.programs).sort()).toEqual([...programs].sort())
  })
})
