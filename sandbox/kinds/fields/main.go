// Prints kubernetes.json: the fields of everything that the embedded cluster serves, as Kubernetes' own Go types have them.
// Run in test/cluster/modules/control-plane: go run ../../../../sandbox/kinds/fields/main.go > ../../../../sandbox/kinds/fields/kubernetes.json
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"

	admissionregistration "k8s.io/api/admissionregistration/v1"
	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	events "k8s.io/api/events/v1"
	networking "k8s.io/api/networking/v1"
	rbac "k8s.io/api/rbac/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

var served = []any{
	core.Namespace{}, core.Node{}, core.Pod{}, core.Service{}, core.ConfigMap{}, core.Secret{}, core.ServiceAccount{},
	core.PodTemplate{}, core.Event{}, events.Event{},
	apps.Deployment{}, apps.ReplicaSet{}, apps.StatefulSet{}, apps.ControllerRevision{},
	discovery.EndpointSlice{}, networking.Ingress{}, networking.IngressClass{}, autoscaling.HorizontalPodAutoscaler{},
	coordination.Lease{},
	rbac.Role{}, rbac.ClusterRole{}, rbac.RoleBinding{}, rbac.ClusterRoleBinding{},
	admissionregistration.MutatingAdmissionPolicy{}, admissionregistration.MutatingAdmissionPolicyBinding{},
	admissionregistration.ValidatingAdmissionPolicy{}, admissionregistration.ValidatingAdmissionPolicyBinding{},
	apiextensions.CustomResourceDefinition{},
}

// Types that encode themselves.
var special = map[string]string{
	"resource.Quantity": "quantity", "intstr.IntOrString": "intOrString", "meta.Time": "time", "meta.MicroTime": "microTime",
	"meta.FieldsV1": "any", "runtime.RawExtension": "any", "apiextensions.JSON": "any", "apiextensions.JSONSchemaPropsOrArray": "any",
	"apiextensions.JSONSchemaPropsOrBool": "any", "apiextensions.JSONSchemaPropsOrStringArray": "any",
}

var models = map[string]string{}

func main() {
	for _, object := range served {
		describe(reflect.TypeOf(object))
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	if err := out.Encode(models); err != nil {
		panic(err)
	}
}

// `apps.Deployment`, `meta.ObjectMeta`: the group and the type; every group is served in one version.
func nameOf(t reflect.Type) string {
	parts := strings.Split(t.PkgPath(), "/")
	group := parts[len(parts)-1]
	if group[0] == 'v' {
		group = parts[len(parts)-2]
	}
	return group + "." + t.Name()
}

func describe(t reflect.Type) {
	if _, known := models[nameOf(t)]; known {
		return
	}
	models[nameOf(t)] = ""
	models[nameOf(t)] = strings.Join(fieldsOf(t), " ")
}

// `replicas:*int32?`: the name, `*` for a pointer, the type, `?` if Go leaves the field out when it is zero.
func fieldsOf(t reflect.Type) []string {
	fields := []string{}
	for field := range t.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		if name == "" && field.Anonymous {
			fields = append(fields, fieldsOf(field.Type)...)
			continue
		}
		fields = append(fields, name+":"+typeOf(field.Type)+mark(options, field.Type))
	}
	return fields
}

// Go's omitempty never leaves out a struct, only omitzero does.
func mark(options string, t reflect.Type) string {
	if strings.Contains(options, "omitzero") || strings.Contains(options, "omitempty") && t.Kind() != reflect.Struct {
		return "?"
	}
	return ""
}

func typeOf(t reflect.Type) string {
	if known, ok := special[nameOfNamed(t)]; ok {
		return known
	}
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + typeOf(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "bytes"
		}
		return "[]" + typeOf(t.Elem())
	case reflect.Map:
		return "{}" + typeOf(t.Elem())
	case reflect.Struct:
		describe(t)
		return nameOf(t)
	case reflect.String, reflect.Bool, reflect.Int32, reflect.Int64, reflect.Float64:
		return t.Kind().String()
	}
	panic(fmt.Sprintf("no word for %v", t))
}

func nameOfNamed(t reflect.Type) string {
	if t.PkgPath() == "" {
		return ""
	}
	return nameOf(t)
}
