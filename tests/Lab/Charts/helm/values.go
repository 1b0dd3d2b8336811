package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/ghodss/yaml"
)

func readYaml(path string) (map[string]interface{}, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	result := map[string]interface{}{}
	return result, yaml.Unmarshal(text, &result)
}

// merged is base with the values of over; a null of over removes a value of base.
func merged(base, over map[string]interface{}) map[string]interface{} {
	result := map[string]interface{}{}
	for key, value := range base {
		result[key] = value
	}
	for key, value := range over {
		inner, isMap := value.(map[string]interface{})
		former, wasMap := result[key].(map[string]interface{})
		switch {
		case isMap && wasMap:
			result[key] = merged(former, inner)
		case isMap:
			result[key] = merged(nil, inner)
		default:
			result[key] = value
		}
	}
	return result
}

// withoutNulls is what templates see.
func withoutNulls(values map[string]interface{}) map[string]interface{} {
	result := map[string]interface{}{}
	for key, value := range values {
		if inner, isMap := value.(map[string]interface{}); isMap {
			result[key] = withoutNulls(inner)
		} else if value != nil {
			result[key] = value
		}
	}
	return result
}

// set adds the assignments of one --set to values.
func set(values map[string]interface{}, text string, asString bool) error {
	for _, assignment := range split(text, ',') {
		at := strings.Index(assignment, "=")
		if at < 0 {
			return fmt.Errorf("failed parsing --set data: key %q has no value", assignment)
		}
		keys, target := split(assignment[:at], '.'), values
		for _, key := range keys[:len(keys)-1] {
			inner, isMap := target[unescaped(key)].(map[string]interface{})
			if !isMap {
				inner = map[string]interface{}{}
				target[unescaped(key)] = inner
			}
			target = inner
		}
		target[unescaped(keys[len(keys)-1])] = typed(assignment[at+1:], asString)
	}
	return nil
}

// split at a separator that is neither escaped nor inside braces.
func split(text string, separator rune) []string {
	var parts []string
	part, depth, escaped := "", 0, false
	for _, letter := range text {
		switch {
		case escaped:
			escaped = false
		case letter == '\\':
			escaped = true
		case letter == '{':
			depth++
		case letter == '}':
			depth--
		case letter == separator && depth == 0:
			parts, part = append(parts, part), ""
			continue
		}
		part += string(letter)
	}
	return append(parts, part)
}

func unescaped(text string) string { return strings.ReplaceAll(text, "\\", "") }

func typed(text string, asString bool) interface{} {
	if strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") {
		list := []interface{}{}
		for _, item := range split(text[1:len(text)-1], ',') {
			if item != "" {
				list = append(list, typed(item, asString))
			}
		}
		return list
	}
	if !asString {
		switch text {
		case "true", "false":
			return text == "true"
		case "null":
			return nil
		}
		if number, err := strconv.ParseInt(text, 10, 64); err == nil && (text == "0" || text[0] != '0') {
			return number
		}
	}
	return unescaped(text)
}
