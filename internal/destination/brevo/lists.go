package brevo

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"segue/internal/activation"
	"segue/internal/destination"
)

const pageOfLists = 50 // the most that Brevo gives of lists and folders

// List implements destination.Destination. Folder stays empty: the answer names it by number only.
func (c *Client) List(ctx context.Context, id activation.ListID) (destination.List, error) {
	r := call{endpoint: getList, in: escaped(id)}
	v, err := c.do(ctx, r)
	if err != nil {
		return destination.List{}, err
	}
	if v.Get("id").Int() != int64(id) {
		return destination.List{}, r.failed(destination.Unknown, "the answer is about another list", nil)
	}
	return list(v, nil), nil
}

// list reads a list. uniqueSubscribers is the count that Brevo still keeps.
func list(v gjson.Result, folders map[int64]string) destination.List {
	return destination.List{
		ID: activation.ListID(v.Get("id").Int()), Name: text(v.Get("name")), Folder: folders[v.Get("folderId").Int()],
		Size: v.Get("uniqueSubscribers").Int(),
	}
}

// Lists implements destination.Destination.
func (c *Client) Lists(ctx context.Context) ([]destination.List, error) {
	folders, err := c.Folders(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[int64]string, len(folders))
	for _, f := range folders {
		names[f.ID] = f.Name
	}
	all, err := c.pages(ctx, getLists, "lists")
	if err != nil {
		return nil, err
	}
	lists := make([]destination.List, 0, len(all))
	for _, v := range all {
		lists = append(lists, list(v, names))
	}
	return lists, nil
}

// Folders implements destination.ListCreator.
func (c *Client) Folders(ctx context.Context) ([]destination.Folder, error) {
	all, err := c.pages(ctx, getFolders, "folders")
	if err != nil {
		return nil, err
	}
	folders := make([]destination.Folder, 0, len(all))
	for _, v := range all {
		folders = append(folders, destination.Folder{ID: v.Get("id").Int(), Name: text(v.Get("name"))})
	}
	return folders, nil
}

// pages reads all pages of lists or folders, in the order of their ids, each once. Pages overlap by one entry as long as
// there are more, so that one that is deleted meanwhile hides no other.
func (c *Client) pages(ctx context.Context, e *endpoint, name string) ([]gjson.Result, error) {
	found := map[int64]gjson.Result{}
	for offset := 0; ; {
		r := call{endpoint: e, query: url.Values{
			"limit": {strconv.Itoa(pageOfLists)}, "offset": {strconv.Itoa(offset)}, "sort": {"asc"},
		}}
		v, err := c.do(ctx, r)
		if err != nil {
			return nil, err
		}
		entries := v.Get(name).Array()
		fresh := 0
		for _, x := range entries {
			id := x.Get("id").Int()
			if id <= 0 {
				return nil, r.failed(destination.Unknown, "the answer has an entry without a number", nil)
			}
			if _, ok := found[id]; !ok {
				fresh++
			}
			found[id] = x
		}
		if count := v.Get("count"); fresh == 0 || count.Exists() && int64(offset+len(entries)) >= count.Int() {
			break
		}
		offset += max(1, len(entries)-1)
	}
	all := make([]gjson.Result, 0, len(found))
	for _, v := range found {
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b gjson.Result) int { return cmp.Compare(a.Get("id").Int(), b.Get("id").Int()) })
	return all, nil
}

// CreateList implements destination.ListCreator.
func (c *Client) CreateList(ctx context.Context, name string, folder int64) (destination.List, error) {
	name = strings.TrimSpace(name)
	r := call{endpoint: postList}
	if name == "" {
		return destination.List{}, r.failed(destination.Refused, "the list has no name", nil)
	}
	in, err := c.folder(ctx, folder)
	if err != nil {
		return destination.List{}, err
	}
	if r.body, err = json.Marshal(map[string]any{"name": name, "folderId": in.ID}); err != nil {
		return destination.List{}, r.failed(destination.Refused, "the request cannot be written", err)
	}
	id, err := c.created(ctx, r)
	if err != nil {
		return destination.List{}, err
	}
	return destination.List{ID: activation.ListID(id), Name: name, Folder: in.Name}, nil
}

// created makes something and returns its number.
func (c *Client) created(ctx context.Context, r call) (int64, error) {
	v, err := c.do(ctx, r)
	if err != nil {
		return 0, err
	}
	id, ok := number(v.Get("id"))
	if !ok {
		return 0, r.failed(destination.Unknown, "the answer does not name what was made", nil)
	}
	return id, nil
}

// number is a positive whole number, written as one or as text.
func number(v gjson.Result) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(text(v)), 10, 64)
	return n, err == nil && n > 0
}

// folder finds a folder; 0 means the first one, made where there is none.
func (c *Client) folder(ctx context.Context, id int64) (destination.Folder, error) {
	folders, err := c.Folders(ctx)
	if err != nil {
		return destination.Folder{}, err
	}
	for _, f := range folders {
		if id == 0 || f.ID == id {
			return f, nil
		}
	}
	r := call{endpoint: postFolder, body: []byte(`{"name":"Segue"}`)}
	if id != 0 {
		e := r.failed(destination.Refused, "the account has no folder "+escaped(id), nil)
		e.Remedy = "Choose another folder"
		return destination.Folder{}, e
	}
	made, err := c.created(ctx, r)
	return destination.Folder{ID: made, Name: "Segue"}, err
}
