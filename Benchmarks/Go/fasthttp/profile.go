package main

// Profile is the object of ten fields that every server answers GET /json with.
type Profile struct {
	ID        int      `json:"id"`
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	Active    bool     `json:"active"`
	Age       int      `json:"age"`
	Score     float64  `json:"score"`
	Tags      []string `json:"tags"`
	City      string   `json:"city"`
	Country   string   `json:"country"`
	CreatedAt string   `json:"createdAt"`
}

var sample = Profile{
	ID:        42,
	Name:      "Ada Lovelace",
	Email:     "ada@example.com",
	Active:    true,
	Age:       36,
	Score:     98.5,
	Tags:      []string{"math", "engines"},
	City:      "London",
	Country:   "GB",
	CreatedAt: "2026-01-01T00:00:00Z",
}
