using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>
/// A Spark with TiSpark: stopped, the old JAR taken out of jars, the new one put in, started, its workers compared.
/// </summary>
public sealed record TiSparkSpec
{
    /// <summary>Hosts of Spark, the master first.</summary>
    [Required]
    [ListSet]
    [Items(64, Minimum = 1)]
    [Length(SchemaLimits.StepName, Minimum = 1)]
    [Pattern(Patterns.Host)]
    public List<string> Hosts { get; init => field = value ?? []; } = [];

    /// <summary>Where Spark is installed on them.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string Directory { get; init => field = value ?? ""; } = "";

    /// <summary>Absolute path of the new JAR on the hosts.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string Jar { get; init => field = value ?? ""; } = "";

    /// <summary>SHA-256 of the new JAR, 64 hex digits.</summary>
    [Required]
    [Length(64)]
    [Pattern(Patterns.Sha256)]
    public string JarSha256 { get; init => field = value ?? ""; } = "";

    /// <summary>Starts Spark on a host; absolute or below directory. The master's host first.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string Start { get; init => field = value ?? "sbin/start-all.sh"; } = "sbin/start-all.sh";

    /// <summary>Stops Spark; absolute or below directory.</summary>
    [Length(SchemaLimits.Path, Minimum = 1)]
    public string Stop { get; init => field = value ?? "sbin/stop-all.sh"; } = "sbin/stop-all.sh";

    /// <summary>Port of the master's page.</summary>
    [Range(1, 65535)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int WebPort { get; set; } = 8080;

    /// <summary>
    /// Program and arguments of a smoke test, run in directory on the master's host; it must end with 0. Empty runs
    /// none.
    /// </summary>
    [Items(64)]
    [Length(SchemaLimits.Reference)]
    public List<string> Smoke { get; init => field = value ?? []; } = [];
}
