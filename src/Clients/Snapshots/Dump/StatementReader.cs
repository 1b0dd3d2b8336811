namespace Drydock.Clients.Snapshots;

/// <summary>Recognizes each statement by its first tokens and counts objects and rows.</summary>
internal sealed class StatementReader
{
    private const int HeadLimit = 64;

    private static readonly HashSet<string> Kinds = new(StringComparer.Ordinal)
    {
        "TABLE",
        "VIEW",
        "PROCEDURE",
        "FUNCTION",
        "TRIGGER",
        "EVENT",
        "SEQUENCE",
        "DATABASE",
        "SCHEMA",
        "PACKAGE",
        "USER",
        "ROLE",
        "INDEX",
    };

    private readonly Dictionary<string, long> _tables = new(StringComparer.Ordinal);
    private readonly HashSet<string> _views = new(StringComparer.Ordinal);
    private readonly HashSet<string> _routines = new(StringComparer.Ordinal);
    private readonly HashSet<string> _triggers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _events = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sequences = new(StringComparer.Ordinal);
    private readonly List<StatementToken> _head = [];
    private readonly StatementValidator _gate;
    private readonly NameBudget _names;
    private bool _namesDatabase;
    private bool _decided;
    private string? _insertTable;
    private long _insertRows;
    private int _depth;

    /// <param name="gate">The validator of the statements.</param>
    /// <param name="names">The memory limit for names.</param>
    internal StatementReader(StatementValidator gate, NameBudget names) => (_gate, _names) = (gate, names);

    /// <summary>No token of a statement was seen yet.</summary>
    internal bool IsEmpty => _head.Count == 0;

    /// <summary>Inside the VALUES of an INSERT, where only parentheses and strings matter.</summary>
    internal bool IsInValues { get; private set; }

    /// <summary>Whether the text after the current token is inside an executable comment.</summary>
    internal bool IsInComment { get; set; }

    /// <summary>Why the statement is refused; null: not so far.</summary>
    internal string? Refusal => _gate.Refusal ?? _names.Refusal;

    internal void Word(string text)
    {
        // VALUES may be the token directly after the table name, which completes that name.
        Add(new StatementToken(StatementTokenKind.Word, text));
        IsInValues |= _insertTable is not null
            && _depth == 0
            && text.Equals("VALUES", StringComparison.OrdinalIgnoreCase);
    }

    internal void Name(string text) => Add(new StatementToken(StatementTokenKind.Name, text));

    internal void Literal(string text) => Add(new StatementToken(StatementTokenKind.Literal, text));

    /// <summary>How many parentheses are open.</summary>
    internal int Depth => _depth;

    /// <summary>Adds the rows counted within VALUES.</summary>
    internal void Advance(long rows, int depth)
    {
        _insertRows += rows;
        _depth = depth;
    }

    internal void Punctuation(byte b)
    {
        Add(new StatementToken(StatementTokenKind.Punctuation, ((char)b).ToString()));
        if (b == '(')
        {
            if (IsInValues && _depth == 0)
            {
                _insertRows++;
            }

            _depth++;
        }
        else if (b == ')')
        {
            _depth--;
        }
    }

    internal void End()
    {
        Decide(atEnd: true);
        _gate.End();
        if (_insertTable is not null)
        {
            CountRows(_insertTable, _insertRows);
        }

        _head.Clear();
        _decided = false;
        _insertTable = null;
        _insertRows = 0;
        _depth = 0;
        IsInValues = false;
        if (_gate.Refusal is null)
        {
            _gate.Clear();
        }
    }

    internal DumpSummary Summarize(bool complete, bool clean, long bytes, long largestStatement)
    {
        // Older tools create a table as a placeholder for a view until the view itself is created.
        foreach (var view in _views)
        {
            _tables.Remove(view);
        }

        return new DumpSummary
        {
            Tables = _tables,
            Views = _views,
            Routines = _routines,
            Triggers = _triggers,
            Events = _events,
            Sequences = _sequences,
            NamesDatabase = _namesDatabase || _gate.NamesDatabase,
            IsComplete = complete && clean,
            EndsClean = clean,
            Bytes = bytes,
            LargestStatementBytes = largestStatement,
        };
    }

    private void CountRows(string table, long rows)
    {
        if (_tables.TryGetValue(table, out var before) || _names.Take(table))
        {
            _tables[table] = before + rows;
        }
    }

    private void Add(StatementToken token)
    {
        _gate.Take(token, _depth, IsInComment);
        if (_decided)
        {
            return;
        }

        _head.Add(token);
        Decide(atEnd: false);
    }

    private void Decide(bool atEnd)
    {
        if (_decided || _head.Count == 0)
        {
            return;
        }

        _decided = _head[0].Upper switch
        {
            "INSERT" or "REPLACE" => Insert(atEnd),
            "CREATE" => Create(atEnd),
            "USE" => NoteNaming(),
            "SET" => _head.Count > 1,
            "ALTER" => _head.Count > 1 && (_head[1].Upper is not ("DATABASE" or "SCHEMA") || NoteNaming()),
            _ => true,
        };
        _decided |= _head.Count >= HeadLimit;
    }

    private bool NoteNaming()
    {
        _namesDatabase = true;
        return true;
    }

    private bool Insert(bool atEnd)
    {
        for (var i = 1; i < _head.Count; i++)
        {
            if (_head[i].Upper is not ("INTO" or "IGNORE" or "DELAYED" or "LOW_PRIORITY" or "HIGH_PRIORITY"))
            {
                if (NameAt(i, atEnd) is not { } name)
                {
                    return false;
                }

                _insertTable = name;
                return true;
            }
        }

        return false;
    }

    private bool Create(bool atEnd)
    {
        var kind = _head.FindIndex(1, static t => t.Kind == StatementTokenKind.Word && Kinds.Contains(t.Upper));
        if (kind < 0)
        {
            return false;
        }

        var i = kind + 1;
        var what = _head[kind].Upper;
        if (what == "PACKAGE" && i < _head.Count && _head[i].Upper == "BODY")
        {
            what = "PACKAGE BODY";
            i++;
        }

        while (i < _head.Count && _head[i].Upper is "IF" or "NOT" or "EXISTS")
        {
            i++;
        }

        if (i >= _head.Count || NameAt(i, atEnd) is not { } name)
        {
            return false;
        }

        Register(
            what,
            name,
            isFinalView: _head.Take(kind).Any(static t => t.Upper is "ALGORITHM" or "DEFINER" or "SECURITY"));
        return true;
    }

    // A name may be qualified (db.name); the next token must be known before the name is read.
    private string? NameAt(int i, bool atEnd)
    {
        while (true)
        {
            if (i + 1 >= _head.Count)
            {
                return atEnd && i < _head.Count ? _head[i].Text : null;
            }

            if (_head[i + 1] is not { Kind: StatementTokenKind.Punctuation, Text: "." })
            {
                return _head[i].Text;
            }

            i += 2;
        }
    }

    private void Register(string what, string name, bool isFinalView)
    {
        if (!_names.Take(name))
        {
            return;
        }

        switch (what)
        {
            case "TABLE":
                _tables.TryAdd(name, 0);
                break;
            case "VIEW":
                if (isFinalView)
                {
                    _views.Add(name);
                }

                break;
            case "TRIGGER":
                _triggers.Add(name);
                break;
            case "EVENT":
                _events.Add(name);
                break;
            case "SEQUENCE":
                _sequences.Add(name);
                break;
            case "PROCEDURE" or "FUNCTION" or "PACKAGE" or "PACKAGE BODY":
                _routines.Add($"{what} {name}");
                break;
            default:
                break;
        }
    }
}
