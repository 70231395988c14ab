package brevo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/brevosandbox"
	"segue/internal/destination"
	"segue/internal/destination/destinationtest"
)

func TestBrevoKeepsToThePort(t *testing.T) {
	t.Parallel()
	destinationtest.Run(t, func(t *testing.T) destinationtest.Stage { return &stage{desk: open(t)} })
}

// The same under conditions that the documents leave open.
func TestBrevoKeepsToThePortWhateverTheDocumentsLeaveOpen(t *testing.T) {
	t.Parallel()
	destinationtest.Run(t, func(t *testing.T) destinationtest.Stage {
		return &stage{desk: open(t, func(sc *brevosandbox.Config, _ *Config) {
			s := &sc.Settings
			s.ReportLinks, s.CategoryReads, s.BuiltinsListed, s.Credits = "array", "value", "yes", "string"
			s.RunningStatus, s.EmaillessContacts, s.ImportDates, s.DuplicateRows = "processing", "placeholder", "iso", "merge"
			s.ImportBooleans, s.UnknownList, s.ListChangeModifies = "all", "404", "no"
		})}
	})
}

// And while reads fail now and then, in several ways, but none so often that a call gives up.
func TestBrevoKeepsToThePortWhileReadsFail(t *testing.T) {
	t.Parallel()
	var faults []brevosandbox.Fault
	for i, effect := range []string{"error_500", "reset", "timeout_524", "garbage", "bad_gateway"} {
		f := brevosandbox.Fault{Effect: effect, When: "after", Calls: []string{
			"account", "processes", "lists", "list", "list_contacts", "folders", "attributes", "contacts", "contact",
		}}
		for n := 3 + 5*i; n < 2000; n += 29 {
			f.Nth = append(f.Nth, n)
		}
		faults = append(faults, f)
	}
	destinationtest.Run(t, func(t *testing.T) destinationtest.Stage {
		s := &stage{desk: open(t), always: faults}
		s.faults(s.always...)
		return s
	})
}

// stage shows the sandbox to the suite.
type stage struct {
	*desk
	always []brevosandbox.Fault
}

func (s *stage) Destination() destination.Destination { return s.Client }

func (s *stage) Stranger() destination.Destination {
	cfg := s.cfg
	cfg.Key = "xkeysib-not-known"
	c, err := New(cfg)
	require.NoError(s, err)
	return c
}

func (s *stage) OrganizationID() string { return brevosandbox.DefaultOrganization }

func (s *stage) act(a brevosandbox.Action) brevosandbox.Outcome {
	s.Helper()
	out, err := s.sb.Act(a)
	require.NoError(s, err)
	return out
}

func (s *stage) NewList(name string) activation.ListID {
	return activation.ListID(s.act(brevosandbox.Action{Do: "create_list", Name: name}).List)
}

func (s *stage) DropList(id activation.ListID) {
	s.act(brevosandbox.Action{Do: "delete_list", List: int64(id)})
}

func (s *stage) Members(id activation.ListID) []string {
	list, err := s.sb.Members("", int64(id))
	require.NoError(s, err)
	return list
}

func (s *stage) Delete(addresses ...string) {
	s.act(brevosandbox.Action{Do: "delete_contact", Emails: addresses})
}

func (s *stage) Block(address string) {
	s.act(brevosandbox.Action{Do: "block_email", Emails: []string{address}})
}

func (s *stage) Unsubscribe(id activation.ListID, address string) {
	s.act(brevosandbox.Action{Do: "unsubscribe_list", List: int64(id), Emails: []string{address}})
}

func (s *stage) Trouble(t destinationtest.Trouble) {
	f := map[destinationtest.Trouble]brevosandbox.Fault{
		destinationtest.Throttled:  {Effect: "too_many"},
		destinationtest.Denied:     {Effect: "no_user_agent"},
		destinationtest.LostBefore: {Effect: "reset"},
		destinationtest.LostAfter:  {Effect: "reset", When: "after"},
		destinationtest.Broken:     {Effect: "garbage", When: "after"},
	}[t]
	f.Calls, f.Times = []string{"import", "list_remove"}, 1
	s.faults(append(s.always, f)...)
}

func (s *stage) FailProcess() {
	s.faults(append(s.always, brevosandbox.Fault{Effect: "process_fail", Calls: []string{"import"}, Times: 1})...)
}
