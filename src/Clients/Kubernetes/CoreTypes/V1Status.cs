namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>The server's answer when there is no object to give: an error, or the end of a deletion.</summary>
public sealed record V1Status
{
    /// <summary><c>Success</c> or <c>Failure</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>A sentence for people.</summary>
    public string Message { get; init; } = "";

    /// <summary>Machine word, for instance <c>NotFound</c>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>HTTP status code.</summary>
    public int Code { get; init; }

    /// <summary>More about it.</summary>
    public V1StatusDetails? Details { get; init; }
}
