package storetest

import (
	"time"

	"segue/internal/activation"
)

func source(id activation.SourceID, name string) activation.Source {
	return activation.Source{
		ID: id, Name: name, Kind: activation.SourceCSV, Path: "/srv/files/" + string(id) + ".csv",
		CSV: activation.CSVOptions{Delimiter: ";", Quote: `"`, Encoding: "windows-1250"},
		Columns: map[string]activation.ColumnOption{
			"Iznos":   {Type: activation.TypeNumber, DecimalComma: true},
			"Rođenje": {Type: activation.TypeDate, Format: "%d.%m.%Y"},
		},
		Database:       activation.DatabaseOptions{Host: "db.example.com", Port: 5433, Name: "shop", User: "reader", TLS: activation.TLSVerify, Table: "people", Timeout: 60},
		SealedPassword: []byte{1, 2, 3},
		MaxBadRows:     0.015, MaxShrink: 0.3, CreatedAt: start(), UpdatedAt: start(), Version: 1,
	}
}

func profile(from activation.SourceID) activation.ProfileDefinition {
	return activation.ProfileDefinition{
		Source: from, Key: "id", Region: "HR", UpdatedAt: start(),
		Fields: []activation.Field{
			{Name: "E-mail", Column: "mail", Type: activation.TypeText, Semantic: activation.SemanticEmail},
			{Name: "Grad", Column: "city", Type: activation.TypeText, Semantic: activation.SemanticCity},
			{Name: "Bodovi", Column: "points", Type: activation.TypeNumber},
		},
	}
}

func segment(id activation.SegmentID, name string) activation.Segment {
	return activation.Segment{
		ID: id, Name: name, Description: "people in Zagreb or Split", TimeZone: "Europe/Zagreb",
		Rules: []activation.SegmentRule{
			{Rule: activation.Rule{Any: []activation.Rule{
				{Field: "Grad", Operator: activation.OpEquals, Values: []string{"Zagreb"}},
				{All: []activation.Rule{{Field: "Grad", Operator: activation.OpEquals, Values: []string{"Split"}},
					{Field: "Bodovi", Operator: activation.OpBetween, Values: []string{"10", "20.5"}}}},
			}}},
			{Combine: activation.Except, Rule: activation.Rule{Field: "E-mail", Operator: activation.OpIsEmpty}},
		},
		CreatedAt: start(), UpdatedAt: start(), Version: 1,
	}
}

func connection(id activation.ConnectionID, name string) activation.Connection {
	account := activation.Account{BaseURL: "https://api.example.com/v3", OrganizationID: "org-1"}
	return activation.Connection{
		ID: id, Name: name, Type: activation.DestinationBrevo, BaseURL: account.BaseURL,
		SealedKey: []byte{0, 1, 2, 0xff, 0}, KeyTail: "abcd",
		Details:   activation.AccountDetails{Account: account, Company: "Primjer d.o.o.", Email: "owner@example.com", Plan: "business", Credits: "1,000"},
		CheckedAt: start().Add(time.Second), ConsentAt: start().Add(-time.Hour), ConsentBy: "ana", ConsentVersion: activation.ConsentStatementVersion, Shared: true, ClearEmpty: activation.ClearAsked, MirrorOff: true,
		ExportUser: activation.ExportUser{Kind: activation.ExportUserPerson, Person: "pe1", Name: "Ana", At: start()}, ContactLimit: 50_000, RemovingAt: start().Add(time.Minute), RemovedBy: "iva",
		CreatedAt: start(), UpdatedAt: start(), Version: 1,
	}
}

// export is an export of both seeded segments over the seeded connection.
func export(id activation.ExportID, name string) activation.Export {
	return activation.Export{
		ID: id, Name: name, Connection: "co1", List: 7, ListName: "VIP", Segments: []activation.SegmentID{"se2", "se1"},
		Mapping: activation.Mapping{Email: "E-mail", Attributes: []activation.AttributeMapping{
			{Attribute: "FIRSTNAME", Field: "Ime"}, {Attribute: "SMS", Field: "Telefon"},
		}},
		Leavers: activation.LeaversRemove, TakeOver: true, TimeZone: "Europe/Zagreb",
		CreatedAt: start(), UpdatedAt: start(), Version: 1,
	}
}

func run(id activation.RunID, of activation.ExportID) activation.Run {
	return activation.Run{
		ID: id, Export: of, Kind: activation.RunReal, Status: activation.StatusQueued, Step: activation.StepPlan,
		RequestedBy: "ana", RefreshMirror: true, Connection: "co1", CreatedAt: start(), UpdatedAt: start(), Version: 1,
	}
}

func ended(r activation.Run, status activation.RunStatus) activation.Run {
	r.Status, r.EndedAt = status, start().Add(time.Minute)
	return r
}
