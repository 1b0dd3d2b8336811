namespace Drydock.Clients.Snapshots;

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
