package httpapi

import (
	"net/http"

	"segue/internal/activation"
)

// codeInfo is how a code is answered: the HTTP status and the kind of problem in words.
type codeInfo struct {
	code   activation.Code
	status int
	title  string
}

// codes is the one table that turns codes into HTTP statuses. What the destination refuses is 422 or 409, never 401 or
// 403: those speak of the caller's own credentials.
func codes() []codeInfo {
	return []codeInfo{
		{activation.CodeInvalid, http.StatusUnprocessableEntity, "The request is not valid"},
		{activation.CodeNotFound, http.StatusNotFound, "Not found"},
		{activation.CodeConflict, http.StatusConflict, "In conflict with how things are now"},
		{activation.CodeInUse, http.StatusConflict, "Still in use"},
		{activation.CodeUnauthenticated, http.StatusUnauthorized, "Not signed in"},
		{activation.CodeForbidden, http.StatusForbidden, "Not allowed"},
		{activation.CodeNeedsCode, http.StatusUnauthorized, "A one-time code is needed"},
		{activation.CodeNotProved, http.StatusForbidden, "A fresh proof of who you are is needed"},
		{activation.CodeTooMany, http.StatusTooManyRequests, "Too many failed tries"},
		{activation.CodeUnavailable, http.StatusServiceUnavailable, "Not available now"},
		{activation.CodeInternal, http.StatusInternalServerError, "A defect of Segue"},
		{activation.CodeLocked, http.StatusServiceUnavailable, "In use by another process"},
		{activation.CodeNewerData, http.StatusServiceUnavailable, "The data folder is of a newer Segue"},
		{activation.CodeCorrupt, http.StatusInternalServerError, "A file of the data folder cannot be read"},
		{activation.CodeStorageFull, http.StatusInsufficientStorage, "The disk is full"},
		{activation.CodeSourceRefused, http.StatusUnprocessableEntity, "The source's rows cannot be taken over"},
		{activation.CodeNotReady, http.StatusConflict, "Something has to be done first"},
		{activation.CodeCannotEvaluate, http.StatusConflict, "The segment has no answer"},
		{activation.CodeBadCredentials, http.StatusUnprocessableEntity, "The destination refuses the key"},
		{activation.CodeKeyMissing, http.StatusUnprocessableEntity, "The destination saw no key"},
		{activation.CodeAddressRefused, http.StatusUnprocessableEntity, "The destination refuses this server's IP address"},
		{activation.CodeWrongAccount, http.StatusConflict, "The key is of another account"},
		{activation.CodeListMissing, http.StatusUnprocessableEntity, "The account has no such list"},
		{activation.CodeAttributeMissing, http.StatusUnprocessableEntity, "The account lacks an attribute"},
		{activation.CodeAttributeTaken, http.StatusConflict, "Another export feeds the attribute"},
		{activation.CodeProofFailed, http.StatusConflict, "What was read back differs from what was sent"},
		{activation.CodeReceiptMismatch, http.StatusInternalServerError, "A receipt does not add up"},
		{activation.CodeRefused, http.StatusUnprocessableEntity, "The destination refused the request"},
		{activation.CodeHeld, http.StatusConflict, "Waits for a person's release"},
		{activation.CodeNoConnection, http.StatusConflict, "The export has no connection"},
		{activation.CodeNeedsExportUser, http.StatusConflict, "The connection needs an export user"},
	}
}

// infoOf returns how a code is answered; one that the table lacks is a defect.
func infoOf(code activation.Code) codeInfo {
	for _, i := range codes() {
		if i.code == code {
			return i
		}
	}
	return infoOf(activation.CodeInternal)
}

// codeOf returns the code of an answer that the HTTP layer made by itself.
func codeOf(status int) activation.Code {
	switch status {
	case http.StatusUnauthorized:
		return activation.CodeUnauthenticated
	case http.StatusForbidden, http.StatusMisdirectedRequest:
		return activation.CodeForbidden
	case http.StatusNotFound:
		return activation.CodeNotFound
	case http.StatusRequestTimeout:
		return activation.CodeUnavailable
	}
	if status < http.StatusInternalServerError {
		return activation.CodeInvalid
	}
	return activation.CodeInternal
}
