namespace Drydock.Crds.OmsUpgrades;

/// <summary>The correction JAR. Without jarPath and archive the operator looks for correction-*.jar in the new
/// container once it runs: in workingDir, where docker exec starts, in /root, / and /home/ds/upgrade, then in the whole
/// image.</summary>
public sealed record CorrectionSpec
{
    /// <summary>Path of the JAR in the new container, absolute or relative to workingDir. Default: it is looked for.
    /// With archive: where it is put; the directory must exist.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(@"^[^\s'""\\]+$")]
    public string? JarPath { get; init; }

    /// <summary>The directory in which the JAR runs. Default: its own; /root for a relative jarPath.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(@"^/[^\s'""\\]*$")]
    public string? WorkingDir { get; init; }

    /// <summary>The JAR, if it is not in the image. It is copied into the new containers before the downtime.</summary>
    public OmsArchive? Archive { get; init; }

    /// <summary>Where the JAR runs. Auto: on every node if there is one region, otherwise on the first node of each
    /// region.</summary>
    public CorrectionScope RunOn { get; init; }
}

/// <summary>On which nodes the correction JAR runs.</summary>
public enum CorrectionScope
{
    /// <summary>Every node if there is one region, otherwise the first node of each region.</summary>
    Auto,

    /// <summary>Every node, one after another.</summary>
    EveryNode,

    /// <summary>The first node of each region.</summary>
    FirstNodeOfEachRegion,
}
