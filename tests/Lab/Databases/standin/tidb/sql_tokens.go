package tidb

import "strings"

// token is a word, a number, a text or a sign. Texts and names in backquotes have no quotes.
type token struct {
	text   string
	quoted bool
	name   bool
}

// tokens is a statement that is read from left to right.
type tokens struct {
	list []token
	at   int
}

// tokenize splits a statement. It skips comments but reads the content of /*!...*/.
func tokenize(query string) *tokens {
	t := &tokens{}
	for i := 0; i < len(query); {
		switch c := query[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';':
			i++
		case strings.HasPrefix(query[i:], "/*!"):
			i += 3
			for i < len(query) && query[i] >= '0' && query[i] <= '9' {
				i++
			}
		case strings.HasPrefix(query[i:], "*/"):
			i += 2
		case strings.HasPrefix(query[i:], "/*"):
			end := strings.Index(query[i+2:], "*/")
			if end < 0 {
				return t
			}
			i += end + 4
		case c == '#' || strings.HasPrefix(query[i:], "-- "):
			end := strings.IndexByte(query[i:], '\n')
			if end < 0 {
				return t
			}
			i += end
		case c == '\'' || c == '"' || c == '`':
			text, length := quotedText(query[i:])
			t.list = append(t.list, token{text: text, quoted: c != '`', name: c == '`'})
			i += length
		case isWord(c):
			start := i
			for i < len(query) && (isWord(query[i]) || (query[i] == '.' && query[start] >= '0' && query[start] <= '9')) {
				i++
			}
			t.list = append(t.list, token{text: query[start:i]})
		default:
			t.list = append(t.list, token{text: string(c)})
			i++
		}
	}
	return t
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
}

func quotedText(text string) (string, int) {
	quote := text[0]
	var out strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote != '`' && i+1 < len(text):
			i++
			switch text[i] {
			case 'n':
				out.WriteByte('\n')
			case 't':
				out.WriteByte('\t')
			case 'r':
				out.WriteByte('\r')
			case '0':
				out.WriteByte(0)
			default:
				out.WriteByte(text[i])
			}
		case text[i] == quote && i+1 < len(text) && text[i+1] == quote:
			out.WriteByte(quote)
			i++
		case text[i] == quote:
			return out.String(), i + 1
		default:
			out.WriteByte(text[i])
		}
	}
	return out.String(), len(text)
}

func (t *tokens) end() bool { return t.at >= len(t.list) }

func (t *tokens) peek() token {
	if t.end() {
		return token{}
	}
	return t.list[t.at]
}

func (t *tokens) next() token {
	current := t.peek()
	t.at++
	return current
}

// is tells whether the next tokens are these words, ignoring case.
func (t *tokens) is(words ...string) bool {
	for i, word := range words {
		if t.at+i >= len(t.list) || t.list[t.at+i].quoted || !strings.EqualFold(t.list[t.at+i].text, word) {
			return false
		}
	}
	return true
}

// take is is, and then continues after these words.
func (t *tokens) take(words ...string) bool {
	if !t.is(words...) {
		return false
	}
	t.at += len(words)
	return true
}

// qualified reads name or database.name.
func (t *tokens) qualified(database string) (string, string) {
	name := t.next().text
	if t.take(".") {
		return name, t.next().text
	}
	return database, name
}

// group reads the content of parentheses, split at the commas outside of inner ones.
func (t *tokens) group() ([][]token, bool) {
	if !t.take("(") {
		return nil, false
	}
	var parts [][]token
	var part []token
	for depth := 1; !t.end(); {
		current := t.next()
		switch {
		case !current.quoted && current.text == "(":
			depth++
		case !current.quoted && current.text == ")":
			if depth--; depth == 0 {
				return append(parts, part), true
			}
		case !current.quoted && current.text == "," && depth == 1:
			parts, part = append(parts, part), nil
			continue
		}
		part = append(part, current)
	}
	return nil, false
}

// value is a literal: a text, a number, NULL.
func value(part []token) (*string, bool) {
	switch {
	case len(part) == 1 && !part[0].quoted && strings.EqualFold(part[0].text, "null"):
		return nil, true
	case len(part) == 1:
		return &part[0].text, true
	case len(part) == 2 && part[0].text == "-":
		negative := "-" + part[1].text
		return &negative, true
	}
	return nil, false
}
