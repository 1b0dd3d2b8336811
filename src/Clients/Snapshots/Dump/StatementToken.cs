namespace Drydock.Clients.Snapshots;

/// <summary>One token of a statement.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The word, the name without its quotes, or the one character of punctuation; of a literal only
/// what was asked for.</param>
internal readonly record struct StatementToken(StatementTokenKind Kind, string Text)
{
    /// <summary>The word in capitals; empty for everything else, because a quoted name is never a keyword.</summary>
    internal string Upper => Kind == StatementTokenKind.Word ? Text.ToUpperInvariant() : "";

    /// <summary>A table, a column or another object can be called so.</summary>
    internal bool IsName => Kind is StatementTokenKind.Name or StatementTokenKind.Word;

    /// <summary>It is this one character of punctuation.</summary>
    internal bool Is(char punctuation) => Kind == StatementTokenKind.Punctuation && Text[0] == punctuation;
}
