package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	cacheddiscovery "k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/kubernetes/pkg/controller/clusterroleaggregation"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
	"k8s.io/kubernetes/pkg/controller/namespace"
)

const (
	resync = 12 * time.Hour
	// New kinds are discovered after this time; kube-controller-manager takes 30 s.
	discovery = 5 * time.Second
)

// Runs the garbage collector, the namespace controller and the aggregation of cluster roles of kube-controller-manager.
//
//	drydock-controllers -kubeconfig FILE
func control() {
	kubeconfig := flag.String("kubeconfig", "", "access to the API server")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	config.QPS, config.Burst = 400, 2000
	client := clientset.NewForConfigOrDie(config)
	objects := metadata.NewForConfigOrDie(config)
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(cacheddiscovery.NewMemCacheClient(client.Discovery()))
	typed := informers.NewSharedInformerFactory(client, resync)
	all := informerfactory.NewInformerFactory(typed, metadatainformer.NewSharedInformerFactory(objects, resync))
	started := make(chan struct{})

	collector, err := garbagecollector.NewGarbageCollector(client, objects, mapper, garbagecollector.DefaultIgnoredResources(), all, started)
	if err != nil {
		log.Fatal(err)
	}
	go collector.Run(5, wait.NeverStop)
	go collector.Sync(client.Discovery(), discovery, wait.NeverStop)
	go namespace.NewNamespaceController(client, objects, client.Discovery().ServerPreferredNamespacedResources,
		typed.Core().V1().Namespaces(), 5*time.Minute, v1.FinalizerKubernetes).Run(10, wait.NeverStop)
	go clusterroleaggregation.NewClusterRoleAggregation(typed.Rbac().V1().ClusterRoles(), client.RbacV1()).Run(5, wait.NeverStop)

	typed.Start(wait.NeverStop)
	all.Start(wait.NeverStop)
	close(started)
	typed.WaitForCacheSync(wait.NeverStop)
	fmt.Println("ready", os.Getpid())
	<-wait.NeverStop
}
