namespace Drydock.Tests.Unit.Clients.Snapshots;

/// <summary>Manifests that somebody else wrote.</summary>
public sealed class ManifestRulesTests
{
    private static readonly SnapshotFile Good = new("rm.sql.gz", "gzip", 1_000, 10_000, new string('0', 64), 100);

    [Fact]
    public void A_manifest_as_the_operator_writes_it_is_good() => ManifestRules.Check(Manifest(Good)).ShouldBeNull();

    [Theory]
    [InlineData(-1, 0, SnapshotPart.Whole, "-1 bytes stored")]
    [InlineData(long.MaxValue, 1, SnapshotPart.Whole, "expected 0 to")]
    [InlineData(1_000, long.MaxValue, SnapshotPart.Whole, "expected 0 to")]
    [InlineData(1, 1, (SnapshotPart)99, "its part is unknown")]
    public void Sizes_that_cannot_be_are_refused(long stored, long raw, SnapshotPart part, string why) =>
        ManifestRules.Check(Manifest(Good with { StoredBytes = stored, RawBytes = raw, Part = part }))
            .ShouldNotBeNull()
            .ShouldContain(why);

    [Fact]
    public void Sums_that_no_number_holds_are_refused()
    {
        var huge = Good with { StoredBytes = SnapshotLimits.Bytes, RawBytes = SnapshotLimits.Bytes };
        ManifestRules.Check(Manifest(Good, [.. Enumerable.Repeat(huge, 9_000)]))
            .ShouldNotBeNull()
            .ShouldContain("bytes");
    }

    [Fact]
    public void Too_many_files_tables_or_databases_are_refused()
    {
        ManifestRules.Check(Manifest(Good, [.. Enumerable.Repeat(Good, SnapshotLimits.Files + 1)]))
            .ShouldNotBeNull()
            .ShouldContain("50000 files");
        var one = Manifest(Good);
        var database = one.Databases[0];
        var tables =
            Enumerable.Range(0, SnapshotLimits.Objects + 1).Select(i => new SnapshotTable($"t{i}", 1, null)).ToList();
        ManifestRules.Check(one with { Databases = [database with { Tables = tables }] })
            .ShouldNotBeNull()
            .ShouldContain("100000 tables");
        ManifestRules.Check(one with { Databases = [.. Enumerable.Repeat(database, SnapshotLimits.Databases + 1)] })
            .ShouldNotBeNull()
            .ShouldContain("1001 databases");
        ManifestRules.Check(one with { Databases = [database, database] }).ShouldBeWorded();
        ManifestRules.Check(one with { Databases = [] }).ShouldNotBeNull();
    }

    [Fact]
    public void What_is_null_is_refused_and_not_followed()
    {
        var one = Manifest(Good);
        var database = one.Databases[0];
        SnapshotManifest[] bad =
        [
            one with { Databases = null! },
            one with { Databases = [null!] },
            one with { Server = null! },
            one with { Tool = null! },
            one with { Databases = [database with { Name = null! }] },
            one with { Databases = [database with { File = null! }] },
            one with { Databases = [database with { Tables = null! }] },
            one with { Databases = [database with { Tables = [null!] }] },
            one with { Databases = [database with { Views = [null!] }] },
            one with { Databases = [database with { Events = null! }] },
            one with { Databases = [database with { Files = [null!] }] },
            one with { Databases = [database with { File = Good with { Name = null! } }] },
            one with { Databases = [database with { File = Good with { Sha256 = null! } }] },
        ];
        foreach (var manifest in bad)
        {
            ManifestRules.Check(manifest).ShouldNotBeNull();
        }
    }

    internal static SnapshotManifest Manifest(SnapshotFile file, IReadOnlyList<SnapshotFile>? files = null) => new()
    {
        Id = "s",
        StartedAt = DateTimeOffset.UnixEpoch,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Server = new SnapshotServer("k", "MariaDb", "10.11"),
        Tool = new SnapshotTool("mysqldump", "10.19", [], DumpToolKind.MySqlDump, ""),
        Databases =
        [
            new ManifestDatabase
            {
                Name = "rm",
                CharacterSet = "utf8mb4",
                Collation = "utf8mb4_bin",
                File = file,
                Files = files,
                Tables = [new SnapshotTable("t", 1, null)],
                Views = [],
                Routines = [],
                Triggers = [],
                Events = [],
                Sequences = [],
            },
        ],
    };
}
