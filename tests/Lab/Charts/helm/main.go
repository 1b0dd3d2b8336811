// helm, as far as the chart and the pages of this repository use it: Helm itself is not among the packages of Debian, NuGet or npm.
// Templates, functions (sprig), values and schema (gojsonschema) are handled by the libraries that Helm uses. What a release consists of is kept in a
// Secret, as Helm does, and every call of the API server is made by the kubectl in PATH.
//
//	helm template|install|upgrade NAME CHART [-n NAMESPACE] [--create-namespace] [--set K=V[,K=V]] [-f FILE] [--reset-then-reuse-values] [--api-versions A[,B]]
//	helm uninstall NAME [-n NAMESPACE]
package main

import (
	"fmt"
	"os"
	"strings"
)

type options struct {
	command, name, chart, namespace string
	createNamespace, reuseValues    bool
	install                         bool
	values                          map[string]interface{}
	apiVersions                     []string
}

func check(err error) {
	if err != nil {
		fail(err.Error())
	}
}

func fail(message string, arguments ...interface{}) {
	fmt.Fprintf(os.Stderr, "Error: "+message+"\n", arguments...)
	os.Exit(1)
}

func parse(arguments []string) options {
	result := options{namespace: "default", values: map[string]interface{}{}}
	var plain []string
	for i := 0; i < len(arguments); i++ {
		argument, value, inline := arguments[i], "", false
		if strings.HasPrefix(argument, "--") {
			if at := strings.Index(argument, "="); at > 0 {
				argument, value, inline = argument[:at], argument[at+1:], true
			}
		}
		next := func() string {
			if inline {
				return value
			}
			i++
			if i == len(arguments) {
				fail("flag needs an argument: %s", argument)
			}
			return arguments[i]
		}
		switch argument {
		case "-n", "--namespace":
			result.namespace = next()
		case "--create-namespace":
			result.createNamespace = true
		case "--reset-then-reuse-values":
			result.reuseValues = true
		case "-i", "--install":
			result.install = true
		case "--set":
			check(set(result.values, next(), false))
		case "--set-string":
			check(set(result.values, next(), true))
		case "-f", "--values":
			read, err := readYaml(next())
			check(err)
			result.values = merged(result.values, read)
		case "--api-versions":
			result.apiVersions = append(result.apiVersions, strings.Split(next(), ",")...)
		default:
			if strings.HasPrefix(argument, "-") {
				fail("unknown flag: %s", argument)
			}
			plain = append(plain, argument)
		}
	}
	if len(plain) == 0 {
		fail("no command")
	}
	result.command = plain[0]
	expected := 3
	if result.command == "uninstall" {
		expected = 2
	}
	if len(plain) != expected {
		fail("%q requires %d arguments", "helm "+result.command, expected-1)
	}
	result.name = plain[1]
	if expected == 3 {
		result.chart = plain[2]
	}
	return result
}

func main() {
	run := parse(os.Args[1:])
	switch run.command {
	case "template":
		versions := append([]string{"v1", "apps/v1", "policy/v1", "rbac.authorization.k8s.io/v1"}, run.apiVersions...)
		rendered, _, err := render(run, run.values, versions, 1)
		check(err)
		for _, object := range rendered {
			fmt.Printf("---\n# Source: %s\n%s\n", object.source, object.text)
		}
	case "install":
		install(run)
	case "upgrade":
		if run.install && former(run) == nil {
			install(run)
		} else {
			upgrade(run)
		}
	case "uninstall":
		uninstall(run)
	default:
		fail("unknown command %q", run.command)
	}
}
