namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>The server's answer without an object: an error, or the end of a deletion.</summary>
public sealed record V1Status
{
    /// <summary><c>Success</c> or <c>Failure</c>.</summary>
    public string Status { get; init; } = "";

    public string Message { get; init; } = "";

    /// <summary>Machine-readable reason, for instance <c>NotFound</c>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>HTTP status code.</summary>
    public int Code { get; init; }

    /// <summary>More about it.</summary>
    public V1StatusDetails? Details { get; init; }
}

/// <summary>More about a <see cref="V1Status"/>.</summary>
public sealed record V1StatusDetails
{
    /// <summary>What is wrong, field by field.</summary>
    public List<V1StatusCause> Causes { get; init; } = [];

    /// <summary>Seconds the server asks to wait.</summary>
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>One problem of a request.</summary>
public sealed record V1StatusCause
{
    /// <summary>Machine-readable reason, for instance <c>FieldValueInvalid</c>.</summary>
    public string Reason { get; init; } = "";

    public string Message { get; init; } = "";

    /// <summary>Path of the field.</summary>
    public string Field { get; init; } = "";
}

/// <summary>Metadata of a list.</summary>
public sealed record V1ListMeta
{
    /// <summary>Version of the listed state.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary>Token of the next page; null or empty at the end.</summary>
    public string? Continue { get; init; }
}
