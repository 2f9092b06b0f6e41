// Package ext stands in for the extension points that Traefik leaves open: none are used here.
package ext

type HTTP struct{}

type Router struct{}
