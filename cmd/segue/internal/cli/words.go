package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"segue/client"
)

// statusWords are the statuses of PRODUCT.md.
func statusWords(s client.RunStatus) string { return statusWord(string(s)) }

func statusWord(s string) string {
	if w, ok := map[string]string{
		"not_started": "Not started", "queued": "Queued", "running": "Running", "waiting_for_brevo": "Waiting for Brevo",
		"held": "Held (needs approval)", "successful": "Successful", "successful_with_rejects": "Successful with rejects",
		"failed_retrying": "Failed (retrying)", "failed_permanent": "Failed (permanent)", "canceled": "Canceled",
		"skipped": "Skipped (upstream failed)", "no_connection": "No connection", "needs_export_user": "Needs an export user",
	}[s]; ok {
		return w
	}
	return s
}

// bucketWord says where somebody ended a run.
func bucketWord(b string) string {
	if w, ok := map[string]string{"not_sent": "not sent", "still_wanted": "still wanted", "not_removed": "not removed"}[b]; ok {
		return w
	}
	return b
}

// reasonWord says why, in words; a reason that is not known is shown as it is.
func reasonWord(r string) string {
	if w, ok := reasonWords()[r]; ok {
		return w
	}
	return strings.ReplaceAll(r, "_", " ")
}

// reasonWords are the reasons that need more than their own name.
func reasonWords() map[string]string {
	return map[string]string{
		"no_consent":            "no consent",
		"consent_conflict":      "consent differs between profiles with one address",
		"opted_out_at_brevo":    "opted out at Brevo",
		"rejected_by_brevo":     "rejected by Brevo",
		"invalid_value":         "a value does not fit its attribute",
		"import_failed":         "Brevo could not import them",
		"left_the_segments":     "left the segments",
		"once_joined":           "leaves the old list once the new one has them",
		"list_gone":             "the list is gone",
		"phone_shared":          "phone shared with another address",
		"identifier_shared":     "identifier shared with another address",
		"row_too_large":         "too large for Brevo",
		"report_not_understood": "Brevo's report was not understood",
		"refusal":               "takes no mail",
		"export_removed":        "the export is removed with its people",
		"kept_removed":          "was kept, and is taken off on request",
		"kept_by_another":       "kept by another export",
		"owned":                 "acknowledged",
		"there_before":          "there before",
		"kept":                  "kept on the list when they left",
		"orphaned":              "of an export that was removed",
		"not_acknowledged":      "not acknowledged",
		"sent_orphaned":         "sent by an export that was removed",
		"sent_earlier":          "sent earlier, not owned any more",
		"matches_profile":       "address of a profile, never sent",
		"unknown":               "not known to Segue",

		"email_missing":            "no address",
		"email_no_at":              "address without @",
		"email_domain_without_dot": "address without a domain",
		"email_too_long":           "address too long",
		"email_local_too_long":     "address too long before the @",
		"email_control_character":  "address with a control character",
		"email_quoted":             "address in quotes",
		"email_comment":            "address with a comment",
		"email_ip_literal":         "address at an IP number",
		"email_display_name":       "address with a name beside it",
		"email_non_ascii_local":    "address with letters that mail cannot carry",
		"email_brevo_placeholder":  "address that Brevo made up",
		"email_invalid":            "address not valid",

		"phone_missing":       "no phone",
		"phone_invalid":       "phone not valid",
		"phone_no_region":     "phone without a country",
		"phone_has_extension": "phone with an extension",
	}
}

// reasonList lists reasons with their numbers, the largest first: "30 no consent, 10 opted out at Brevo".
func reasonList(reasons map[string]int64) string {
	names := slices.Collect(maps.Keys(reasons))
	slices.SortFunc(names, func(a, b string) int {
		if reasons[a] != reasons[b] {
			if reasons[a] > reasons[b] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	var parts []string
	for _, n := range names {
		if reasons[n] > 0 {
			parts = append(parts, num(reasons[n])+" "+reasonWord(n))
		}
	}
	return strings.Join(parts, ", ")
}

// holdWords says which limit of the mass-change brake a plan exceeds.
func holdWords(h client.HoldReason) string {
	n, of := num(h.Count), num(h.Of)
	switch h.Code {
	case "removes_share":
		return fmt.Sprintf("%s of %s people would leave the list", n, of)
	case "removes_all":
		return fmt.Sprintf("all %s people would leave the list", of)
	case "grows":
		return fmt.Sprintf("the list would grow from %s to %s people", of, n)
	case "updates_share":
		return fmt.Sprintf("%s of %s people would be updated though nothing was redefined", n, of)
	}
	return fmt.Sprintf("%s: %s of %s", h.Code, n, of)
}
