// kube-apiserver, the controllers that the lab needs and a node without containers, as one program: their packages are the same, and are
// compiled and linked once. The name by which the program is called says which of them runs.
package main

import (
	"fmt"
	"log"
	"math/rand"
	"os"
	"path/filepath"
	"time"

	"k8s.io/component-base/logs"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	switch name := filepath.Base(os.Args[0]); name {
	case "kube-apiserver":
		serve()
	case "drydock-controllers":
		control()
	case "drydock-node":
		answer()
	default:
		log.Fatal(fmt.Errorf("%s: call it as kube-apiserver, drydock-controllers or drydock-node", name))
	}
}

func serve() {
	rand.Seed(time.Now().UnixNano())
	logs.InitLogs()
	defer logs.FlushLogs()
	if err := app.NewAPIServerCommand().Execute(); err != nil {
		os.Exit(1)
	}
}
