package wire

import "segue/internal/activation"

// Problem is an error of the API (RFC 9457, application/problem+json).
type Problem struct {
	Type   string `json:"type" example:"urn:segue:problem:not_found" doc:"Names the kind of problem; stable, one for each code"`
	Title  string `json:"title" example:"Not found" doc:"The kind of problem in words; the same for every occurrence"`
	Status int    `json:"status" example:"404" doc:"The HTTP status"`
	Code   Code   `json:"code" doc:"The stable name of the kind of problem, for programs"`
	Detail string `json:"detail" doc:"What went wrong this time; never holds a key or a person's data"`
	Remedy string `json:"remedy,omitempty" doc:"What can be done about it"`
	Field  string `json:"field,omitempty" example:"mapping.attributes[2].field" doc:"The offending input, if there is one"`
	// RequestID is what the server's log calls the request.
	RequestID string       `json:"request_id,omitempty" doc:"Names the request in the server's log"`
	Errors    []FieldError `json:"errors,omitempty" nullable:"false" doc:"Each offending input, where there are several"`
}

// FieldError says what is wrong with one input.
type FieldError struct {
	Field   string `json:"field" example:"name" doc:"The path of the input"`
	Message string `json:"message" doc:"What is wrong with it"`
}

// Codes lists every code that a Problem can carry.
func Codes() []activation.Code {
	return []activation.Code{
		activation.CodeInvalid, activation.CodeNotFound, activation.CodeConflict, activation.CodeInUse,
		activation.CodeUnauthenticated, activation.CodeForbidden, activation.CodeUnavailable, activation.CodeInternal,
		activation.CodeLocked, activation.CodeNewerData, activation.CodeCorrupt, activation.CodeStorageFull,
		activation.CodeSourceRefused, activation.CodeNotReady, activation.CodeCannotEvaluate,
		activation.CodeBadCredentials, activation.CodeKeyMissing, activation.CodeAddressRefused,
		activation.CodeWrongAccount, activation.CodeListMissing, activation.CodeAttributeMissing,
		activation.CodeAttributeTaken, activation.CodeProofFailed, activation.CodeReceiptMismatch,
		activation.CodeRefused, activation.CodeHeld, activation.CodeNoConnection, activation.CodeNeedsExportUser, activation.CodeNeedsCode, activation.CodeNotProved, activation.CodeTooMany,
	}
}
