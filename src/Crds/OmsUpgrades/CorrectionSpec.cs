using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>The correction JAR in the new image.</summary>
public sealed record CorrectionSpec
{
    /// <summary>
    /// Path of the JAR in the image, absolute or relative to workingDir. If it is not there, preflight fails
    /// (JarMissing).
    /// </summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(@"^[^\s'""\\]+$")]
    public string JarPath { get; init => field = value ?? DefaultJar; } = DefaultJar;

    /// <summary>The directory of the container in which the JAR runs.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(@"^/[^\s'""\\]*$")]
    public string WorkingDir { get; init => field = value ?? DefaultDirectory; } = DefaultDirectory;

    /// <summary>
    /// On which nodes the JAR runs. Auto: on every node if there is one region, otherwise on the first node of each
    /// region.
    /// </summary>
    public CorrectionScope RunOn { get; init; }

    private const string DefaultJar = "correction-1.0-SNAPSHOT-jar-with-dependencies.jar";
    private const string DefaultDirectory = "/root";
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
