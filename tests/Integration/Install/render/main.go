// Renders the templates of a chart with Go's own text/template and the few functions the chart uses, where no helm is to be had.
//
//	render TEMPLATE... < {"Values": …, "Release": …, "Chart": …}
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"text/template"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	var data map[string]interface{}
	check(json.NewDecoder(os.Stdin).Decode(&data))
	functions := template.FuncMap{
		"toJson": func(value interface{}) (string, error) {
			text, err := json.Marshal(value)
			return string(text), err
		},
		"quote": func(value interface{}) string { return strconv.Quote(fmt.Sprint(value)) },
		"int64": func(value float64) int64 { return int64(value) },
		"list": func(items ...interface{}) []interface{} { return items },
		"default": func(fallback, value interface{}) interface{} {
			if list, isList := value.([]interface{}); value == nil || value == "" || isList && len(list) == 0 {
				return fallback
			}
			return value
		},
	}
	for _, file := range os.Args[1:] {
		text, err := os.ReadFile(file)
		check(err)
		parsed, err := template.New(file).Option("missingkey=error").Funcs(functions).Parse(string(text))
		check(err)
		fmt.Println("---")
		check(parsed.Execute(os.Stdout, data))
	}
}
