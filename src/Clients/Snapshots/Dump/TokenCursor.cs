namespace Drydock.Clients.Snapshots;

/// <summary>Reads the tokens of one statement in order.</summary>
internal sealed class TokenCursor(IReadOnlyList<StatementToken> tokens)
{
    private int _at;

    /// <summary>Every token was read.</summary>
    internal bool IsAtEnd => _at >= tokens.Count;

    /// <summary>Reads these words, all or none.</summary>
    internal bool Words(params ReadOnlySpan<string> words)
    {
        if (_at + words.Length > tokens.Count)
        {
            return false;
        }

        for (var i = 0; i < words.Length; i++)
        {
            if (tokens[_at + i].Upper != words[i])
            {
                return false;
            }
        }

        _at += words.Length;
        return true;
    }

    /// <summary>Reads one character of punctuation.</summary>
    internal bool Mark(char punctuation)
    {
        if (IsAtEnd || !tokens[_at].Is(punctuation))
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Reads a word; null if the next token is not a word.</summary>
    internal string? Word() => !IsAtEnd && tokens[_at].Kind == StatementTokenKind.Word ? tokens[_at++].Upper : null;

    /// <summary>Reads a quoted string; null if the next token is not one.</summary>
    internal string? Literal() =>
        !IsAtEnd && tokens[_at].Kind == StatementTokenKind.Literal ? tokens[_at++].Text : null;

    /// <summary>
    /// Reads a name, with its database qualifier if it has one; null if the next token is not a name.
    /// </summary>
    internal (string? Database, string Name)? Name()
    {
        if (IsAtEnd || !tokens[_at].IsName)
        {
            return null;
        }

        var first = tokens[_at++].Text;
        if (_at + 1 < tokens.Count && tokens[_at].Is('.') && tokens[_at + 1].IsName)
        {
            var second = tokens[_at + 1].Text;
            _at += 2;
            return (first, second);
        }

        return (null, first);
    }
}

/// <summary>One token of a statement.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The word, the name without its quotes, or the one character of punctuation; of a literal only if
/// requested.</param>
internal readonly record struct StatementToken(StatementTokenKind Kind, string Text)
{
    /// <summary>The word in capitals; empty for everything else, because a quoted name is never a keyword.</summary>
    internal string Upper => Kind == StatementTokenKind.Word ? Text.ToUpperInvariant() : "";

    /// <summary>It can be the name of a table, column or other object.</summary>
    internal bool IsName => Kind is StatementTokenKind.Name or StatementTokenKind.Word;

    /// <summary>It is this one character of punctuation.</summary>
    internal bool Is(char punctuation) => Kind == StatementTokenKind.Punctuation && Text[0] == punctuation;
}

/// <summary>Kinds of tokens of a statement.</summary>
internal enum StatementTokenKind
{
    /// <summary>A keyword, a number or a name without quotes.</summary>
    Word,

    /// <summary>A name in quotes.</summary>
    Name,

    /// <summary>A text in quotes.</summary>
    Literal,

    /// <summary>One character.</summary>
    Punctuation,
}
