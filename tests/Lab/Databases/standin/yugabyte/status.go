package yugabyte

import "fmt"

// status is an error in the format of YugabyteDB's processes: Illegal state (yb/master/x.cc:1): message.
type status struct {
	Code        string `json:"code"`
	Where       string `json:"where"`
	Message     string `json:"message"`
	NotLeader   bool   `json:"notLeader,omitempty"`
	Unsupported bool   `json:"unsupported,omitempty"`
}

func (s *status) Error() string {
	if s.Where == "" {
		return s.Code + ": " + s.Message
	}
	return fmt.Sprintf("%s (%s): %s", s.Code, s.Where, s.Message)
}

// prepend puts the attempted action before the message, as STATUS's CloneAndPrepend does.
func (s *status) prepend(text string) *status {
	copied := *s
	copied.Message = text + ": " + s.Message
	return &copied
}

func illegalState(where, format string, values ...any) *status {
	return &status{Code: "Illegal state", Where: where, Message: fmt.Sprintf(format, values...)}
}

func invalidArgument(where, format string, values ...any) *status {
	return &status{Code: "Invalid argument", Where: where, Message: fmt.Sprintf(format, values...)}
}

func internalError(where, format string, values ...any) *status {
	return &status{Code: "Internal error", Where: where, Message: fmt.Sprintf(format, values...)}
}

func notFound(where, format string, values ...any) *status {
	return &status{Code: "Not found", Where: where, Message: fmt.Sprintf(format, values...)}
}

func timedOut(where, format string, values ...any) *status {
	return &status{Code: "Timed out", Where: where, Message: fmt.Sprintf(format, values...)}
}

func networkError(where, format string, values ...any) *status {
	return &status{Code: "Network error", Where: where, Message: fmt.Sprintf(format, values...)}
}
