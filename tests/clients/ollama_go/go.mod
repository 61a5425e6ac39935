module pcai/tests/clients/ollama_go

go 1.24.0

require (
	github.com/google/uuid v1.6.0
	github.com/ollama/ollama v0.12.6
	golang.org/x/crypto v0.36.0
	golang.org/x/sys v0.31.0
)
