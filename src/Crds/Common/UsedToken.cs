namespace Drydock.Crds.Common;

/// <summary>A retry, abort or rollback token that was used.</summary>
public sealed record UsedToken
{
    /// <summary>What it asked for.</summary>
    public TokenKind Kind { get; init; }

    /// <summary>The token.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    public string Token { get; init => field = value ?? ""; } = "";

    /// <summary>When it was used.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>What a token asks for.</summary>
public enum TokenKind
{
    /// <summary>Continue after a failure.</summary>
    Retry,

    /// <summary>Start no further step.</summary>
    Abort,

    /// <summary>Roll back.</summary>
    Rollback,
}
