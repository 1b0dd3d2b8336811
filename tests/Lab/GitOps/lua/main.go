// Runs scripts as Argo CD does: a new interpreter for each, with the libraries package, base and table, and of os only
// time and date, by require.
//
//	lua < [{"script": "…", "obj": {…}, "parameters": {…}, "now": 0}, …]
//
// prints a list of {"value": …} or {"error": "…"}.
package main

import (
	"encoding/json"
	"os"

	lua "github.com/yuin/gopher-lua"
)

type request struct {
	Script     string            `json:"script"`
	Obj        interface{}       `json:"obj"`
	Parameters map[string]string `json:"parameters"`
	Now        int64             `json:"now"`
}

type answer struct {
	Value interface{} `json:"value,omitempty"`
	Error string      `json:"error,omitempty"`
}

func main() {
	var requests []request
	check(json.NewDecoder(os.Stdin).Decode(&requests))
	answers := make([]answer, len(requests))
	for i, asked := range requests {
		value, err := run(asked)
		answers[i].Value = value
		if err != nil {
			answers[i].Error = err.Error()
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(answers))
}

func run(asked request) (interface{}, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for _, library := range []struct {
		name string
		open lua.LGFunction
	}{
		{lua.LoadLibName, lua.OpenPackage},
		{lua.BaseLibName, lua.OpenBase},
		{lua.TabLibName, lua.OpenTable},
	} {
		if err := state.CallByParam(lua.P{Fn: state.NewFunction(library.open), Protect: true}, lua.LString(library.name)); err != nil {
			return nil, err
		}
	}
	state.PreloadModule(lua.OsLibName, func(state *lua.LState) int {
		module := state.NewTable()
		state.SetField(module, "time", state.NewFunction(func(state *lua.LState) int {
			state.Push(lua.LNumber(asked.Now))
			return 1
		}))
		state.SetField(module, "date", state.NewFunction(func(state *lua.LState) int {
			state.Push(lua.LString("1970-01-01"))
			return 1
		}))
		state.Push(module)
		return 1
	})
	state.SetGlobal("obj", toLua(state, asked.Obj))
	parameters := state.NewTable()
	for name, value := range asked.Parameters {
		parameters.RawSetString(name, lua.LString(value))
	}
	state.SetGlobal("actionParams", parameters)
	if err := state.DoString(asked.Script); err != nil {
		return nil, err
	}
	return fromLua(state.Get(-1)), nil
}

func toLua(state *lua.LState, value interface{}) lua.LValue {
	switch it := value.(type) {
	case bool:
		return lua.LBool(it)
	case float64:
		return lua.LNumber(it)
	case string:
		return lua.LString(it)
	case []interface{}:
		table := state.NewTable()
		for _, item := range it {
			table.Append(toLua(state, item))
		}
		return table
	case map[string]interface{}:
		table := state.NewTable()
		for key, item := range it {
			table.RawSetString(key, toLua(state, item))
		}
		return table
	}
	return lua.LNil
}

// As in Argo CD an empty table is an empty list.
func fromLua(value lua.LValue) interface{} {
	switch it := value.(type) {
	case lua.LBool:
		return bool(it)
	case lua.LNumber:
		return float64(it)
	case lua.LString:
		return string(it)
	case *lua.LTable:
		list := []interface{}{}
		object := map[string]interface{}{}
		it.ForEach(func(key, item lua.LValue) {
			if name, isName := key.(lua.LString); isName {
				object[string(name)] = fromLua(item)
			} else {
				list = append(list, fromLua(item))
			}
		})
		if len(object) > 0 {
			return object
		}
		return list
	}
	return nil
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
