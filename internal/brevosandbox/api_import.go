package brevosandbox

import (
	"strings"

	"github.com/tidwall/gjson"
)

const nothingUsable = "We could not find any valid email or SMS or Contact ID in the file you uploaded. " +
	"Also check that you are not using space as a delimiter"

// importContacts checks what Brevo checks before its answer and leaves the rest
// to a process.
func (c *call) importContacts() reply {
	body, ok := c.json()
	if !ok {
		return badJSON()
	}
	fields := importFields(body)
	rows, refusal := c.importRows(fields)
	if refusal != nil {
		return *refusal
	}
	job := &importJob{rows: *rows, update: true, clear: fields["emptyContactsAttributes"].Bool(),
		blockEmail: fields["emailBlacklist"].Bool(), blockSMS: fields["smsBlacklist"].Bool()}
	if v := fields["updateExistingContacts"]; v.Exists() {
		job.update = v.Bool()
	}
	for _, v := range fields["listIds"].Array() {
		if v.Type != gjson.Number {
			return invalid("listIds is not valid")
		}
		job.listIDs = append(job.listIDs, v.Int())
	}
	newList := fields["newList"]
	if len(job.listIDs) == 0 && newList.Get("listName").String() == "" {
		return missing("Missing listIds or newList")
	}
	if !rows.usable() {
		return invalid(nothingUsable)
	}
	c.rows, c.lists = rows.len(), job.listIDs
	defer c.lock()()
	twist := c.plan.process
	if refusal := c.destination(job, newList, &twist); refusal != nil {
		return *refusal
	}
	p := c.a.newProcess(processImport, c.now, twist)
	p.imp, p.rows, p.notify = job, rows.len(), fields["notifyUrl"].String()
	c.a.advance(c.now)
	return accepted(p.id)
}

// importFields takes the body apart in one pass; the rows may be many.
func importFields(body gjson.Result) map[string]gjson.Result {
	fields := map[string]gjson.Result{}
	body.ForEach(func(name, value gjson.Result) bool {
		fields[name.Str] = value
		return true
	})
	return fields
}

func (c *call) importRows(fields map[string]gjson.Result) (*importRows, *reply) {
	refuse := func(r reply) (*importRows, *reply) { return nil, &r }
	jsonBody, fileBody := fields["jsonBody"], fields["fileBody"]
	if c.s.OversizeOf == "field" && max(len(jsonBody.Raw), len(fileBody.Str)) > c.s.ImportSizeLimit {
		return refuse(c.tooBig("import"))
	}
	var rows *importRows
	var ok bool
	switch {
	case jsonBody.Exists():
		rows, ok = parseJSONBody(jsonBody)
	case fileBody.Exists():
		rows, ok = parseCSV(fileBody.String(), c.s.CSVQuotes)
	case fields["fileUrl"].Exists():
		return refuse(invalid("The sandbox does not fetch files: use jsonBody or fileBody instead of fileUrl"))
	default:
		return refuse(missing("Either fileUrl, fileBody or jsonBody is required"))
	}
	if !ok {
		return refuse(invalid(nothingUsable))
	}
	return rows, nil
}

// destination checks the lists of an import, or makes the new one.
func (c *call) destination(job *importJob, newList gjson.Result, twist *processTwist) *reply {
	if len(job.listIDs) == 0 {
		f := c.a.findFolder(newList.Get("folderId").Int())
		if f == nil {
			r := invalid("Folder ID does not exist")
			return &r
		}
		l := c.a.addList(strings.TrimSpace(newList.Get("listName").String()), f.id, c.now)
		job.listIDs = []int64{l.id}
		return nil
	}
	if !job.listGone(c.a) {
		return nil
	}
	var r reply
	switch c.s.UnknownList {
	case "400":
		r = invalid("One or more listIds are invalid")
	case "404":
		r = notFound(noList)
	default:
		twist.end, twist.portion = statusFailed, 0
		return nil
	}
	return &r
}

func (c *call) exportContacts() reply {
	body, ok := c.json()
	if !ok {
		return badJSON()
	}
	filter := body.Get("customContactFilter")
	if !filter.IsObject() {
		return missing("customContactFilter is missing")
	}
	job := &exportJob{action: filter.Get("actionForContacts").String(), listID: filter.Get("listId").Int(), mandatory: true}
	switch job.action {
	case "allContacts", "subscribed", "unsubscribed", "unsubscribedPerList":
	case "":
		return missing("actionForContacts is missing")
	default:
		return invalid("actionForContacts is not valid")
	}
	if v := body.Get("exportMandatoryAttributes"); v.Exists() {
		job.mandatory = v.Bool()
	}
	for name, into := range map[string]*[]string{"exportAttributes": &job.attributes,
		"exportMetadata": &job.metadata, "exportSubscriptionStatus": &job.status} {
		for _, v := range body.Get(name).Array() {
			*into = append(*into, v.String())
		}
	}
	if !job.mandatory && len(job.attributes) == 0 {
		return missing("exportAttributes is missing")
	}
	if filter.Get("segmentId").Exists() {
		return invalid("Segment ID does not exist")
	}
	c.lists = []int64{job.listID}
	defer c.lock()()
	if job.listID != 0 && c.a.listsByID[job.listID] == nil {
		return notFound(noList)
	}
	p := c.a.newProcess(processExport, c.now, c.plan.process)
	p.export, p.notify = job, body.Get("notifyUrl").String()
	c.a.advance(c.now)
	return accepted(p.id)
}
