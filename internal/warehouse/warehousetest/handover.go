package warehousetest

import (
	"github.com/stretchr/testify/require"

	"segue/internal/activation"
)

func attribute(name, field string) activation.AttributeMapping {
	return activation.AttributeMapping{Attribute: name, Field: field}
}

func winners(d *Desk) {
	def := Definition("email text email", "name text", "changed date updated_at", "city text")
	d.Text(def, `id,email,name,changed,city
p4,Ana@Example.com,newest,2026-03-01,Split
p3,ana@example.com,same day but larger id,2026-03-01,Split
p2,ana@example.com,older,2026-01-01,Zagreb
p1,ana@example.com,never updated,,Zagreb
p5,ivo@example.com,alone,,Zagreb
p7,mia@example.com,no date,,Zagreb
p6,mia@example.com,no date either,,Split
p8,,nobody,,Zagreb
`)
	m := activation.Mapping{Email: "email", Attributes: []activation.AttributeMapping{attribute("FIRSTNAME", "name")}}
	h, members, addresses, refused := d.HandOver(m, Select(activation.Rule{Field: "city", Operator: activation.OpEquals, Values: []string{"zagreb"}}))
	require.Equal(d, []string{
		"p1|ana@example.com|-|p3", "p2|ana@example.com|-|p3", "p5|ivo@example.com|-|p5", "p7|mia@example.com|-|p6", "p8|-|email_missing|-",
	}, members)
	require.Equal(d, []string{
		"ana@example.com|p3|same day but larger id|-", "ivo@example.com|p5|alone|-", "mia@example.com|p6|no date either|-",
	}, addresses, "an address goes out with the values of its winner, member or not")
	require.Empty(d, refused)
	require.Equal(d, Now, h.DataAt)
}

// winnersOfAll holds that an address has one winner, through whichever e-mail fields profiles have it: two exports that go by different
// fields send it the values of one person (S5).
func winnersOfAll(d *Desk) {
	d.Text(Definition("email text email", "work text email", "name text", "changed date updated_at", "city text", "phone text phone"), `id,email,work,name,changed,city,phone
p1,ana@example.com,,older,2026-01-01,Zagreb,+385912345671
p2,other@example.com,ana@example.com,newer,2026-03-01,Split,+385912345672
p3,ivo@example.com,ivo@example.com,of both,2026-01-01,Zagreb,+385912345673
p4,,ivo@example.com,older,2025-01-01,Zagreb,
p5,mia@example.com,,by its id,,Zagreb,
p6,,mia@example.com,larger id,,Zagreb,
`)
	m := activation.Mapping{Email: "email", Attributes: []activation.AttributeMapping{attribute("FIRSTNAME", "name"), attribute("SMS", "phone")}}
	_, members, addresses, _ := d.HandOver(m, Select(activation.Rule{Field: "city", Operator: activation.OpEquals, Values: []string{"Zagreb"}}))
	require.Equal(d, []string{
		"p1|ana@example.com|-|p2", "p3|ivo@example.com|-|p3", "p4|-|email_missing|-", "p5|mia@example.com|-|p5", "p6|-|email_missing|-",
	}, members)
	require.Equal(d, []string{
		"ana@example.com|p2|newer|-|-|phone_shared", "ivo@example.com|p3|of both|+385912345673|-|-", "mia@example.com|p5|by its id|-|-|-",
	}, addresses, "a phone that would go to two addresses goes to none (S10)")
	m.Email = "work"
	_, members, addresses, _ = d.HandOver(m, Everybody("email"))
	require.Equal(d, []string{
		"p1|-|email_missing|-", "p2|ana@example.com|-|p2", "p3|ivo@example.com|-|p3", "p4|ivo@example.com|-|p3", "p5|-|email_missing|-", "p6|mia@example.com|-|p5",
	}, members)
	require.Equal(d, []string{
		"ana@example.com|p2|newer|+385912345672|-|-", "ivo@example.com|p3|of both|+385912345673|-|-", "mia@example.com|p5|by its id|-|-|-",
	}, addresses)
}

func consent(d *Desk) {
	def := Definition("email text email", "agreed text consent")
	d.Text(def, `id,email,agreed
a1,a@example.com,yes
b1,b@example.com,no
c1,c@example.com,
d1,d@example.com,maybe
e1,e@example.com,Da
e2,e@example.com,TRUE
f1,f@example.com,yes
f2,f@example.com,no
g1,g@example.com,yes
g2,g@example.com,
h1,h@example.com,no
h2,h@example.com,
i1,not an address,no
`)
	_, members, addresses, refused := d.HandOver(activation.Mapping{Email: "email"}, Everybody("email"))
	require.Equal(d, []string{
		"a1|a@example.com|-|a1", "b1|b@example.com|no_consent|b1", "c1|c@example.com|no_consent|c1", "d1|d@example.com|no_consent|d1",
		"e1|e@example.com|-|e1", "e2|e@example.com|-|e1", "f1|f@example.com|consent_conflict|f1", "f2|f@example.com|consent_conflict|f1",
		"g1|g@example.com|consent_conflict|g1", "g2|g@example.com|consent_conflict|g1", "h1|h@example.com|no_consent|h1", "h2|h@example.com|no_consent|h1",
		"i1|-|email_no_at|-",
	}, members)
	require.Equal(d, []string{"a@example.com|a1", "e@example.com|e1"}, addresses)
	require.Equal(d, []string{
		"b@example.com|no_consent", "c@example.com|no_consent", "d@example.com|no_consent", "f@example.com|consent_conflict",
		"g@example.com|consent_conflict", "h@example.com|no_consent",
	}, refused)
}

// consentOfAll holds that whoever withdrew consent is refused through every e-mail field of the profile: the address under which
// another export may have sent the person as well (S7), and an address that is somebody else's through another field (S6).
func consentOfAll(d *Desk) {
	d.Text(Definition("email text email", "work text email", "agreed text consent"), `id,email,work,agreed
a1,a@example.com,a@work.example.com,no
b1,b@example.com,,yes
c1,c@example.com,b@example.com,no
e1,e@example.com,e@example.com,yes
`)
	refused := []string{"a@example.com|no_consent", "a@work.example.com|no_consent", "b@example.com|consent_conflict", "c@example.com|no_consent"}
	_, members, addresses, got := d.HandOver(activation.Mapping{Email: "email"}, Everybody("email"))
	require.Equal(d, refused, got)
	require.Equal(d, []string{"a1|a@example.com|no_consent|a1", "b1|b@example.com|consent_conflict|b1", "c1|c@example.com|no_consent|c1", "e1|e@example.com|-|e1"}, members)
	require.Equal(d, []string{"e@example.com|e1"}, addresses)
	_, members, addresses, got = d.HandOver(activation.Mapping{Email: "work"}, Everybody("email"))
	require.Equal(d, refused, got)
	require.Equal(d, []string{"a1|a@work.example.com|no_consent|a1", "b1|-|email_missing|-", "c1|b@example.com|consent_conflict|b1", "e1|e@example.com|-|e1"}, members)
	require.Equal(d, []string{"e@example.com|e1"}, addresses)
}

func refusals(d *Desk) {
	for _, kind := range []struct{ kind, yes, no string }{{"boolean", "true", "false"}, {"number", "1", "0"}, {"text", "oui", "non"}} {
		d.Text(Definition("email text email", "agreed "+kind.kind+" consent", "city text"),
			"id,email,agreed,city\na,a@example.com,"+kind.no+",Split\nb,b@example.com,"+kind.yes+",Zagreb\nc,c@example.com,,Split\n")
		_, members, addresses, refused := d.HandOver(activation.Mapping{Email: "email"},
			Select(activation.Rule{Field: "city", Operator: activation.OpEquals, Values: []string{"Zagreb"}}))
		require.Equal(d, []string{"b|b@example.com|-|b"}, members)
		require.Equal(d, []string{"b@example.com|b"}, addresses)
		require.Equal(d, []string{"a@example.com|no_consent", "c@example.com|no_consent"}, refused, "though nobody of them is a member")
	}
}

func phones(d *Desk) {
	d.Text(Definition("email text email", "phone text phone", "country text country"), `id,email,phone,country
a,a@example.com,091 234 5678,
b,b@example.com,(202) 555-0143,USA
c,c@example.com,01512 3456789,Njemačka
d,d@example.com,+385 91 234 5679,Germany
e,e@example.com,091 234 5670 ext. 12,Hrvatska
f,f@example.com,12,HR
g,g@example.com,,HR
h,h@example.com,091 234 5671,Atlantis
`)
	m := activation.Mapping{Email: "email", Attributes: []activation.AttributeMapping{attribute("SMS", "phone"), attribute("PHONE_TEXT", "phone")}}
	_, _, addresses, _ := d.HandOver(m, Everybody("email"))
	require.Equal(d, []string{
		"a@example.com|a|+385912345678|+385912345678|-|-",
		"b@example.com|b|+12025550143|+12025550143|-|-",
		"c@example.com|c|+4915123456789|+4915123456789|-|-",
		"d@example.com|d|+385912345679|+385912345679|-|-",
		"e@example.com|e|-|-|phone_has_extension|-",
		"f@example.com|f|-|-|phone_invalid|-",
		"g@example.com|g|-|-|-|-",
		"h@example.com|h|+385912345671|+385912345671|-|-",
	}, addresses)
}

func shared(d *Desk) {
	d.Text(Definition("email text email", "phone text phone", "code text", "agreed boolean consent", "city text"), `id,email,phone,code,agreed,city
a,a@example.com,091 234 5678,X1,true,Zagreb
b,b@example.com,+385912345678,X2,true,Split
c,c@example.com,00385 91 234 5679,x3,true,Zagreb
d,d@example.com,0912345679,X4,false,Split
e1,e@example.com,091 234 5670,X5,true,Zagreb
e2,e@example.com,091 234 5670,X5,true,Zagreb
f,f@example.com,091 234 5671,X4,true,Zagreb
g,nobody,091 234 5671,X7,true,Zagreb
h,h@example.com,,"  X8",true,Zagreb
i,i@example.com,,X8,true,Zagreb
k,k@example.com,,"  ",true,Zagreb
`)
	m := activation.Mapping{Email: "email", Attributes: []activation.AttributeMapping{attribute("SMS", "phone"), attribute("EXT_ID", "code"), attribute("CODE", "code")}}
	_, _, addresses, _ := d.HandOver(m, Select(activation.Rule{Field: "city", Operator: activation.OpEquals, Values: []string{"Zagreb"}}))
	require.Equal(d, []string{
		"a@example.com|a|-|X1|X1|phone_shared|-|-",                 // with b, who is no member
		"c@example.com|c|-|x3|x3|phone_shared|-|-",                 // with d, who refused
		"e@example.com|e1|+385912345670|X5|X5|-|-|-",               // two profiles of one address
		"f@example.com|f|+385912345671|-|X4|-|identifier_shared|-", // its phone is only with one who has no address
		"h@example.com|h|-|-|X8|-|identifier_shared|-",             // white space makes no other value
		"i@example.com|i|-|-|X8|-|identifier_shared|-",
		"k@example.com|k|-|-|-|-|-|-",
	}, addresses)
}
