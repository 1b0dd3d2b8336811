namespace Drydock.Clients.Snapshots;

/// <summary>
/// The CREATE statements of a dump. A table may have columns, keys, constraints and options, but no query, no files and
/// no connections.
/// </summary>
internal sealed class CreateStatement : ILongStatement
{
    private const int LongestPrefix = 32;

    // Other engines read files of the server's host, or other servers.
    private static readonly HashSet<string> Engines = new(StringComparer.Ordinal)
    {
        "ARCHIVE",
        "ARIA",
        "BLACKHOLE",
        "COLUMNSTORE",
        "CSV",
        "HEAP",
        "INNODB",
        "INNOBASE",
        "MEMORY",
        "MERGE",
        "MRG_MYISAM",
        "MYISAM",
        "NDB",
        "NDBCLUSTER",
        "OCEANBASE",
        "ROCKSDB", "SEQUENCE", "TOKUDB",
    };

    private static readonly HashSet<string> Prefixes = new(StringComparer.Ordinal)
    {
        "OR", "REPLACE", "ALGORITHM", "DEFINER", "SQL", "SECURITY", "INVOKER", "AGGREGATE", "CURRENT_USER",
    };

    private static readonly HashSet<string> NotInTables = new(StringComparer.Ordinal)
    {
        "SELECT",
        "TABLE",
        "INTO",
        "OUTFILE",
        "DUMPFILE",
        "LOAD_FILE",
        "DIRECTORY",
        "CONNECTION",
        "LOCATION",
        "EXTERNAL",
    };

    private static readonly HashSet<string> NotInViews =
        new(StringComparer.Ordinal) { "INTO", "OUTFILE", "DUMPFILE", "LOAD_FILE" };

    private State _state;
    private string _kind = "";
    private StatementToken _last;
    private int _tokens;
    private bool _engine;
    private bool _union;

    private enum State
    {
        Prefix,
        Kind,
        Name,
        AfterName,
        Qualified,
        Body,
    }

    public string? Take(StatementToken token, int depth, bool inComment, StatementValidator gate)
    {
        var last = _last;
        _last = token;
        _tokens++;
        switch (_state)
        {
            case State.Prefix:
                return Prefix(token, last, gate);
            case State.Kind when _kind == "CREATE PACKAGE" && token.Upper == "BODY":
                _kind = "CREATE PACKAGE BODY";
                return gate.Allow(_kind);
            case State.Kind when token.Upper is "IF" or "NOT" or "EXISTS":
                return null;
            case State.Kind:
                _state = State.AfterName;
                return token.IsName ? null : "it has no object name";
            case State.AfterName when token.Is('.'):
                _state = State.Qualified;
                return gate.CheckDatabase(last.Text);
            case State.Qualified:
                _state = State.Name;
                return token.IsName ? null : "it has no object name";
            case State.AfterName or State.Name:
                _state = State.Body;
                _tokens = 0;
                return Body(token, depth, last);
            default:
                return Body(token, depth, last);
        }
    }

    public string? End() =>
        _state is State.AfterName or State.Name or State.Body
            ? null
            : "it creates an object type that a dump must not create";

    private string? Prefix(StatementToken token, StatementToken last, StatementValidator gate)
    {
        if (_tokens == 1)
        {
            return null;
        }

        if (_tokens > LongestPrefix)
        {
            return "it has no object type";
        }

        // A user or an algorithm.
        if (last.Is('=') || last.Is('@'))
        {
            return token.Kind != StatementTokenKind.Punctuation ? null : "it has no definer";
        }

        if (token.Kind == StatementTokenKind.Punctuation)
        {
            return token.Is('=') || token.Is('@') || token.Is('(') || token.Is(')') ? null : "it has no object type";
        }

        if (last.Upper == "SECURITY" && token.Upper == "DEFINER")
        {
            return null;
        }

        if (token.Upper is "TABLE"
            or "VIEW"
            or "SEQUENCE"
            or "PROCEDURE"
            or "FUNCTION"
            or "PACKAGE"
            or "TRIGGER"
            or "EVENT")
        {
            _kind = $"CREATE {token.Upper}";
            _state = State.Kind;
            return gate.Allow(_kind == "CREATE PACKAGE" ? "CREATE PACKAGE BODY" : _kind);
        }

        return Prefixes.Contains(token.Upper) ? null : "it creates an object type that a dump must not create";
    }

    private string? Body(StatementToken token, int depth, StatementToken last) => _kind switch
    {
        "CREATE TABLE" or "CREATE SEQUENCE" => Table(token, depth, last),
        "CREATE VIEW" =>
            NotInViews.Contains(token.Upper) ? $"a view with {token.Upper} reads or writes a file of the server" : null,
        "CREATE FUNCTION" =>
            _tokens <= 8 && token.Upper == "SONAME" ? "the function is a library that the server would load" : null,
        _ => null,
    };

    private string? Table(StatementToken token, int depth, StatementToken last)
    {
        if (_engine)
        {
            if (token.Is('='))
            {
                return null;
            }

            _engine = false;
            var name = token.Text.ToUpperInvariant();
            return token.Kind != StatementTokenKind.Literal && Engines.Contains(name)
                ? null
                : $"the storage engine {name} is not among {string.Join(", ", Engines.Order(StringComparer.Ordinal))}, "
                    + "which use neither files chosen by the dump nor other servers";
        }

        if (_union)
        {
            _union = !token.Is(')');
            return token.Is('.') ? "UNION refers to tables of another database" : null;
        }

        var word = token.Upper;
        if (word == "ENGINE" || (word == "TYPE" && depth == 0))
        {
            _engine = true;
        }
        else if (word == "UNION" && depth == 0)
        {
            _union = true;
        }

        var isQuery = depth == 0
            ? word is "AS" or "VALUES" or "IGNORE" or "REPLACE" or "LIKE"
            : word == "LIKE" && depth == 1 && last.Is('(');
        return isQuery || NotInTables.Contains(word)
            ? $"its definition has {word}, which reads or creates more than the table"
            : null;
    }
}
