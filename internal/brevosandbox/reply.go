package brevosandbox

import (
	"encoding/json"
	"net/http"
)

// reply is an answer before it is written; faults may still swallow it.
type reply struct {
	status  int
	kind    string // content type; "" means JSON
	body    []byte
	headers map[string]string
}

func jsonReply(status int, body []byte) reply { return reply{status: status, body: body} }

func created(id int64) reply { return object(http.StatusCreated, map[string]any{"id": id}) }

func accepted(processID int64) reply {
	return object(http.StatusAccepted, map[string]any{"processId": processID})
}

func noContent() reply { return reply{status: http.StatusNoContent} }

func object(status int, v any) reply {
	body, err := json.Marshal(v)
	if err != nil {
		return failure(http.StatusInternalServerError, "internal_error", "The answer could not be written")
	}
	return jsonReply(status, body)
}

// failure is Brevo's error: flat JSON with code and message.
func failure(status int, code, message string) reply {
	body := appendText([]byte(`{"code":`), code)
	body = appendText(append(body, `,"message":`...), message)
	return jsonReply(status, append(body, '}'))
}

func badRequest(code, message string) reply { return failure(http.StatusBadRequest, code, message) }

func invalid(message string) reply { return badRequest("invalid_parameter", message) }

func missing(message string) reply { return badRequest("missing_parameter", message) }

func notFound(message string) reply {
	return failure(http.StatusNotFound, "document_not_found", message)
}

func (r reply) write(w http.ResponseWriter) {
	for k, v := range r.headers {
		w.Header().Set(k, v)
	}
	if len(r.body) > 0 {
		kind := r.kind
		if kind == "" {
			kind = "application/json"
		}
		w.Header().Set("Content-Type", kind)
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body)
}
