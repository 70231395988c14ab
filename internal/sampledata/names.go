package sampledata

// name is a name as written and as it appears in an address.
type name struct{ written, plain string }

// country is what customers of one country have in common. The tables of this file never change.
type country struct {
	code, language, callingCode, trunk string
	firsts, lasts                      []name
	cities                             []string
	phones                             []numberRange
	yes, no                            []string // how its systems write consent
}

var (
	croatianFirsts = []name{{"Željko", "zeljko"}, {"Šime", "sime"}, {"Ana", "ana"}, {"Marija", "marija"}, {"Ivan", "ivan"}, {"Luka", "luka"},
		{"Đurđica", "djurdjica"}, {"Božena", "bozena"}, {"Nikša", "niksa"}, {"Tomislav", "tomislav"}, {"Ćiril", "ciril"}, {"Mia", "mia"}, {"Petra", "petra"},
		{"Krešimir", "kresimir"}, {"Snježana", "snjezana"}, {"Jakov", "jakov"}, {"Lucija", "lucija"}, {"Zdenka", "zdenka"}, {"Marko", "marko"}, {"Ines", "ines"},
		{"Stjepan", "stjepan"}, {"Vesna", "vesna"}, {"Duje", "duje"}, {"Nevenka", "nevenka"}, {"Hrvoje", "hrvoje"}, {"Matea", "matea"}, {"Ante", "ante"}}
	croatianLasts = []name{{"Horvat", "horvat"}, {"Kovačević", "kovacevic"}, {"Babić", "babic"}, {"Marić", "maric"}, {"Jurić", "juric"}, {"Novak", "novak"},
		{"Knežević", "knezevic"}, {"Vuković", "vukovic"}, {"Šimić", "simic"}, {"Đurić", "djuric"}, {"Žuljević", "zuljevic"}, {"Čavić", "cavic"},
		{"Perković", "perkovic"}, {"Matić", "matic"}, {"Blažević", "blazevic"}, {"Grgić", "grgic"}, {"Pavlović", "pavlovic"}, {"Šarić", "saric"},
		{"Vidović", "vidovic"}, {"Lončar", "loncar"}, {"Kralj", "kralj"}, {"Tomić", "tomic"}, {"Bošnjak", "bosnjak"}, {"Barišić", "barisic"}}
	germanFirsts = []name{{"Jürgen", "juergen"}, {"Björn", "bjoern"}, {"Käthe", "kaethe"}, {"Anna", "anna"}, {"Lukas", "lukas"}, {"Sören", "soeren"},
		{"Günther", "guenther"}, {"Monika", "monika"}, {"Sabine", "sabine"}, {"Jörg", "joerg"}, {"Lea", "lea"}, {"Maximilian", "maximilian"}, {"Ursula", "ursula"},
		{"Felix", "felix"}, {"Änne", "aenne"}, {"Claudia", "claudia"}, {"Hans-Peter", "hans-peter"}, {"Jonas", "jonas"}, {"Mareike", "mareike"}, {"Emil", "emil"},
		{"Frieda", "frieda"}, {"Rüdiger", "ruediger"}, {"Heike", "heike"}, {"Paul", "paul"}}
	germanLasts = []name{{"Müller", "mueller"}, {"Schmidt", "schmidt"}, {"Schröder", "schroeder"}, {"Weiß", "weiss"}, {"Groß", "gross"}, {"Fischer", "fischer"},
		{"Becker", "becker"}, {"Jäger", "jaeger"}, {"Krüger", "krueger"}, {"Köhler", "koehler"}, {"Vogel", "vogel"}, {"Günter", "guenter"}, {"Böhm", "boehm"},
		{"von Berg", "vonberg"}, {"Hoffmann", "hoffmann"}, {"Zimmermann", "zimmermann"}, {"Strauß", "strauss"}, {"Voß", "voss"}, {"Brandt", "brandt"},
		{"Meier-Lang", "meier-lang"}, {"Schäfer", "schaefer"}, {"Wagner", "wagner"}}
	frenchFirsts = []name{{"Françoise", "francoise"}, {"Éloïse", "eloise"}, {"Benoît", "benoit"}, {"Jean-Luc", "jean-luc"}, {"Zoé", "zoe"}, {"Hélène", "helene"},
		{"Léo", "leo"}, {"Jérôme", "jerome"}, {"Camille", "camille"}, {"Maël", "mael"}, {"Anaïs", "anais"}, {"Thérèse", "therese"}, {"Louis", "louis"},
		{"Chloé", "chloe"}, {"Gaëlle", "gaelle"}, {"Étienne", "etienne"}, {"Noémie", "noemie"}, {"Antoine", "antoine"}, {"Inès", "ines"}, {"Rémi", "remi"},
		{"Aurélie", "aurelie"}, {"François", "francois"}, {"Marguerite", "marguerite"}}
	frenchLasts = []name{{"Lefèvre", "lefevre"}, {"Dubois", "dubois"}, {"Garçon", "garcon"}, {"D'Arcy", "d'arcy"}, {"Muñoz", "munoz"}, {"Bréchet", "brechet"},
		{"Lemaître", "lemaitre"}, {"Moreau", "moreau"}, {"Bénard", "benard"}, {"Châtelain", "chatelain"}, {"Petit", "petit"}, {"Gauthier", "gauthier"},
		{"Œuvrard", "oeuvrard"}, {"Le Goff", "legoff"}, {"de la Cour", "delacour"}, {"Noël", "noel"}, {"Perrot", "perrot"}, {"Rousseau", "rousseau"},
		{"Hébert", "hebert"}, {"Bernard", "bernard"}, {"Crépin", "crepin"}}
	englishFirsts = []name{{"Olivia", "olivia"}, {"George", "george"}, {"Siobhán", "siobhan"}, {"Harry", "harry"}, {"Zoë", "zoe"}, {"Amelia", "amelia"},
		{"Noah", "noah"}, {"Priya", "priya"}, {"Mohammed", "mohammed"}, {"Grace", "grace"}, {"Seán", "sean"}, {"Charlotte", "charlotte"}, {"Jack", "jack"},
		{"Niamh", "niamh"}, {"William", "william"}, {"Chloë", "chloe"}, {"Emily", "emily"}, {"Oscar", "oscar"}, {"Mary-Jane", "mary-jane"}, {"Thomas", "thomas"},
		{"Isla", "isla"}, {"Freya", "freya"}, {"Alfie", "alfie"}}
	englishLasts = []name{{"Smith", "smith"}, {"O'Neill", "o'neill"}, {"Jones", "jones"}, {"Taylor", "taylor"}, {"MacDonald", "macdonald"}, {"Brontë", "bronte"},
		{"Patel", "patel"}, {"Williams", "williams"}, {"O'Connor", "o'connor"}, {"Walker", "walker"}, {"Ní Bhriain", "nibhriain"}, {"Hughes", "hughes"},
		{"Wright", "wright"}, {"Smythe-Hall", "smythe-hall"}, {"Evans", "evans"}, {"Khan", "khan"}, {"Fitzgerald", "fitzgerald"}, {"Murphy", "murphy"},
		{"Campbell", "campbell"}, {"Okafor", "okafor"}, {"Baker", "baker"}}
)

var (
	croatia = country{code: "HR", language: "hr", callingCode: "385", trunk: "0", firsts: croatianFirsts, lasts: croatianLasts,
		cities: []string{"Zagreb", "Split", "Rijeka", "Osijek", "Zadar", "Šibenik", "Varaždin", "Poreč", "Čakovec", "Požega", "Đakovo", "Županja"},
		phones: croatianPhones, yes: []string{"da", "DA", "true", "1"}, no: []string{"ne", "NE", "false", "0"}}
	germany = country{code: "DE", language: "de", callingCode: "49", trunk: "0", firsts: germanFirsts, lasts: germanLasts,
		cities: []string{"Berlin", "München", "Köln", "Düsseldorf", "Hamburg", "Leipzig", "Nürnberg", "Frankfurt am Main", "Lübeck", "Gießen"},
		phones: germanPhones, yes: []string{"ja", "Ja", "true", "1"}, no: []string{"nein", "Nein", "false", "0"}}
	austria = country{code: "AT", language: "de", callingCode: "43", trunk: "0", firsts: germanFirsts, lasts: germanLasts,
		cities: []string{"Wien", "Graz", "Linz", "Salzburg", "Mödling", "Sankt Pölten"},
		phones: austrianPhones, yes: []string{"ja", "J", "true"}, no: []string{"nein", "N", "false"}}
	france = country{code: "FR", language: "fr", callingCode: "33", trunk: "0", firsts: frenchFirsts, lasts: frenchLasts,
		cities: []string{"Paris", "Lyon", "Orléans", "Besançon", "Nîmes", "Saint-Étienne", "Bordeaux", "Évry", "Angoulême", "L'Haÿ-les-Roses"},
		phones: frenchPhones, yes: []string{"oui", "Oui", "vrai", "1"}, no: []string{"non", "Non", "faux", "0"}}
	britain = country{code: "GB", language: "en", callingCode: "44", trunk: "0", firsts: englishFirsts, lasts: englishLasts,
		cities: []string{"London", "Leeds", "Bristol", "Cardiff", "Glasgow", "Stoke-on-Trent", "Belfast", "King's Lynn"},
		phones: britishPhones, yes: []string{"yes", "Y", "true", "1"}, no: []string{"no", "N", "false", "0"}}
	ireland = country{code: "IE", language: "en", callingCode: "353", trunk: "0", firsts: englishFirsts, lasts: englishLasts,
		cities: []string{"Dublin", "Cork", "Galway", "Dún Laoghaire", "Limerick"},
		phones: irishPhones, yes: []string{"yes", "Yes", "true"}, no: []string{"no", "No", "false"}}
)

// pickCountry gives a country for a number below 100.
func pickCountry(roll int) *country {
	switch {
	case roll < 40:
		return &croatia
	case roll < 57:
		return &germany
	case roll < 63:
		return &austria
	case roll < 80:
		return &france
	case roll < 95:
		return &britain
	}
	return &ireland
}

var tiers = [...]string{"none", "bronze", "silver", "gold", "platinum"}
