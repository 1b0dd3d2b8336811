namespace Drydock.Tests.Unit.Clients.Snapshots;

public sealed class ManifestFormatTests
{
    [Fact]
    public void A_manifest_of_the_first_release_is_still_read()
    {
        const string Old = """
            {
              "format": 1, "id": "up-1", "startedAt": "2026-01-01T00:00:00+00:00", "createdAt": "2026-01-01T00:01:00+00:00",
              "server": { "key": "k", "kind": "MariaDb", "version": "10.11" },
              "tool": { "name": "mysqldump", "version": "v", "flags": ["--quick"] },
              "databases": [ {
                "name": "rm", "characterSet": "utf8mb4", "collation": "utf8mb4_bin",
                "file": { "name": "rm.0.sql.gz", "compression": "gzip", "storedBytes": 5, "rawBytes": 9, "sha256": "ab", "largestStatementBytes": 3 },
                "tables": [ { "name": "t", "rows": 4, "definitionSha256": null } ],
                "views": [], "routines": [], "triggers": [], "events": [], "sequences": [], "rows": 4 } ],
              "storedBytes": 5, "rawBytes": 9
            }
            """;
        var manifest = JsonSerializer.Deserialize(Old, SnapshotJson.Default.SnapshotManifest).ShouldNotBeNull();
        manifest.Tool.Kind.ShouldBe(DumpToolKind.MySqlDump);
        manifest.Encryption.ShouldBeNull();
        manifest.Series.ShouldBeNull();
        manifest.Databases[0].StoredFiles.ShouldBe([manifest.Databases[0].File]);
        manifest.Databases[0].File.Part.ShouldBe(SnapshotPart.Whole);
        manifest.StoredBytes.ShouldBe(5);
    }
}
