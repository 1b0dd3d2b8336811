namespace Drydock.Reconcilers.Oms;

/// <summary>Machine words for what the checks of OMS's own configuration find.</summary>
internal static class FindingReasons
{
    /// <summary>A config.yaml cannot be read or lacks something.</summary>
    public const string ConfigInvalid = nameof(ConfigInvalid);

    /// <summary>Nodes disagree on something all must share.</summary>
    public const string ConfigMismatch = nameof(ConfigMismatch);

    /// <summary>The nodes of the spec are not the nodes OMS knows.</summary>
    public const string NodesMismatch = nameof(NodesMismatch);

    /// <summary>Not exactly one region is the default one.</summary>
    public const string DefaultRegionInvalid = nameof(DefaultRegionInvalid);

    /// <summary>Two regions use one heartbeat database, or one database serves two purposes.</summary>
    public const string DuplicateDatabase = nameof(DuplicateDatabase);

    /// <summary>Two regions have the same <c>cm_location</c>.</summary>
    public const string DuplicateLocation = nameof(DuplicateLocation);

    /// <summary>The regions of the spec are not the regions OMS knows.</summary>
    public const string RegionsMismatch = nameof(RegionsMismatch);

    /// <summary>A host is not online or its heartbeat is old.</summary>
    public const string HostNotOnline = nameof(HostNotOnline);

    /// <summary>A project name is used more than once.</summary>
    public const string DuplicateProjectNames = nameof(DuplicateProjectNames);

    /// <summary>The list of projects that keep their name contradicts itself or the projects.</summary>
    public const string KeepProjectNames = nameof(KeepProjectNames);

    /// <summary><c>ha.config</c> cannot be read.</summary>
    public const string HaConfigInvalid = nameof(HaConfigInvalid);
}
