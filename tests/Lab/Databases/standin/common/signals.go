package common

import (
	"os"
	"os/signal"
	"syscall"
)

// AwaitTermination waits for SIGTERM or SIGINT.
func AwaitTermination() os.Signal {
	return <-Terminations()
}

// Terminations reports SIGTERM and SIGINT, for a process that waits for other events too.
func Terminations() <-chan os.Signal {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	return signals
}

// Crash ends the process as SIGKILL does: it flushes nothing and notifies no other process.
func Crash() {
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	select {}
}
