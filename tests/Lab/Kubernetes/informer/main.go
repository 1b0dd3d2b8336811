// Keeps the objects of one resource in memory with client-go's informer, and does nothing else: what an operator in Go
// has before its first line of own code. It prints the time of the first list and then waits to be killed.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "access to the API server")
	resource := flag.String("resource", "omsupgrades", "plural name of the resource in drydock.dev/v1alpha1")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	fail(err)
	client, err := dynamic.NewForConfig(config)
	fail(err)
	begun := time.Now()
	factory := dynamicinformer.NewDynamicSharedInformerFactory(client, 10*time.Minute)
	informer := factory.ForResource(schema.GroupVersionResource{Group: "drydock.dev", Version: "v1alpha1", Resource: *resource}).Informer()
	never := make(chan struct{})
	factory.Start(never)
	if !cache.WaitForCacheSync(never, informer.HasSynced) {
		os.Exit(1)
	}
	fmt.Printf("synced %d objects in %.3f s\n", len(informer.GetStore().ListKeys()), time.Since(begun).Seconds())
	<-never
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
