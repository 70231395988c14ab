package activation

import (
	"slices"
	"strconv"
)

// Related is a value worked out from the rows that are related to a profile; a condition compares it as it would a field.
// With the operators has and has_not it stands for the rows themselves.
type Related struct {
	// Path names the relationships on the way from the profile to the rows, one after the other. Each may be followed from either
	// end. Where a way branches every chain of rows counts.
	Path []string `json:"path"`
	// Function is what is worked out; empty with has and has_not.
	Function Function `json:"function,omitempty"`
	// Column is the column of the last table of the path that the function is over; empty with count.
	Column string `json:"column,omitempty"`
	// OrderBy is the column that first and last go by.
	OrderBy string `json:"order_by,omitempty"`
	// Where keeps the rows for which it holds; its fields are columns of the last table, and paths in it begin there.
	Where *Rule `json:"where,omitempty"`
	// Within keeps the rows of a span of time.
	Within *Window `json:"within,omitempty"`
}

// Window is a condition on a column of days or instants.
type Window struct {
	Column   string   `json:"column"`
	Operator Operator `json:"operator"`
	Values   []string `json:"values,omitempty"`
	Unit     Unit     `json:"unit,omitempty"`
}

// Function is what is worked out from related rows. Missing values are left out of all but count.
type Function string

// The functions. Without any row, or any value, count and distinct are 0 and the others missing.
const (
	FuncCount    Function = "count"    // of rows
	FuncDistinct Function = "distinct" // number of different values; texts as conditions compare them
	FuncSum      Function = "sum"      // of values rounded to six decimal places, exactly
	FuncAverage  Function = "average"  // that sum divided by the number of values
	FuncMin      Function = "min"
	FuncMax      Function = "max"
	FuncFirst    Function = "first" // the value of the row that comes first by a column; of several the least
	FuncLast     Function = "last"  // of the one that comes last; of several the greatest
)

// FunctionInfo describes one function: screens, documents and validation use the same description.
type FunctionInfo struct {
	Function Function
	// Types are the types of columns that it is over; empty for count, which is over rows.
	Types []FieldType
	// Result is the type of what is worked out; empty for that of the column.
	Result FieldType
	// Ordered reports whether it needs a column to go by.
	Ordered bool
}

// Functions describes every function, in the order in which screens offer them.
func Functions() []FunctionInfo {
	number, sorted := []FieldType{TypeNumber}, []FieldType{TypeNumber, TypeDate, TypeDateTime}
	return []FunctionInfo{
		{FuncCount, nil, TypeNumber, false}, {FuncSum, number, TypeNumber, false}, {FuncAverage, number, TypeNumber, false},
		{FuncMin, sorted, "", false}, {FuncMax, sorted, "", false},
		{FuncFirst, FieldTypes(), "", true}, {FuncLast, FieldTypes(), "", true}, {FuncDistinct, FieldTypes(), TypeNumber, false},
	}
}

// Info returns the description of f.
func (f Function) Info() (FunctionInfo, bool) {
	for _, i := range Functions() {
		if i.Function == f {
			return i, true
		}
	}
	return FunctionInfo{}, false
}

// MaxPath is how many relationships a path may have.
const MaxPath = 6

// Condition is the window as a condition on its column.
func (w Window) Condition() Rule {
	return Rule{Field: w.Column, Operator: w.Operator, Values: w.Values, Unit: w.Unit}
}

// place is where fields of a rule are looked up: the profile, or the columns of a table.
type place struct {
	// table is empty for the profile.
	table  SourceID
	fields func(name string) (FieldType, bool)
}

func (m Model) profilePlace() place {
	return place{fields: func(name string) (FieldType, bool) {
		f, ok := m.Profile.FieldNamed(name)
		return f.Type, ok
	}}
}

func (m Model) tablePlace(id SourceID) place {
	return place{table: id, fields: func(name string) (FieldType, bool) {
		c, ok := ColumnNamed(m.Tables[id], name)
		return c.Type, ok
	}}
}

// related checks r at a place and returns the type of what is worked out.
func (v *validation) related(r Related, here place, has bool, at string, depth int) (FieldType, error) {
	if len(r.Path) == 0 || len(r.Path) > MaxPath {
		return "", Errorf(CodeInvalid, "must name 1 to %d relationships", MaxPath).WithField(at + ".path")
	}
	way, err := v.model.Way(here.table, r.Path, at+".path")
	if err != nil {
		return "", err
	}
	if err := r.checkShape(has, at); err != nil {
		return "", err
	}
	id := way[len(way)-1].Table()
	if _, ok := v.model.Tables[id]; !ok {
		return "", Errorf(CodeInvalid, "the path leads to a table that has no rows yet").WithField(at + ".path").WithRemedy("Take them over first: segue source ingest")
	}
	there := v.model.tablePlace(id)
	kind := FieldType("")
	if !has {
		if kind, err = r.checkFunction(there, at); err != nil {
			return "", err
		}
	}
	if r.Within != nil {
		if err := v.window(*r.Within, there, at+".within"); err != nil {
			return "", err
		}
	}
	if r.Where != nil {
		return kind, v.rule(*r.Where, there, at+".where", depth+1)
	}
	return kind, nil
}

// checkShape checks what can be said without knowing the columns of the table.
func (r Related) checkShape(has bool, at string) error {
	if has {
		if r.Function != "" || r.Column != "" || r.OrderBy != "" {
			return Errorf(CodeInvalid, "has and has_not take no function and no column: they ask whether there is a row").WithField(at + ".function")
		}
		return nil
	}
	info, ok := r.Function.Info()
	switch {
	case !ok && r.Function == "":
		return Errorf(CodeInvalid, "the function is missing").WithField(at + ".function")
	case !ok:
		return Errorf(CodeInvalid, "unknown function %q", r.Function).WithField(at + ".function")
	case len(info.Types) == 0 && r.Column != "":
		return Errorf(CodeInvalid, "%s is over rows and takes no column", r.Function).WithField(at + ".column")
	case len(info.Types) > 0 && r.Column == "":
		return Errorf(CodeInvalid, "%s needs a column", r.Function).WithField(at + ".column")
	case !info.Ordered && r.OrderBy != "":
		return Errorf(CodeInvalid, "%s goes by no column", r.Function).WithField(at + ".order_by")
	case info.Ordered && r.OrderBy == "":
		return Errorf(CodeInvalid, "%s needs a column to go by", r.Function).WithField(at + ".order_by")
	}
	return nil
}

// checkFunction checks what is worked out against the columns of the table, and returns its type.
func (r Related) checkFunction(there place, at string) (FieldType, error) {
	info, _ := r.Function.Info()
	kind := info.Result
	if len(info.Types) > 0 {
		t, ok := there.fields(r.Column)
		if !ok {
			return "", Errorf(CodeInvalid, "the table has no column %q", r.Column).WithField(at + ".column")
		}
		if !slices.Contains(info.Types, t) {
			return "", Errorf(CodeInvalid, "%s does not apply to the %s column %q", r.Function, t, r.Column).WithField(at + ".column")
		}
		if kind == "" {
			kind = t
		}
	}
	if !info.Ordered {
		return kind, nil
	}
	t, ok := there.fields(r.OrderBy)
	if !ok {
		return "", Errorf(CodeInvalid, "the table has no column %q", r.OrderBy).WithField(at + ".order_by")
	}
	if t == TypeText || t == TypeBoolean {
		return "", Errorf(CodeInvalid, "%s goes by a number, a day or an instant, and %q is %s", r.Function, r.OrderBy, t).WithField(at + ".order_by")
	}
	return kind, nil
}

func (v *validation) window(w Window, there place, at string) error {
	t, ok := there.fields(w.Column)
	if !ok {
		return Errorf(CodeInvalid, "the table has no column %q", w.Column).WithField(at + ".column")
	}
	if t != TypeDate && t != TypeDateTime {
		return Errorf(CodeInvalid, "a span of time is over days or instants, and %q is %s", w.Column, t).WithField(at + ".column")
	}
	return v.comparison(w.Condition(), t, at)
}

func itoa(i int) string { return strconv.Itoa(i) }
