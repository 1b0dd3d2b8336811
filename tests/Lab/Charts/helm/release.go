package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// release is what one revision installed.
type release struct {
	Revision int                      `json:"revision"`
	Values   map[string]interface{}   `json:"values"`
	Objects  []map[string]interface{} `json:"objects"`
}

func kubectl(input string, arguments ...string) (string, error) {
	command := exec.Command("kubectl", arguments...)
	command.Stdin = strings.NewReader(input)
	var output, errors bytes.Buffer
	command.Stdout, command.Stderr = &output, &errors
	if err := command.Run(); err != nil {
		return output.String(), fmt.Errorf("kubectl %s: %s", strings.Join(arguments, " "), errors.String())
	}
	return output.String(), nil
}

func secretOf(run options) string { return "sh.helm.release.v1." + run.name }

// former is the installed revision; nil without one.
func former(run options) *release {
	text, err := kubectl("", "-n", run.namespace, "get", "secret", secretOf(run), "--ignore-not-found", "-o", "jsonpath={.data.release}")
	check(err)
	if text == "" {
		return nil
	}
	packed, err := base64.StdEncoding.DecodeString(text)
	check(err)
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	check(err)
	plain, err := io.ReadAll(reader)
	check(err)
	result := &release{}
	check(json.Unmarshal(plain, result))
	return result
}

func keep(run options, state release) {
	plain, err := json.Marshal(state)
	check(err)
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err = writer.Write(plain)
	check(err)
	check(writer.Close())
	secret := map[string]interface{}{
		"apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
		"metadata": map[string]interface{}{"name": secretOf(run), "labels": map[string]string{"owner": "helm", "name": run.name}},
		"data":     map[string]string{"release": base64.StdEncoding.EncodeToString(packed.Bytes())},
	}
	text, err := json.Marshal(secret)
	check(err)
	verb := "create"
	if state.Revision > 1 {
		verb = "replace"
	}
	_, err = kubectl(string(text), "-n", run.namespace, verb, "-f", "-")
	check(err)
}

func versions() []string {
	text, err := kubectl("", "api-versions")
	check(err)
	return strings.Split(strings.TrimSpace(text), "\n")
}

// own refuses objects that exist and belong to no release or to another one.
func own(run options, objects []object) {
	for _, found := range objects {
		arguments := []string{"get", resource(found), found.meta("name"), "--ignore-not-found", "-o", "json"}
		if space := found.meta("namespace"); space != "" {
			arguments = append(arguments, "-n", space)
		}
		text, err := kubectl("", arguments...)
		check(err)
		if text == "" {
			continue
		}
		there := object{}
		check(json.Unmarshal([]byte(text), &there.body))
		metadata := there.body["metadata"].(map[string]interface{})
		labels, _ := metadata["labels"].(map[string]interface{})
		if labels["app.kubernetes.io/managed-by"] != "Helm" || there.annotation("meta.helm.sh/release-name") != run.name ||
			there.annotation("meta.helm.sh/release-namespace") != run.namespace {
			fail("Unable to continue with install: %s %q exists and cannot be imported into the current release: invalid ownership metadata", found.kind(), found.meta("name"))
		}
	}
}

func resource(found object) string {
	group := strings.Split(found.body["apiVersion"].(string), "/")
	if len(group) == 1 {
		return strings.ToLower(found.kind())
	}
	return strings.ToLower(found.kind()) + "." + group[1] + "." + group[0]
}

func apply(run options, objects []object) []map[string]interface{} {
	var applied []map[string]interface{}
	for _, found := range objects {
		metadata := found.body["metadata"].(map[string]interface{})
		annotations, _ := metadata["annotations"].(map[string]interface{})
		if annotations == nil {
			annotations = map[string]interface{}{}
			metadata["annotations"] = annotations
		}
		annotations["meta.helm.sh/release-name"], annotations["meta.helm.sh/release-namespace"] = run.name, run.namespace
		text, err := json.Marshal(found.body)
		check(err)
		_, err = kubectl(string(text), "apply", "--validate=false", "-f", "-")
		check(err)
		applied = append(applied, found.body)
	}
	return applied
}

func remove(objects []map[string]interface{}, unless map[string]bool) {
	for at := len(objects) - 1; at >= 0; at-- {
		gone := object{body: objects[at]}
		if unless[identity(gone)] {
			continue
		}
		if gone.annotation("helm.sh/resource-policy") == "keep" {
			fmt.Fprintf(os.Stderr, "kept due to resource policy: [%s] %s\n", gone.kind(), gone.meta("name"))
			continue
		}
		arguments := []string{"delete", "--ignore-not-found", resource(gone), gone.meta("name")}
		if space := gone.meta("namespace"); space != "" {
			arguments = append(arguments, "-n", space)
		}
		_, err := kubectl("", arguments...)
		check(err)
	}
}

func identity(found object) string {
	return resource(found) + "/" + found.meta("namespace") + "/" + found.meta("name")
}

func install(run options) {
	if former(run) != nil {
		fail("cannot re-use a name that is still in use")
	}
	objects, notes, err := render(run, run.values, versions(), 1)
	check(err)
	if run.createNamespace {
		if text, err := kubectl("", "get", "namespace", run.namespace, "--ignore-not-found", "-o", "name"); err != nil || text == "" {
			check(err)
			_, err = kubectl("", "create", "namespace", run.namespace)
			check(err)
		}
	}
	own(run, objects)
	keep(run, release{1, run.values, apply(run, objects)})
	fmt.Printf("NAME: %s\nNAMESPACE: %s\nSTATUS: deployed\nREVISION: 1\nNOTES:\n%s", run.name, run.namespace, notes)
}

func upgrade(run options) {
	before := former(run)
	if before == nil {
		fail("%q has no deployed releases", run.name)
	}
	values := run.values
	if run.reuseValues {
		values = merged(before.Values, values)
	}
	objects, notes, err := render(run, values, versions(), before.Revision+1)
	check(err)
	applied := apply(run, objects)
	there := map[string]bool{}
	for _, found := range objects {
		there[identity(found)] = true
	}
	remove(before.Objects, there)
	keep(run, release{before.Revision + 1, values, applied})
	fmt.Printf("Release %q has been upgraded.\nNAMESPACE: %s\nREVISION: %d\nNOTES:\n%s", run.name, run.namespace, before.Revision+1, notes)
}

func uninstall(run options) {
	before := former(run)
	if before == nil {
		fail("uninstall: Release not loaded: %s: release: not found", run.name)
	}
	remove(before.Objects, nil)
	_, err := kubectl("", "-n", run.namespace, "delete", "secret", secretOf(run))
	check(err)
	fmt.Printf("release %q uninstalled\n", run.name)
}
