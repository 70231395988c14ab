package wire

import (
	"github.com/danielgtaylor/huma/v2"

	"segue/internal/activation"
)

// Code is an activation.Code; its schema lists every code there is.
type Code string

// Schema implements huma.SchemaProvider.
func (Code) Schema(huma.Registry) *huma.Schema { return enum(Codes()) }

// Operator is an activation.Operator.
type Operator string

// Schema implements huma.SchemaProvider.
func (Operator) Schema(huma.Registry) *huma.Schema {
	var all []activation.Operator
	for _, i := range activation.Operators() {
		all = append(all, i.Operator)
	}
	return enum(all)
}

// FieldType is an activation.FieldType.
type FieldType string

// Schema implements huma.SchemaProvider.
func (FieldType) Schema(huma.Registry) *huma.Schema { return enum(activation.FieldTypes()) }

// SemanticType is an activation.SemanticType; it is left out where a field means nothing special.
type SemanticType string

// Schema implements huma.SchemaProvider.
func (SemanticType) Schema(huma.Registry) *huma.Schema { return enum(activation.SemanticTypes()) }

// RunStatus is an activation.RunStatus.
type RunStatus string

// Schema implements huma.SchemaProvider.
func (RunStatus) Schema(huma.Registry) *huma.Schema {
	return enum([]activation.RunStatus{
		activation.StatusNotStarted, activation.StatusQueued, activation.StatusRunning, activation.StatusWaiting,
		activation.StatusHeld, activation.StatusSuccessful, activation.StatusWithRejects, activation.StatusRetrying,
		activation.StatusFailed, activation.StatusCanceled, activation.StatusSkipped, activation.StatusNoConnection,
		activation.StatusNeedsExportUser,
	})
}

// AttributeType is an activation.AttributeType.
type AttributeType string

// Schema implements huma.SchemaProvider.
func (AttributeType) Schema(huma.Registry) *huma.Schema {
	return enum([]activation.AttributeType{
		activation.AttributeText, activation.AttributeNumber, activation.AttributeDate, activation.AttributeBoolean,
		activation.AttributeCategory, activation.AttributeMultipleChoice, activation.AttributeIdentifier,
	})
}

// Reason says why a row of a run is where it is, or a value was left out; its schema lists every reason there is.
type Reason string

// Schema implements huma.SchemaProvider.
func (Reason) Schema(huma.Registry) *huma.Schema { return enum(activation.Reasons()) }

// HoldCode is a limit of the mass-change brake.
type HoldCode string

// Schema implements huma.SchemaProvider.
func (HoldCode) Schema(huma.Registry) *huma.Schema { return enum(activation.HoldCodes()) }

func enum[T ~string](values []T) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, v := range values {
		s.Enum = append(s.Enum, string(v))
	}
	return s
}
