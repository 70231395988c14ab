package crash

import (
	"math/rand/v2"

	"segue/e2e/rig"
)

// points are the fail-points of a run, and a few that are counted without regard to their name.
func points() []string {
	return []string{
		"plan.before-members", "plan.after-snapshot", "plan.before-ledger", "plan.after-ledger", "remove.before-call", "remove.after-call", "remove.after-settle",
		"send.before-call", "send.after-call", "send.after-accepted", "settle.before", "settle.after", "finish.before", "finish.after",
		"*:2", "*:4", "*:5", "*:6", "*:7", "*:9", "send.before-call:2", "send.after-call:2", "settle.after:2", "remove.after-call:2",
	}
}

// reconciles are the fail-points of a run that reads a list back and of what is decided then (S23), and no fail-point at all.
func reconciles() []string {
	return []string{
		"reconcile.page", "reconcile.before-ledger", "reconcile.after-ledger", "decide.before-ledger", "decide.after-ledger", "",
	}
}

// clears are the fail-points of a run that proves emptying values (S16), and no fail-point at all.
func clears() []string { return []string{"clear.after-carve", "clear.after-switch", ""} }

// aborts are the fail-points of a run that is stopped, and no fail-point at all.
func aborts() []string {
	return []string{"", "abort.before", "abort.after-abort", "abort.after-finish", "send.after-call", "remove.after-call"}
}

// troubles draws some faults of the sandbox. Each strikes a few times, so that a run that tries again gets through; none
// of them is a definite answer, which would stop a run until a person mends something.
func troubles(rng *rand.Rand) (faults []rig.Object, unknown bool) {
	times := func() int { return 1 + rng.IntN(2) }
	all := []func() rig.Object{
		func() rig.Object {
			return rig.Object{"effect": "too_many", "delay": "300ms", "times": times(), "calls": []string{"import", "list_remove", "processes", "contact"}}
		},
		func() rig.Object {
			unknown = true
			return rig.Object{"effect": "error_500", "when": either(rng, "before", "after"), "times": times(), "calls": []string{"import", "list_remove"}}
		},
		func() rig.Object {
			unknown = true
			return rig.Object{"effect": either(rng, "bad_gateway", "timeout_524", "garbage"), "when": either(rng, "before", "after"), "times": times(), "calls": []string{"import"}}
		},
		func() rig.Object {
			unknown = true
			return rig.Object{"effect": "reset", "when": either(rng, "before", "after"), "times": times(), "calls": []string{"import", "list_remove"}}
		},
		func() rig.Object {
			return rig.Object{"effect": either(rng, "error_500", "reset", "garbage", "bad_gateway"), "times": times(), "calls": []string{"processes", "contact", "list", "account", "contacts", "attributes"}}
		},
		func() rig.Object {
			return rig.Object{"effect": "slow", "delay": "700ms", "times": 3, "calls": []string{"import", "processes", "list_remove", "contact"}}
		},
		func() rig.Object {
			unknown = true
			return rig.Object{"effect": either(rng, "process_fail", "process_cancel"), "portion": rng.Float64(), "times": 1, "calls": []string{"import"}}
		},
		func() rig.Object {
			return rig.Object{"effect": "process_late", "delay": "900ms", "times": times(), "calls": []string{"import"}}
		},
		func() rig.Object {
			return rig.Object{"effect": "action", "when": either(rng, "before", "after"), "times": 2, "calls": []string{"import", "processes", "list_remove"},
				"action": rig.Object{"do": either(rng, "foreign_import", "add_by_hand"), "count": 2}}
		},
	}
	for range 1 + rng.IntN(3) {
		faults = append(faults, all[rng.IntN(len(all))]())
	}
	return faults, unknown
}

func either(rng *rand.Rand, words ...string) string { return words[rng.IntN(len(words))] }
