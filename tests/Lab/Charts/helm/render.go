package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"github.com/ghodss/yaml"
	"github.com/xeipuuv/gojsonschema"
)

type object struct {
	source, text string
	body         map[string]interface{}
}

func (o object) meta(field string) string {
	metadata, _ := o.body["metadata"].(map[string]interface{})
	text, _ := metadata[field].(string)
	return text
}

func (o object) kind() string { return o.body["kind"].(string) }

func (o object) annotation(name string) string {
	metadata, _ := o.body["metadata"].(map[string]interface{})
	annotations, _ := metadata["annotations"].(map[string]interface{})
	text, _ := annotations[name].(string)
	return text
}

type files struct{ root string }

// Get is a file of the chart; as in Helm a missing one is empty.
func (f files) Get(name string) string {
	text, _ := os.ReadFile(filepath.Join(f.root, name))
	return string(text)
}

type versionSet []string

func (v versionSet) Has(version string) bool {
	for _, known := range v {
		if known == version {
			return true
		}
	}
	return false
}

// The order in which Helm installs.
var order = []string{
	"Namespace", "NetworkPolicy", "PodDisruptionBudget", "ServiceAccount", "Secret", "ConfigMap", "PersistentVolumeClaim", "CustomResourceDefinition",
	"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Service", "Deployment",
}

func rank(kind string) int {
	for at, known := range order {
		if known == kind {
			return at
		}
	}
	return len(order)
}

// render is what the chart makes of the values, in the order of installation, and the text of NOTES.txt.
func render(run options, over map[string]interface{}, versions []string, revision int) ([]object, string, error) {
	defaults, err := readYaml(filepath.Join(run.chart, "values.yaml"))
	if err != nil {
		return nil, "", err
	}
	chart, err := readYaml(filepath.Join(run.chart, "Chart.yaml"))
	if err != nil {
		return nil, "", err
	}
	values := withoutNulls(merged(defaults, over))
	if err := validate(filepath.Join(run.chart, "values.schema.json"), values); err != nil {
		return nil, "", err
	}
	described := map[string]interface{}{}
	for key, value := range chart {
		described[strings.ToUpper(key[:1])+key[1:]] = value
	}
	data := map[string]interface{}{
		"Values":       values,
		"Chart":        described,
		"Files":        files{run.chart},
		"Capabilities": map[string]interface{}{"APIVersions": versionSet(versions)},
		"Release": map[string]interface{}{
			"Name": run.name, "Namespace": run.namespace, "Service": "Helm", "Revision": revision,
			"IsInstall": run.command != "upgrade", "IsUpgrade": run.command == "upgrade",
		},
	}
	all := template.New("chart").Option("missingkey=zero")
	all.Funcs(functions(all))
	paths, err := filepath.Glob(filepath.Join(run.chart, "templates", "*"))
	if err != nil {
		return nil, "", err
	}
	sort.Strings(paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, "", err
		}
		if _, err := all.New(path).Parse(string(text)); err != nil {
			return nil, "", err
		}
	}
	var objects []object
	notes := ""
	for _, path := range paths {
		if strings.HasPrefix(filepath.Base(path), "_") {
			continue
		}
		var output strings.Builder
		if err := all.ExecuteTemplate(&output, path, data); err != nil {
			return nil, "", err
		}
		// Helm does the same: a missing key prints nothing.
		text := strings.ReplaceAll(output.String(), "<no value>", "")
		if filepath.Base(path) == "NOTES.txt" {
			notes = text
			continue
		}
		found, err := documents(path, text)
		if err != nil {
			return nil, "", err
		}
		objects = append(objects, found...)
	}
	sort.SliceStable(objects, func(i, j int) bool { return rank(objects[i].kind()) < rank(objects[j].kind()) })
	return objects, notes, nil
}

var separator = regexp.MustCompile(`(?m)^---\s*$`)

func documents(source, text string) ([]object, error) {
	var result []object
	for _, document := range separator.Split(text, -1) {
		body := map[string]interface{}{}
		if err := yaml.Unmarshal([]byte(document), &body); err != nil {
			return nil, fmt.Errorf("YAML parse error on %s: %v", source, err)
		}
		if len(body) > 0 {
			result = append(result, object{source, strings.TrimSpace(document), body})
		}
	}
	return result, nil
}

func validate(path string, values map[string]interface{}) error {
	schema, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, err := json.Marshal(values)
	if err != nil {
		return err
	}
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(schema), gojsonschema.NewBytesLoader(text))
	if err != nil {
		return err
	}
	if result.Valid() {
		return nil
	}
	message := "values don't meet the specifications of the schema(s):"
	for _, problem := range result.Errors() {
		message += "\n- " + problem.String()
	}
	return fmt.Errorf("%s", message)
}

func functions(all *template.Template) template.FuncMap {
	result := sprig.TxtFuncMap()
	delete(result, "env")
	delete(result, "expandenv")
	result["include"] = func(name string, data interface{}) (string, error) {
		var output strings.Builder
		err := all.ExecuteTemplate(&output, name, data)
		return output.String(), err
	}
	result["toYaml"] = func(value interface{}) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	result["fromYaml"] = func(text string) (map[string]interface{}, error) {
		value := map[string]interface{}{}
		return value, yaml.Unmarshal([]byte(text), &value)
	}
	result["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	result["tpl"] = func(text string, data interface{}) (string, error) {
		clone, err := all.Clone()
		if err != nil {
			return "", err
		}
		parsed, err := clone.New("tpl").Parse(text)
		if err != nil {
			return "", err
		}
		var output strings.Builder
		err = parsed.Execute(&output, data)
		return output.String(), err
	}
	return result
}
