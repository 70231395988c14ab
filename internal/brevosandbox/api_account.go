package brevosandbox

import (
	"hash/fnv"
	"strconv"
)

func (c *call) getAccount() reply {
	defer c.lock()()
	cfg := c.a.cfg
	h := fnv.New32a()
	_, _ = h.Write([]byte(cfg.OrganizationID))
	var credits any = cfg.Credits
	if c.s.Credits == "string" {
		credits = strconv.Itoa(cfg.Credits)
	}
	return object(200, map[string]any{
		"organization_id": cfg.OrganizationID,
		"user_id":         h.Sum32() % 10_000_000,
		"enterprise":      c.a.cfg.Tier == "extended",
		"companyName":     cfg.Company,
		"email":           cfg.Email,
		"firstName":       "Sandbox",
		"lastName":        "Owner",
		"address":         map[string]any{"city": "Zagreb", "country": "Croatia", "street": "Ilica 1", "zipCode": "10000"},
		"plan": []any{
			map[string]any{"type": "subscription", "creditsType": "sendLimit", "credits": credits},
		},
		"planVerticals": []any{map[string]any{
			"planCategory": "Marketing", "planType": "subscription", "name": "Sandbox", "status": "active",
			"startDate": "1767225600", "endDate": "1798761600", "credits": strconv.Itoa(cfg.Credits),
			"users": map[string]any{"purchasedSeats": "1", "usedSeats": "1"},
		}},
		"relay": map[string]any{"enabled": false, "data": map[string]any{
			"port": 587, "relay": "smtp.sandbox.example", "userName": cfg.Email,
		}},
		"marketingAutomation": map[string]any{"enabled": false},
	})
}

func (c *call) getSegments() reply {
	if _, refusal := c.paging(10, 50); refusal != nil {
		return *refusal
	}
	defer c.lock()()
	return object(200, map[string]any{"count": 0, "segments": []any{}})
}
