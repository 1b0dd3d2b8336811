using System.Globalization;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// Validates that every statement of a dump is one that the tools write into that part: anything else is refused, at
/// the latest at its end. Bodies of routines, triggers and events are programs and are not examined.
/// </summary>
/// <param name="part">The part of the dump.</param>
/// <param name="database">The only allowed database name; null: any.</param>
internal sealed class StatementValidator(SnapshotPart part, string? database)
{
    private const int LongestShort = 512;

    private readonly List<StatementToken> _head = [];
    private ILongStatement? _long;

    /// <summary>The session state after the statements so far.</summary>
    internal DumpSession Session { get; } = new();

    /// <summary>Why the statement is refused; null: not so far.</summary>
    internal string? Refusal { get; private set; }

    /// <summary>The first words of the statement.</summary>
    internal string Kind =>
        string.Join(
            ' ',
            _head.TakeWhile(static t => t.Kind == StatementTokenKind.Word).Take(3).Select(static t => Clip(t.Upper)))
        is { Length: > 0 } words ? words : "without a keyword at its beginning";

    /// <summary>A statement names its database.</summary>
    internal bool NamesDatabase { get; private set; }

    /// <summary>The string literals of the statement are needed.</summary>
    internal bool WantsText => _head.Count > 0 && _head[0].Upper == "SET";

    /// <summary>Processes the next token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="depth">The number of open parentheses before it.</param>
    /// <param name="inComment">It is inside an executable comment.</param>
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
            Refuse($"it has more than {LongestShort} tokens");
        }
    }

    /// <summary>Ends the statement.</summary>
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
            Refuse($"it is not allowed in the part {part} of a dump");
        }
        else
        {
            Refusal = Allow(kind) ?? ShortStatement.Check(kind, _head, part, Session, CheckDatabase);
        }
    }

    /// <summary>Starts the next statement.</summary>
    internal void Clear()
    {
        _head.Clear();
        _long = null;
    }

    /// <summary>Why a statement is not allowed in this part now; null: allowed.</summary>
    internal string? Allow(string statement)
    {
        if (!AllowedStatements.May(part, statement))
        {
            return $"{statement} is not allowed in the part {part} of a dump";
        }

        return Session.IsWide && statement is "INSERT" or "REPLACE" or "CREATE TABLE"
            ? $"it is written under the character set {Session.ClientCharacterSet}, in which the end of a string is "
                + "ambiguous"
            : null;
    }

    /// <summary>Why a database name is not allowed; null: there is none, or it is the dump's own.</summary>
    internal string? CheckDatabase(string? named)
    {
        if (named is null)
        {
            return null;
        }

        NamesDatabase = true;
        if (database is null || named == database)
        {
            return null;
        }

        var expected = database.Length > 0
            ? $"{database} or no name"
            : "no name, because the dump is loaded under another name";
        return $"it names the database {Clip(named)}, expected {expected}";
    }

    private static string Clip(string text) => text.Length > 64 ? text[..64] + "…" : text;

    private void Refuse(string why) => Refusal = why;
}

/// <summary>
/// The statements allowed in each part of a dump: those that mysqldump and mydumper write into it, and no others.
/// </summary>
internal static class AllowedStatements
{
    private static readonly HashSet<string> Tables = new(StringComparer.Ordinal)
    {
        "SET",
        "DROP TABLE",
        "DROP VIEW",
        "DROP SEQUENCE",
        "CREATE TABLE",
        "CREATE SEQUENCE",
        "DO SETVAL",
        "SELECT SETVAL",
        "LOCK TABLES", "UNLOCK TABLES", "ALTER TABLE", "COMMIT",
    };

    private static readonly HashSet<string> MyDumperRows = new(StringComparer.Ordinal) { "SET", "INSERT", "REPLACE" };

    private static readonly HashSet<string> OtherRows = new(StringComparer.Ordinal)
    {
        "SET", "INSERT", "REPLACE", "LOCK TABLES", "UNLOCK TABLES", "ALTER TABLE", "COMMIT", "START TRANSACTION",
    };

    private static readonly HashSet<string> Programs = new(StringComparer.Ordinal)
    {
        "SET", "ALTER DATABASE", "COMMIT",
        "DROP PROCEDURE", "DROP FUNCTION", "DROP PACKAGE", "DROP PACKAGE BODY", "DROP TRIGGER", "DROP EVENT",
        "CREATE PROCEDURE",
        "CREATE FUNCTION",
        "CREATE PACKAGE",
        "CREATE PACKAGE BODY",
        "CREATE TRIGGER",
        "CREATE EVENT",

        // mysqldump of MariaDB always writes the sequences of a database.
        "DROP SEQUENCE", "CREATE SEQUENCE", "DO SETVAL", "SELECT SETVAL",
    };

    private static readonly HashSet<string> Views = new(StringComparer.Ordinal)
    {
        "SET", "DROP TABLE", "DROP VIEW", "CREATE VIEW", "CREATE TABLE", "COMMIT",
    };

    private static readonly HashSet<string> Whole =
        new([.. Tables, .. OtherRows, .. Programs, .. Views], StringComparer.Ordinal);

    /// <summary>Whether a statement is allowed in a part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="statement">The statement, such as <c>CREATE TABLE</c>.</param>
    internal static bool May(SnapshotPart part, string statement) => Of(part).Contains(statement);

    private static HashSet<string> Of(SnapshotPart part) => part switch
    {
        SnapshotPart.Whole => Whole,
        SnapshotPart.Tables => Tables,
        SnapshotPart.Rows => MyDumperRows,
        SnapshotPart.OtherRows => OtherRows,
        SnapshotPart.Routines => Programs,
        SnapshotPart.Views => Views,
        _ => [],
    };
}

/// <summary>A forbidden statement of a dump.</summary>
/// <param name="Kind">Its first words, such as <c>LOAD DATA LOCAL</c>.</param>
/// <param name="Offset">The byte of the SQL at which it begins, from 0.</param>
/// <param name="Why">What is wrong with it, as the end of a sentence.</param>
public sealed record RefusedStatement(string Kind, long Offset, string Why)
{
    /// <summary>The sentence for status and log.</summary>
    /// <param name="file">The file of the snapshot with the statement.</param>
    public string Describe(string file) => string.Create(
        CultureInfo.InvariantCulture,
        $"{file}: the statement {Kind} at byte {Offset} of its SQL is refused: {Why}. "
            + $"A dump must contain only what mysqldump and mydumper write into that file.");
}

/// <summary>A statement that may be too long to keep in memory: it is validated token by token.</summary>
internal interface ILongStatement
{
    /// <summary>Processes the next token.</summary>
    /// <param name="token">The token, from the first word of the statement on.</param>
    /// <param name="depth">The number of open parentheses before it.</param>
    /// <param name="inComment">It is inside an executable comment.</param>
    /// <param name="gate">The rules of this part.</param>
    /// <returns>Why the statement is refused; null: not so far.</returns>
    string? Take(StatementToken token, int depth, bool inComment, StatementValidator gate);

    /// <summary>Ends the statement.</summary>
    /// <returns>Why it is refused; null: accepted.</returns>
    string? End();
}
