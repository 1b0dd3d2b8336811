namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>One thing that is wrong with a request.</summary>
public sealed record V1StatusCause
{
    /// <summary>Machine word, for instance <c>FieldValueInvalid</c>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>A sentence for people.</summary>
    public string Message { get; init; } = "";

    /// <summary>Path of the field.</summary>
    public string Field { get; init; } = "";
}
