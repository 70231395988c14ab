package brevosandbox

import (
	"fmt"
	"time"

	"segue/internal/brevosandbox/book"
)

// each makes an action of what is done to every contact that is named.
func each(do func(*account, Action, uint32, time.Time)) actor {
	return func(a *account, act Action, now time.Time) (Outcome, error) {
		ids := a.find(act.Emails)
		for _, id := range ids {
			do(a, act, id, now)
		}
		return Outcome{Contacts: len(ids)}, nil
	}
}

func flag(f book.Flag, on bool) func(*account, Action, uint32, time.Time) {
	return func(a *account, _ Action, id uint32, now time.Time) {
		a.book.SetFlag(id, f, on)
		a.book.Touch(id, now.UnixMilli())
		a.filter.invalidate()
	}
}

// notTaken has imports report addresses as invalid, or take them again, whether there are contacts of them or not.
func notTaken(so bool) actor {
	return func(a *account, act Action, _ time.Time) (Outcome, error) {
		for _, email := range act.Emails {
			v, ok := normalEmail([]byte(email))
			if !ok {
				return Outcome{}, fmt.Errorf("sandbox: %s: an address is not valid", act.Do)
			}
			if so {
				a.notTaken[string(v)] = true
			} else {
				delete(a.notTaken, string(v))
			}
		}
		return Outcome{}, nil
	}
}

// unsubscribe notes contacts as unsubscribed from one list. They stay members.
func (a *account) unsubscribe(act Action, now time.Time) (Outcome, error) {
	l := a.listsByID[act.List]
	if l == nil {
		return Outcome{}, fmt.Errorf("sandbox: unsubscribe_list: there is no list %d", act.List)
	}
	return each(func(a *account, _ Action, id uint32, now time.Time) {
		l.optedOut.Add(id)
		a.book.Touch(id, now.UnixMilli())
		a.filter.invalidate()
	})(a, act, now)
}

func (a *account) createListByHand(act Action, now time.Time) (Outcome, error) {
	if act.Name == "" || len(a.folders) == 0 {
		return Outcome{}, fmt.Errorf("sandbox: create_list: the name or a folder is missing")
	}
	return Outcome{List: a.addList(act.Name, a.folders[0].id, now).id}, nil
}

func (a *account) deleteListByHand(act Action, _ time.Time) (Outcome, error) {
	l := a.listsByID[act.List]
	if l == nil {
		return Outcome{}, fmt.Errorf("sandbox: delete_list: there is no list %d", act.List)
	}
	a.deleteList(l)
	return Outcome{List: l.id}, nil
}

func (a *account) deleteAttributeByHand(act Action, _ time.Time) (Outcome, error) {
	at := a.findAttribute(act.Name)
	if at == nil || isIdentifier(at.field) {
		return Outcome{}, fmt.Errorf("sandbox: delete_attribute: there is no attribute of that name that can be deleted")
	}
	a.deleteAttribute(at)
	return Outcome{}, nil
}

// pending finds the process that an action is about.
func (a *account) pending(act Action) (*process, error) {
	if act.Process == 0 && len(a.active) > 0 {
		return a.active[0], nil
	}
	p := a.findProcess(act.Process)
	if p == nil || p.done() {
		return nil, fmt.Errorf("sandbox: %s: there is no such process, or it is done", act.Do)
	}
	return p, nil
}

func (a *account) releaseProcess(act Action, now time.Time) (Outcome, error) {
	p, err := a.pending(act)
	if err != nil {
		return Outcome{}, err
	}
	if !p.release(a, now) {
		return Outcome{}, fmt.Errorf("sandbox: release_process: process %d is not stalled", p.id)
	}
	a.advance(now)
	return Outcome{Process: p.id}, nil
}

func (a *account) failProcess(act Action, now time.Time) (Outcome, error) {
	p, err := a.pending(act)
	if err != nil {
		return Outcome{}, err
	}
	p.stop(a, statusFailed, now)
	a.advance(now)
	return Outcome{Process: p.id}, nil
}

func (a *account) addKey(act Action, _ time.Time) (Outcome, error) {
	if act.Name == "" {
		return Outcome{}, fmt.Errorf("sandbox: add_key: the key is missing")
	}
	if owner, taken := a.sb.keys.LoadOrStore(act.Name, a); taken && owner != a {
		return Outcome{}, fmt.Errorf("sandbox: add_key: the key opens another account")
	}
	return Outcome{}, nil
}

func (a *account) revokeKey(act Action, _ time.Time) (Outcome, error) {
	if !a.sb.keys.CompareAndDelete(act.Name, a) {
		return Outcome{}, fmt.Errorf("sandbox: revoke_key: the account has no such key")
	}
	return Outcome{}, nil
}
