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

// Terminations tells of SIGTERM and SIGINT, for a process that waits for something else too.
func Terminations() <-chan os.Signal {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	return signals
}

// Crash ends the process as SIGKILL does: nothing is flushed, nobody is told.
func Crash() {
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	select {}
}
