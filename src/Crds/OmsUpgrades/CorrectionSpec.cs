using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>The correction JAR inside the new image.</summary>
public sealed record CorrectionSpec
{
    /// <summary>Path of the JAR in the image, absolute or below workingDir.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(@"^[^\s'""\\]+$")]
    public string JarPath { get; init => field = value ?? DefaultJar; } = DefaultJar;

    /// <summary>The directory in the container in which it runs.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(@"^/[^\s'""\\]*$")]
    public string WorkingDir { get; init => field = value ?? DefaultDirectory; } = DefaultDirectory;

    /// <summary>
    /// On which nodes it runs. Auto: every node for one region, the first node of each region for several.
    /// </summary>
    public CorrectionScope RunOn { get; init; }

    private const string DefaultJar = "correction-1.0-SNAPSHOT-jar-with-dependencies.jar";
    private const string DefaultDirectory = "/root";
}

/// <summary>On which nodes the correction JAR runs.</summary>
public enum CorrectionScope
{
    /// <summary>Every node for one region, the first node of each region for several.</summary>
    Auto,

    /// <summary>Every node, one after the other.</summary>
    EveryNode,

    /// <summary>The first node of each region.</summary>
    FirstNodeOfEachRegion,
}
