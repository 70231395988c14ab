package httpapi

import (
	"context"
	"net/http"
	"runtime"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
	"segue/internal/store"
)

func (a *api) systemOperations() {
	register(a, endpoint{
		id: "get-health", method: http.MethodGet, path: "/health", tag: "system", summary: "Say whether the server works",
		description: "Answers 200 when the server and its control store work. Asks for no token.",
		errors:      []activation.Code{activation.CodeUnavailable},
	}, a.health)
	register(a, endpoint{
		id: "get-version", method: http.MethodGet, path: "/version", tag: "system", summary: "Get the version of the server",
		description: "The version of the program that serves.",
	}, a.version)
	register(a, endpoint{
		id: "get-settings", method: http.MethodGet, path: "/settings", tag: "system", summary: "Get what people need to know of the server",
		description: "The folders that file sources may lie in, the data privacy statement that connections ask for, and where destinations are.",
	}, a.settings)
	register(a, endpoint{
		id: "list-operators", method: http.MethodGet, path: "/operators", tag: "segments", summary: "List the operators of rules",
		description: "Every operator of segment rules in the order in which screens offer them: the types it applies to, what its values are, and the operator whose exact complement it is.",
	}, a.operators)
}

func (a *api) health(ctx context.Context, _ *nothing) (*body[wire.Health], error) {
	if err := a.cfg.Services.Store.View(ctx, func(store.Reader) error { return nil }); err != nil {
		return nil, &activation.Error{Code: activation.CodeUnavailable, Message: "the control store does not answer", Err: err}
	}
	return answer(wire.Health{Status: "ok"}), nil
}

func (a *api) version(context.Context, *nothing) (*body[wire.Version], error) {
	return answer(wire.Version{Version: a.cfg.Version, Commit: a.cfg.Commit, Go: runtime.Version()}), nil
}

func (a *api) settings(context.Context, *nothing) (*body[wire.Settings], error) {
	s := wire.Settings{
		SourceDirs:       append([]string{}, a.cfg.SourceDirs...),
		ConsentStatement: wire.ConsentStatement{Version: activation.ConsentStatementVersion, Text: activation.ConsentStatement},
		DestinationURLs:  map[string]string{},
	}
	for t, url := range a.cfg.DestinationURLs {
		s.DestinationURLs[string(t)] = url
	}
	return answer(s), nil
}

func (a *api) operators(context.Context, *nothing) (*body[wire.List[wire.OperatorInfo]], error) {
	return listOf(activation.Operators(), "", func(i activation.OperatorInfo) wire.OperatorInfo {
		w := wire.OperatorInfo{Operator: wire.Operator(i.Operator), Negates: wire.Operator(i.Negates), Operand: string(i.Operand), Subject: string(i.Subject), Types: []wire.FieldType{}}
		for _, t := range i.Types {
			w.Types = append(w.Types, wire.FieldType(t))
		}
		return w
	}), nil
}
