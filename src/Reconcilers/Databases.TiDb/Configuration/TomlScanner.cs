namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Finds tables and values in a TOML text without changing a character of it. What TOML would refuse it
/// refuses too, as far as it looks.</summary>
internal sealed class TomlScanner(string text)
{
    private const int MaximumDepth = 32;

    private int _depth;
    private int _at;

    public List<TomlValue> Values { get; } = [];

    public List<(string Table, int LineEnd)> Tables { get; } = [];

    /// <summary>Scans it all.</summary>
    /// <exception cref="FormatException">The text is not TOML; the message names the line.</exception>
    public void Scan()
    {
        var table = "";
        while (true)
        {
            SkipBlank(alsoLineBreaks: true);
            if (_at >= text.Length)
            {
                return;
            }

            if (text[_at] == '[')
            {
                table = Header();
            }
            else
            {
                Entry(table);
            }
        }
    }

    private string Header()
    {
        var isList = text.AsSpan(_at).StartsWith("[[", StringComparison.Ordinal);
        _at += isList ? 2 : 1;
        var table = Keys();
        Expect(isList ? "]]" : "]");
        RestOfLine();

        // Tables of a list have the same name and are different ones.
        var name = isList ? string.Create(CultureInfo.InvariantCulture, $"{table}#{Tables.Count}") : table;
        if (!isList && Tables.Exists(t => t.Table == name))
        {
            throw Wrong($"table [{table}] is defined twice");
        }

        Tables.Add((name, LineEnd()));
        return name;
    }

    private void Entry(string table)
    {
        var key = Keys();
        Expect("=");
        SkipBlank(alsoLineBreaks: false);
        var begin = _at;
        Value();
        var end = _at;
        RestOfLine();
        var path = table.Length == 0 ? key : $"{table}.{key}";
        if (Values.Exists(v => v.Path == path))
        {
            throw Wrong($"{path} is defined twice");
        }

        Values.Add(new TomlValue(path, table, begin, end, LineEnd()));
    }

    private string Keys()
    {
        var parts = new List<string>();
        while (true)
        {
            SkipBlank(alsoLineBreaks: false);
            var begin = _at;
            if (_at < text.Length && text[_at] is '"' or '\'')
            {
                String();
                parts.Add(text[(begin + 1)..(_at - 1)]);
            }
            else
            {
                while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or '_'))
                {
                    _at++;
                }

                parts.Add(_at > begin ? text[begin.._at] : throw Wrong("a key is expected"));
            }

            SkipBlank(alsoLineBreaks: false);
            if (_at >= text.Length || text[_at] != '.')
            {
                return string.Join('.', parts);
            }

            _at++;
        }
    }

    private void Value()
    {
        switch (_at < text.Length ? text[_at] : '\n')
        {
            case '"' or '\'':
                String();
                break;
            case '[':
                List(']', () => Value());
                break;
            case '{':
                List('}', () =>
                {
                    Keys();
                    Expect("=");
                    SkipBlank(alsoLineBreaks: false);
                    Value();
                });
                break;
            default:
                Plain();
                break;
        }
    }

    private void List(char close, Action item)
    {
        // Each level is a level of the stack too, and the file is written on a host.
        if (++_depth > MaximumDepth)
        {
            throw Wrong($"a value is nested more than {MaximumDepth} levels deep");
        }

        _at++;
        while (true)
        {
            SkipBlank(alsoLineBreaks: true);
            if (_at >= text.Length)
            {
                throw Wrong($"'{close}' is missing");
            }

            if (text[_at] == close)
            {
                _at++;
                _depth--;
                return;
            }

            item();
            SkipBlank(alsoLineBreaks: true);
            if (_at < text.Length && text[_at] == ',')
            {
                _at++;
            }
            else if (_at >= text.Length || text[_at] != close)
            {
                throw Wrong($"',' or '{close}' is expected");
            }
        }
    }

    private void String()
    {
        var quote = text[_at];
        var whole = new string(quote, 3);
        if (text.AsSpan(_at).StartsWith(whole, StringComparison.Ordinal))
        {
            _at += 3;
            while (!text.AsSpan(_at).StartsWith(whole, StringComparison.Ordinal))
            {
                _at += quote == '"' && _at + 1 < text.Length && text[_at] == '\\' ? 2 : 1;
                if (_at >= text.Length)
                {
                    throw Wrong("a text over several lines has no end");
                }
            }

            _at += 3;
            return;
        }

        _at++;
        while (_at < text.Length && text[_at] != quote)
        {
            if (text[_at] == '\n')
            {
                break;
            }

            _at += quote == '"' && text[_at] == '\\' ? 2 : 1;
        }

        if (_at >= text.Length || text[_at] != quote)
        {
            throw Wrong("a text has no end");
        }

        _at++;
    }

    private void Plain()
    {
        var begin = _at;
        while (_at < text.Length
            && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '+' or '-' or '_' or '.' or ':'))
        {
            _at++;
        }

        var word = text[begin.._at];
        if (word.Length == 0
            || !(
                word is "true" or "false"
                    || char.IsAsciiDigit(word[0])
                    || word[0] is '+' or '-'
                    || word is "inf" or "nan"))
        {
            throw Wrong("a value is expected");
        }
    }

    private void Expect(string sign)
    {
        SkipBlank(alsoLineBreaks: false);
        if (!text.AsSpan(_at).StartsWith(sign, StringComparison.Ordinal))
        {
            throw Wrong($"'{sign}' is expected");
        }

        _at += sign.Length;
    }

    private void RestOfLine()
    {
        SkipBlank(alsoLineBreaks: false);
        if (_at < text.Length && text[_at] is not ('\n' or '\r'))
        {
            throw Wrong("unexpected text after the value");
        }
    }

    private int LineEnd() => _at;

    private void SkipBlank(bool alsoLineBreaks)
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' || (alsoLineBreaks && text[_at] is '\n' or '\r'))
            {
                _at++;
            }
            else if (text[_at] == '#')
            {
                while (_at < text.Length && text[_at] is not ('\n' or '\r'))
                {
                    _at++;
                }
            }
            else
            {
                return;
            }
        }
    }

    private FormatException Wrong(string what)
    {
        var line = text.AsSpan(0, Math.Min(_at, text.Length)).Count('\n') + 1;
        return new FormatException(string.Create(CultureInfo.InvariantCulture, $"line {line}: {what}"));
    }
}

/// <summary>The place of a value in a TOML text.</summary>
/// <param name="Path">Its keys from the root, joined with dots: storage.block-cache.capacity.</param>
/// <param name="Table">Its table, as written in the header; empty for the root.</param>
/// <param name="Begin">Where its value begins.</param>
/// <param name="End">Where its value ends.</param>
/// <param name="LineEnd">Where the line its value ends on ends, line break left out.</param>
internal sealed record TomlValue(string Path, string Table, int Begin, int End, int LineEnd);
