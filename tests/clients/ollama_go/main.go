// The official Ollama client for Go against `pcai serve`: what the program `ollama` does with it.
// Usage: main URL KEY FAKE PULLED, where FAKE is a model of the fake backend, PULLED a hub's name.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/ollama/ollama/api"
)

// withKey adds the server's key to each request.
type withKey struct{ key string }

func (w withKey) RoundTrip(request *http.Request) (*http.Response, error) {
	request.Header.Set("Authorization", "Bearer "+w.key)
	return http.DefaultTransport.RoundTrip(request)
}

var client *api.Client
var ctx = context.Background()

func check(good bool, what string, shown ...any) {
	if !good {
		panic(fmt.Sprint(append([]any{what, ": "}, shown...)...))
	}
}

func must(err error, what string) {
	check(err == nil, what, err)
}

func names() map[string]api.ListModelResponse {
	list, err := client.List(ctx)
	must(err, "list")
	found := map[string]api.ListModelResponse{}
	for _, model := range list.Models {
		// What `ollama list` prints of it.
		check(len(model.Digest) >= 12, "digest", model.Digest)
		found[model.Name] = model
	}
	return found
}

func chat(model, content string, stream bool) (string, api.ChatResponse) {
	text, last := "", api.ChatResponse{}
	request := &api.ChatRequest{Model: model, Stream: &stream,
		Messages: []api.Message{{Role: "user", Content: content}}}
	must(client.Chat(ctx, request, func(part api.ChatResponse) error {
		text += part.Message.Content
		last = part
		return nil
	}), "chat with "+model)
	return text, last
}

func running(model string) *api.ProcessModelResponse {
	list, err := client.ListRunning(ctx)
	must(err, "ps")
	for _, one := range list.Models {
		if one.Name == model {
			return &one
		}
	}
	return nil
}

func statusOf(err error) int {
	var status api.StatusError
	if errors.As(err, &status) {
		return status.StatusCode
	}
	return 0
}

func testList(model string) {
	must(client.Heartbeat(ctx), "heartbeat")
	version, err := client.Version(ctx)
	must(err, "version")
	check(strings.Count(version, ".") == 2, "version", version)
	_, known := names()[model]
	check(known, "list has no", model)
	shown, err := client.Show(ctx, &api.ShowRequest{Model: model})
	must(err, "show")
	check(len(shown.Capabilities) > 1, "capabilities", shown.Capabilities)
	_, err = client.Show(ctx, &api.ShowRequest{Model: "no-such"})
	check(statusOf(err) == http.StatusNotFound && strings.Contains(err.Error(), "not found"), "show", err)
}

func testAnswers(model string) {
	for _, stream := range []bool{true, false} {
		text, last := chat(model, "hello", stream)
		check(text == "You said: hello" && last.Done && last.DoneReason == "stop", "chat", text, last)
		check(last.Metrics.EvalCount > 0 && last.Metrics.TotalDuration > 0, "metrics", last.Metrics)
	}
	text := ""
	must(client.Generate(ctx, &api.GenerateRequest{Model: model, Prompt: "hi"},
		func(part api.GenerateResponse) error { text += part.Response; return nil }), "generate")
	check(text == "You said: hi", "generate", text)
	vectors, err := client.Embed(ctx, &api.EmbedRequest{Model: model, Input: []string{"a", "b"}})
	must(err, "embed")
	check(len(vectors.Embeddings) == 2 && len(vectors.Embeddings[0]) > 0, "embed", vectors)
	stream := false
	var calls []api.ToolCall
	must(client.Chat(ctx, &api.ChatRequest{Model: model, Stream: &stream, Messages: []api.Message{
		{Role: "user", Content: `fake: tokens=0 tool=weather args={"city":"Rome"}`}}},
		func(part api.ChatResponse) error { calls = append(calls, part.Message.ToolCalls...); return nil }),
		"tool call")
	check(len(calls) == 1 && calls[0].Function.Arguments["city"] == "Rome", "tool call", calls)
}

// What `ollama stop` and `ollama run --keepalive` send.
func testKeepAlive(model string) {
	reason := ""
	load := func(keep time.Duration) {
		request := &api.GenerateRequest{Model: model, KeepAlive: &api.Duration{Duration: keep}}
		must(client.Generate(ctx, request, func(part api.GenerateResponse) error {
			reason = part.DoneReason
			return nil
		}), "load")
	}
	load(0)
	check(reason == "unload" && running(model) == nil, "unload", reason)
	load(time.Hour)
	one := running(model)
	check(reason == "load" && one != nil, "load", reason)
	left := time.Until(one.ExpiresAt)
	check(left > 50*time.Minute && left < 70*time.Minute, "expires", left)
	load(-1)
	check(time.Until(running(model).ExpiresAt) > 365*24*time.Hour, "stays for good")
}

func testChanges(model, pulled string) {
	steps := []string{}
	progress := func(part api.ProgressResponse) error {
		steps = append(steps, part.Status)
		check(part.Digest == "" || len(part.Digest) == 71, "digest", part.Digest)
		return nil
	}
	must(client.Pull(ctx, &api.PullRequest{Model: pulled}, progress), "pull")
	check(steps[0] == "pulling manifest" && steps[len(steps)-1] == "success", "pull", steps)
	_, err := client.Show(ctx, &api.ShowRequest{Model: pulled})
	must(err, "show of what was pulled, under the name that was pulled")
	err = client.Pull(ctx, &api.PullRequest{Model: "llama3.2"}, progress)
	check(err != nil && strings.Contains(err.Error(), "Hugging Face"), "pull from the library", err)

	steps = nil
	must(client.Create(ctx, &api.CreateRequest{Model: "mario", From: model, System: "Be Mario.",
		Parameters: map[string]any{"num_predict": 2, "stop": []string{"three"}}}, progress), "create")
	check(steps[len(steps)-1] == "success", "create", steps)
	shown, err := client.Show(ctx, &api.ShowRequest{Model: "mario"})
	must(err, "show mario")
	check(shown.System == "Be Mario." && strings.Contains(shown.Parameters, "num_predict"), "show", shown)
	text, last := chat("mario:latest", "fake: reply=one two three", false)
	check(text == "one two" && last.DoneReason == "length", "chat with mario", text, last)

	must(client.Copy(ctx, &api.CopyRequest{Source: "mario", Destination: "team/luigi:v1"}), "copy")
	list := names()
	check(list["mario"].Digest == list["team/luigi:v1"].Digest, "digests", list)
	must(client.Delete(ctx, &api.DeleteRequest{Model: "mario"}), "delete")
	_, there := names()["mario"]
	check(!there, "mario is still there")
	text, _ = chat("team/luigi:v1", "fake: reply=one two three", false)
	check(text == "one two", "chat with luigi", text)
	must(client.Delete(ctx, &api.DeleteRequest{Model: "team/luigi:v1"}), "delete")
	err = client.Delete(ctx, &api.DeleteRequest{Model: "team/luigi:v1"})
	check(statusOf(err) == http.StatusNotFound, "second delete", err)
	err = client.Delete(ctx, &api.DeleteRequest{Model: model})
	check(err != nil && strings.Contains(err.Error(), "settings"), "delete of a named model", err)
	must(client.Delete(ctx, &api.DeleteRequest{Model: pulled}), "delete of what was pulled")
}

func main() {
	base, err := url.Parse(os.Args[1])
	must(err, "url")
	client = api.NewClient(base, &http.Client{Transport: withKey{os.Args[2]}})
	testList(os.Args[3])
	testAnswers(os.Args[3])
	testKeepAlive(os.Args[3])
	testChanges(os.Args[3], os.Args[4])
	fmt.Println("all fine")
}
