using System.Collections.ObjectModel;

namespace Drydock.Clients.Docker;

/// <summary>Which images to list.</summary>
public sealed record ImagesListParameters
{
    /// <summary>Intermediate ones too.</summary>
    public bool All { get; init; }

    /// <summary>The engine's filters, such as <c>reference</c>, <c>label</c>, <c>dangling</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Filters { get; init => field = value ?? ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty; } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;
}
