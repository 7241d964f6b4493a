// Command substitute runs Flux' own postBuild substitution over the objects on stdin, as kustomize-controller does for a Kustomization
// with `postBuild`, and tells of each object that it changes or cannot read: strictly, as since Flux 2.9, and as before.
// With -bare, what keeps Flux away from an object is taken out first. Prints how many objects it looked at; exits 1 where one was touched.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/fluxcd/pkg/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
)

const disable = "kustomize.toolkit.fluxcd.io/substitute"

// A Kustomization that substitutes something, which none of our objects names.
var kustomization = unstructured.Unstructured{Object: map[string]any{
	"spec": map[string]any{"postBuild": map[string]any{"substitute": map[string]any{"NOT_OURS": "x"}}},
}}

func main() {
	bare := flag.Bool("bare", false, "without the annotation")
	flag.Parse()
	objects, err := read(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "substitute:", err)
		os.Exit(2)
	}
	touched := false
	for _, object := range objects.Resources() {
		if *bare {
			annotations := object.GetAnnotations()
			delete(annotations, disable)
			if err := object.SetAnnotations(annotations); err != nil {
				panic(err)
			}
		}
		for _, strict := range []bool{true, false} {
			if fault := substituted(object, strict); fault != "" {
				fmt.Printf("%s, strict %v: %s\n", object.CurId(), strict, fault)
				touched = true
			}
		}
	}
	fmt.Printf("%d objects\n", objects.Size())
	if touched {
		os.Exit(1)
	}
}

func read(from io.Reader) (resmap.ResMap, error) {
	text, err := io.ReadAll(from)
	if err != nil {
		return nil, err
	}
	return resmap.NewFactory(provider.NewDefaultDepProvider().GetResourceFactory()).NewResMapFromBytes(text)
}

// What substitution does to an object; nothing where it stays byte for byte.
func substituted(object *resource.Resource, strict bool) string {
	before, err := object.MarshalJSON()
	if err != nil {
		return err.Error()
	}
	changed, err := kustomize.SubstituteVariables(context.Background(), nil, kustomization, object.DeepCopy(),
		kustomize.SubstituteWithStrict(strict), kustomize.SubstituteWithAlways(true))
	if err != nil {
		return err.Error()
	}
	if changed == nil {
		return ""
	}
	after, err := changed.MarshalJSON()
	if err != nil {
		return err.Error()
	}
	if !bytes.Equal(before, after) {
		return fmt.Sprintf("%d bytes become %d others", len(before), len(after))
	}
	return ""
}
