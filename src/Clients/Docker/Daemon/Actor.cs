using System.Collections.ObjectModel;

namespace Drydock.Clients.Docker;

/// <summary>What an event happened to.</summary>
public sealed record Actor
{
    /// <summary>The id of the container, image ….</summary>
    public string ID { get; init => field = value ?? ""; } = "";

    /// <summary>Attributes: image, name, labels, and those of the event.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;
}
