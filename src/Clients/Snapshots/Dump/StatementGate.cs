namespace Drydock.Clients.Snapshots;

/// <summary>
/// Says of every statement of a dump whether it is one that the tools write into that part: what is not on the list is
/// refused, at the latest when its end is seen. Bodies of routines, triggers and events are programs and are not looked
/// into.
/// </summary>
/// <param name="part">The part of the dump.</param>
/// <param name="database">The only database that may be named; null: any.</param>
internal sealed class StatementGate(SnapshotPart part, string? database)
{
    private const int LongestShort = 512;

    private readonly List<StatementToken> _head = [];
    private ILongStatement? _long;

    /// <summary>What the statements so far make of the session.</summary>
    internal DumpSession Session { get; } = new();

    /// <summary>Why the statement is refused; null: so far it is not.</summary>
    internal string? Refusal { get; private set; }

    /// <summary>The first words of the statement.</summary>
    internal string Kind => string.Join(' ', _head.TakeWhile(static t => t.Kind == StatementTokenKind.Word).Take(3).Select(static t => Clip(t.Upper)))
        is { Length: > 0 } words ? words : "without a word at its beginning";

    /// <summary>A statement names the database that it is for.</summary>
    internal bool NamesDatabase { get; private set; }

    /// <summary>The texts of the statement matter.</summary>
    internal bool WantsText => _head.Count > 0 && _head[0].Upper == "SET";

    /// <summary>Takes the next token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="depth">How many parentheses are open before it.</param>
    /// <param name="inComment">It stands in an executable comment.</param>
    internal void Take(StatementToken token, int depth, bool inComment)
    {
        if (Refusal is not null || part == SnapshotPart.Metadata)
        {
            return;
        }

        if (_head.Count < 4 || _long is null)
        {
            _head.Add(token);
        }

        if (_head.Count == 1)
        {
            _long = token.Upper switch
            {
                "INSERT" or "REPLACE" => new InsertStatement(),
                "CREATE" => new CreateStatement(),
                _ => null,
            };
        }

        if (_long is not null)
        {
            Refusal = _long.Take(token, depth, inComment, this);
        }
        else if (_head.Count > LongestShort)
        {
            Refuse($"it has more than {LongestShort} words and signs");
        }
    }

    /// <summary>The statement is over.</summary>
    internal void End()
    {
        if (Refusal is not null || _head.Count == 0 || part == SnapshotPart.Metadata)
        {
            return;
        }

        if (_long is not null)
        {
            Refusal = _long.End();
        }
        else if (ShortStatement.KindOf(_head) is not { } kind)
        {
            Refuse($"it is not among the statements that a dump may hold in the part {part}");
        }
        else
        {
            Refusal = Allow(kind) ?? ShortStatement.Check(kind, _head, part, Session, CheckDatabase);
        }
    }

    /// <summary>The next statement begins.</summary>
    internal void Clear()
    {
        _head.Clear();
        _long = null;
    }

    /// <summary>Why a statement may not be in this part now; null: it may.</summary>
    internal string? Allow(string statement)
    {
        if (!StatementList.May(part, statement))
        {
            return $"the part {part} of a dump may not hold {statement}";
        }

        return Session.IsWide && statement is "INSERT" or "REPLACE" or "CREATE TABLE"
            ? $"it is written under the character set {Session.ClientCharacterSet}, in which the end of a text cannot be told for certain"
            : null;
    }

    /// <summary>Why a database may not be named; null: none is, or it is the dump's own.</summary>
    internal string? CheckDatabase(string? named)
    {
        if (named is null)
        {
            return null;
        }

        NamesDatabase = true;
        return database is null || named == database ? null : $"it names the database {Clip(named)}, expected {(database.Length > 0 ? database + " or no name" : "no name, because the dump is loaded under another one")}";
    }

    private static string Clip(string text) => text.Length > 64 ? text[..64] + "…" : text;

    private void Refuse(string why) => Refusal = why;
}
