namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>The server's answer without an object: an error, or the end of a deletion.</summary>
public sealed record V1Status
{
    public string Status { get; init; } = "";

    public string Message { get; init; } = "";

    public string Reason { get; init; } = "";

    public int Code { get; init; }

    public V1StatusDetails? Details { get; init; }
}

/// <summary>More about a <see cref="V1Status"/>.</summary>
public sealed record V1StatusDetails
{
    public List<V1StatusCause> Causes { get; init; } = [];

    public int? RetryAfterSeconds { get; init; }
}

/// <summary>One problem of a request.</summary>
public sealed record V1StatusCause
{
    public string Reason { get; init; } = "";

    public string Message { get; init; } = "";

    public string Field { get; init; } = "";
}
