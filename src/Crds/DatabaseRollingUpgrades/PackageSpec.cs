using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>The new version's programs on the hosts, beside the old ones.</summary>
public sealed record PackageSpec
{
    /// <summary>
    /// Where the new version is on every host, or is unpacked to: /home/yugabyte/software-2.18.0, /opt/tidb-v3.0.9.
    /// Programs are in bin below it.
    /// </summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern(Patterns.AbsolutePath)]
    public string Directory { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Archives that are unpacked there (.tar.gz), on every host with a component of theirs. None: the directory is on
    /// the hosts already.
    /// </summary>
    [ListMap("name")]
    [Items(16)]
    public List<PackageArchive> Archives { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Checksums of files below the directory that are checked on every host before anything is stopped; sensible where
    /// there are no archives.
    /// </summary>
    [ListMap("path")]
    [Items(64)]
    public List<PackageFile> Files { get; init => field = value ?? []; } = [];

    /// <summary>
    /// A program below the directory that is run once on every host after unpacking: bin/post_install.sh for YugabyteDB
    /// and BMDB. Empty runs none.
    /// </summary>
    [Length(SchemaLimits.Path)]
    [ValidationRule("!self.split('/').exists(s, s == '..') && !self.startsWith('/')", RuleMessages.BelowPackage)]
    public string? PostInstall { get; init; }

    /// <summary>
    /// YugabyteDB and BMDB only: PostgreSQL extensions that are put into the new version before the first server is
    /// stopped.
    /// </summary>
    [ListMap("name")]
    [Items(64)]
    public List<PackageExtension> Extensions { get; init => field = value ?? []; } = [];
}
