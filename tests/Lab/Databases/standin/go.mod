module drydock.dev/standin

go 1.19
