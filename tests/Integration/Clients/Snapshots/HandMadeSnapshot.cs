using System.IO.Compression;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>Snapshots that somebody wrote by hand, with sizes and hashes that are right.</summary>
internal static class HandMadeSnapshot
{
    internal const string Trailer = "\n-- Dump completed\n";

    internal static async Task<SnapshotManifest> WriteAsync(
        SnapshotLocation location, string database, params (SnapshotPart Part, string Sql)[] parts)
    {
        var token = TestContext.Current.CancellationToken;
        var files = new List<SnapshotFile>();
        foreach (var (part, sql) in parts)
        {
            var raw = Encoding.UTF8.GetBytes(sql);
            using var packed = new MemoryStream();
            await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                await gzip.WriteAsync(raw, token);
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"{database}.{files.Count}.{part}.sql.gz");
            await using var writer = await location.Storage.CreateAsync(location.Prefix + name, token);
            await writer.Content.WriteAsync(packed.ToArray(), token);
            await writer.CompleteAsync(token);
            files.Add(new SnapshotFile(
                name, "gzip", packed.Length, raw.Length, Convert.ToHexStringLower(SHA256.HashData(packed.ToArray())),
                raw.Length, part));
        }

        var manifest = new SnapshotManifest
        {
            Format = SnapshotManifest.CurrentFormat,
            Id = location.Id,
            StartedAt = DateTimeOffset.UnixEpoch,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Server = new SnapshotServer("k", "MariaDb", "10.11"),
            Tool = new SnapshotTool("mysqldump", "10.19", [], DumpToolKind.MySqlDump, ""),
            Databases =
            [
                new ManifestDatabase
                {
                    Name = database,
                    CharacterSet = "utf8mb4",
                    Collation = "utf8mb4_unicode_ci",
                    File = files[0],
                    Files = files is [{ Part: SnapshotPart.Whole }] ? null : files,
                    Tables = [],
                    Views = [],
                    Routines = [],
                    Triggers = [],
                    Events = [],
                    Sequences = [],
                },
            ],
        };
        await ManifestStore.PublishAsync(location, manifest, token);
        return manifest;
    }
}
