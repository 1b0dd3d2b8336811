namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// A TiKV as PD knows it. Absent status fields are 0 (docs/research/tidb.md#rules); PD hears of a store every 10 s.
/// </summary>
internal sealed record PdStore
{
    /// <summary>Its id, unsigned 64 bits.</summary>
    public required ulong Id { get; init; }

    /// <summary>HOST:PORT.</summary>
    public required string Address { get; init; }

    /// <summary>Up, Disconnected (silent for more than 20 s), Down, Offline, Tombstone.</summary>
    public required string State { get; init; }

    /// <summary>Its version, without a leading v. This is the source for a TiKV's version.</summary>
    public required string Version { get; init; }

    /// <summary>Its labels.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Regions it leads, as PD counts them. A new PD leader knows none for a while.</summary>
    public long Leaders { get; init; }

    /// <summary>Regions it has a peer of.</summary>
    public long Regions { get; init; }

    /// <summary>When its process was started, by its own clock; PD keeps whole seconds.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Whether PD heard of it lately and it is not leaving.</summary>
    public bool IsUp => State == "Up";

    /// <summary>Whether it has left for good.</summary>
    public bool IsTombstone => State == "Tombstone";
}
