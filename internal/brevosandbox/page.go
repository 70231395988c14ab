package brevosandbox

import "net/http"

func (sb *Sandbox) addPages(*http.ServeMux) {}
