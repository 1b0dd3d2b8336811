using Drydock.Abstractions.Entities;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>What preflight does with findings that a person may judge differently.</summary>
public sealed record PreflightSpec
{
    /// <summary>Projects of one name in migration, in synchronisation or across both: Fail lists them and stops.</summary>
    public FindingPolicy DuplicateProjectNames { get; init; }

    /// <summary>Writers with a blackRegionNo of another region (cascades): Fail lists them and stops.</summary>
    public FindingPolicy CascadedWriters { get; init; }

    /// <summary>Facts that preflight cannot read and a person vouches for.</summary>
    [ListSet]
    [Items(16)]
    public List<Acknowledgement> Acknowledge { get; init => field = value ?? []; } = [];
}
