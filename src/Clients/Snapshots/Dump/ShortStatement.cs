namespace Drydock.Clients.Snapshots;

/// <summary>The statements of a dump that are short enough to be parsed as a whole.</summary>
internal static class ShortStatement
{
    /// <summary>The statement of the list that the first words indicate; null: none.</summary>
    internal static string? KindOf(IReadOnlyList<StatementToken> tokens)
    {
        var (first, second, third) = (Upper(0), Upper(1), Upper(2));
        return (first, second) switch
        {
            ("SET", _) => "SET",
            ("COMMIT", _) => "COMMIT",
            ("DROP", "PACKAGE") when third == "BODY" => "DROP PACKAGE BODY",
            ("DROP", "TABLE" or "VIEW" or "SEQUENCE" or "TRIGGER" or "EVENT") => $"DROP {second}",
            ("DROP", "PROCEDURE" or "FUNCTION" or "PACKAGE") => $"DROP {second}",
            ("ALTER", "TABLE") => "ALTER TABLE",
            ("ALTER", "DATABASE" or "SCHEMA") => "ALTER DATABASE",
            ("LOCK", "TABLES" or "TABLE") => "LOCK TABLES",
            ("UNLOCK", "TABLES" or "TABLE") => "UNLOCK TABLES",
            ("DO", "SETVAL") => "DO SETVAL",
            ("SELECT", "SETVAL") => "SELECT SETVAL",
            ("START", "TRANSACTION") => "START TRANSACTION",
            _ => null,
        };

        string Upper(int i) => i < tokens.Count ? tokens[i].Upper : "";
    }

    /// <summary>Whether it has the form that the tools write.</summary>
    /// <param name="kind">What <see cref="KindOf"/> said.</param>
    /// <param name="tokens">The statement.</param>
    /// <param name="part">The part it is in.</param>
    /// <param name="session">The session it changes.</param>
    /// <param name="checkName">Returns why a database name is not allowed.</param>
    /// <returns>Why it is refused; null: accepted.</returns>
    internal static string? Check(
        string kind,
        IReadOnlyList<StatementToken> tokens,
        SnapshotPart part,
        DumpSession session,
        Func<string?, string?> checkName)
    {
        var cursor = new TokenCursor(tokens);
        foreach (var word in kind.Split(' ').Where(static w => w is not ("TABLES" or "DATABASE")))
        {
            cursor.Words(word);
        }

        string? refusal = null;
        var good = kind switch
        {
            "SET" => (refusal = SetStatement.Apply(cursor, part, session)) is null,
            "COMMIT" or "START TRANSACTION" => true,
            "UNLOCK TABLES" => cursor.Word() is not null,
            "LOCK TABLES" =>
                cursor.Word() is not null
                    && List(
                        () =>
                            Named()
                                && (
                                    cursor.Words("WRITE")
                                        || (cursor.Words("READ") && (cursor.Words("LOCAL") || true)))),
            "ALTER TABLE" => Named() && (cursor.Words("DISABLE", "KEYS") || cursor.Words("ENABLE", "KEYS")),
            "ALTER DATABASE" => cursor.Word() is not null && Database() && CharacterSets(),
            "DO SETVAL" or "SELECT SETVAL" => cursor.Mark('(') && Named() && Numbers() && cursor.Mark(')'),
            _ => cursor.Words("IF", "EXISTS") && List(Named),
        };
        return refusal ?? (good && cursor.IsAtEnd ? null : $"{kind} does not have the form that the tools write");

        bool Named()
        {
            if (cursor.Name() is not { } name)
            {
                return false;
            }

            refusal ??= checkName(name.Database);
            return refusal is null;
        }

        bool Database()
        {
            refusal ??= cursor.Name() is ({ } or null, { } name) ? checkName(name) : null;
            return refusal is null;
        }

        bool List(Func<bool> one)
        {
            do
            {
                if (!one())
                {
                    return false;
                }
            }
            while (cursor.Mark(','));
            return true;
        }

        bool CharacterSets()
        {
            while (!cursor.IsAtEnd)
            {
                cursor.Words("DEFAULT");
                if (!(cursor.Words("CHARACTER", "SET") || cursor.Words("CHARSET") || cursor.Words("COLLATE")))
                {
                    return false;
                }

                cursor.Mark('=');
                if (cursor.Word() is null)
                {
                    return false;
                }
            }

            return true;
        }

        bool Numbers()
        {
            while (cursor.Mark(','))
            {
                cursor.Mark('-');
                if (cursor.Word() is not { } number || !number.All(char.IsAsciiDigit))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
