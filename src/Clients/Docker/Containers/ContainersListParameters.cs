using System.Collections.ObjectModel;

namespace Drydock.Clients.Docker;

/// <summary>Which containers to list.</summary>
public sealed record ContainersListParameters
{
    /// <summary>Stopped and created ones too.</summary>
    public bool All { get; init; }

    /// <summary>
    /// The engine's filters, such as <c>name</c>, <c>label</c>, <c>status</c>, <c>ancestor</c>. Note that <c>name</c>
    /// is a substring or regular expression: <c>^/name$</c> is exact.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Filters { get; init => field = value ?? ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty; } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;
}
