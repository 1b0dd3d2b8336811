namespace Drydock.Clients.Snapshots;

/// <summary>Walks over the tokens of one statement.</summary>
internal sealed class TokenCursor(IReadOnlyList<StatementToken> tokens)
{
    private int _at;

    /// <summary>Every token was taken.</summary>
    internal bool IsAtEnd => _at >= tokens.Count;

    /// <summary>Takes these words, all or none.</summary>
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

    /// <summary>Takes one character of punctuation.</summary>
    internal bool Mark(char punctuation)
    {
        if (IsAtEnd || !tokens[_at].Is(punctuation))
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Takes a word; null: the next token is none.</summary>
    internal string? Word() => !IsAtEnd && tokens[_at].Kind == StatementTokenKind.Word ? tokens[_at++].Upper : null;

    /// <summary>Takes a text in quotes; null: the next token is none.</summary>
    internal string? Literal() =>
        !IsAtEnd && tokens[_at].Kind == StatementTokenKind.Literal ? tokens[_at++].Text : null;

    /// <summary>
    /// Takes a name, with the database before its point where it has one; null: the next token is none.
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
