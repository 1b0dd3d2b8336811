// The part of a kubelet that answers exec, logs and port-forward, with the kubelet's own streaming code. There are no containers:
// a command runs on this machine behind a prefix that the caller gives, and a forwarded port is one of this machine.
//
//	drydock-node -listen 127.0.0.1:10250 [-log FILE] [-previous FILE] [-forward 8080=127.0.0.1:1234] [-- PREFIX...]
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	protocols "k8s.io/apimachinery/pkg/util/remotecommand"
	client "k8s.io/client-go/tools/remotecommand"
	"k8s.io/kubernetes/pkg/kubelet/cri/streaming/portforward"
	"k8s.io/kubernetes/pkg/kubelet/cri/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

const idle = time.Hour

type node struct {
	prefix   []string
	logs     map[bool]string
	forwards map[int32]string
}

func answer() {
	listen := flag.String("listen", "127.0.0.1:0", "address")
	current := flag.String("log", "", "the log of the container")
	previous := flag.String("previous", "", "the log of the container before its restart")
	forward := flag.String("forward", "", "PORT=ADDRESS of a port that can be forwarded")
	flag.Parse()
	n := &node{prefix: flag.Args(), logs: map[bool]string{false: *current, true: *previous}, forwards: map[int32]string{}}
	if port, address, ok := strings.Cut(*forward, "="); ok {
		number, err := strconv.ParseInt(port, 10, 32)
		if err != nil {
			log.Fatal(err)
		}
		n.forwards[int32(number)] = address
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/exec/", n.exec)
	mux.HandleFunc("/containerLogs/", n.log)
	mux.HandleFunc("/portForward/", n.forward)
	listener, err := tls.Listen("tcp", *listen, &tls.Config{Certificates: []tls.Certificate{certificate()}, MinVersion: tls.VersionTLS12})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ready", listener.Addr())
	log.Fatal(http.Serve(listener, mux))
}

// The parts of /verb/NAMESPACE/POD[/CONTAINER].
func parts(request *http.Request) (string, string) {
	words := append(strings.Split(strings.Trim(request.URL.Path, "/"), "/"), "", "", "")
	return words[2], words[3]
}

func (n *node) exec(answer http.ResponseWriter, request *http.Request) {
	options, err := remotecommand.NewOptions(request)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	pod, container := parts(request)
	fmt.Println("exec", request.URL.Query()["command"])
	remotecommand.ServeExec(answer, request, n, pod, "", container, request.URL.Query()["command"], options, idle, idle, protocols.SupportedStreamingProtocols)
}

// ExecInContainer runs a command behind the prefix.
func (n *node) ExecInContainer(_ string, _ types.UID, _ string, command []string, in io.Reader, out, errs io.WriteCloser, _ bool, _ <-chan client.TerminalSize, _ time.Duration) error {
	all := append(append([]string{}, n.prefix...), command...)
	process := exec.Command(all[0], all[1:]...)
	process.Stdout, process.Stderr = out, errs
	if in != nil {
		pipe, err := process.StdinPipe()
		if err != nil {
			return err
		}
		go feed(pipe, in)
	}
	err := process.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return utilexec.CodeExitError{Err: err, Code: ended.ExitCode()}
	}
	return err
}

// The input ends with the connection, as the input of a container does.
func feed(pipe io.WriteCloser, in io.Reader) {
	defer pipe.Close()
	_, _ = io.Copy(pipe, in)
}

func (n *node) log(answer http.ResponseWriter, request *http.Request) {
	file := n.logs[request.URL.Query().Get("previous") == "true"]
	if file == "" {
		http.Error(answer, "there is no previous container", http.StatusBadRequest)
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusInternalServerError)
		return
	}
	lines := strings.SplitAfter(string(text), "\n")
	if tail, err := strconv.Atoi(request.URL.Query().Get("tailLines")); err == nil && len(lines) > tail {
		lines = lines[len(lines)-tail:]
	}
	_, _ = io.WriteString(answer, strings.Join(lines, ""))
}

func (n *node) forward(answer http.ResponseWriter, request *http.Request) {
	options, err := portforward.NewV4Options(request)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	pod, _ := parts(request)
	portforward.ServePortForward(answer, request, n, pod, "", options, idle, idle, portforward.SupportedProtocols)
}

// PortForward connects a stream with a port of this machine.
func (n *node) PortForward(_ string, _ types.UID, port int32, stream io.ReadWriteCloser) error {
	address, known := n.forwards[port]
	if !known {
		return fmt.Errorf("port %d: connection refused", port)
	}
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	go func() { _, _ = io.Copy(connection, stream) }()
	_, err = io.Copy(stream, connection)
	return err
}

func certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		log.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
