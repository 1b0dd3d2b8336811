namespace Drydock.Tests.Unit.Fakes;

/// <summary>A TiKV as PD knows it.</summary>
internal sealed class TiDbStore(ulong id, TiDbProcess process)
{
    public ulong Id => id;

    public TiDbProcess Process => process;

    public string Version { get; set; } = "";

    public double Leaders { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset LastHeartbeat { get; set; }

    public string? Label { get; set; }

    /// <summary>Never comes Up again.</summary>
    public bool IsCut { get; set; }
}
