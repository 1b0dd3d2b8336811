using System.Collections.ObjectModel;

namespace Drydock.Clients.Docker;

/// <summary>Which events.</summary>
public sealed record ContainerEventsParameters
{
    /// <summary>
    /// The engine's filters: <c>type</c>, <c>event</c>, <c>container</c>, <c>image</c>, <c>label</c>. Values of one key
    /// are alternatives, keys go together.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Filters { get; init => field = value ?? ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty; } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    /// <summary>First those from then on, by the engine's clock.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>End there, by the engine's clock.</summary>
    public DateTimeOffset? Until { get; init; }
}
