namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>Snapshots that are encrypted where they lie.</summary>
public sealed class EncryptionTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DumpToolKind.MySqlDump)]
    [InlineData(DumpToolKind.MyDumper)]
    public async Task Encrypted_snapshot_opens_only_with_identity_and_restores_content(DumpToolKind tool)
    {
        using var folder = new TemporaryStorage();
        var (identity, recipient) = Stock.NewIdentity();
        var (second, another) = Stock.NewIdentity();
        var database = await SampleDatabase.CreateAsync(server, rows: 40);
        var before = SampleDatabase.Content(server, database);
        var location = folder.At("sealed");
        var manifest = await new Snapshotter().TakeAsync(
            Request(location, database, tool, [recipient, another]) with { Series = "nightly" }, Token);

        manifest.Encryption.ShouldNotBeNull().Recipients.ShouldBe([recipient, another]);
        manifest.Series.ShouldBe("nightly");
        manifest.Format.ShouldBe(SnapshotManifest.CurrentFormat);
        manifest.Databases[0].StoredFiles.ShouldAllBe(f => f.Name.EndsWith(".gz.age", StringComparison.Ordinal));
        foreach (var file in manifest.Databases[0].StoredFiles)
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(folder.Root, location.Prefix + file.Name), Token);
            Encoding.ASCII.GetString(bytes, 0, 21).ShouldBe("age-encryption.org/v1");
        }

        (await new Snapshotter().VerifyAsync(location, null, null, Token)).Findings.ShouldBeEmpty();
        (await new Snapshotter().VerifyAsync(location, identity, null, Token)).Findings.ShouldBeEmpty();
        (await new Snapshotter().VerifyAsync(location, second, null, Token)).Findings.ShouldBeEmpty();
        var (stranger, _) = Stock.NewIdentity();
        foreach (var wrong in (string[])[stranger, "AGE-SECRET-KEY-1NOTONE", "nonsense"])
        {
            var refused = await Should.ThrowAsync<SnapshotException>(
                () => new Snapshotter().VerifyAsync(location, wrong, null, Token));
            refused.Failure.ShouldBe(SnapshotFailure.IdentityMissing, refused.Message);
            refused.ToString().ShouldNotContain("AGE-SECRET-KEY-1");
        }

        var load = new SnapshotLoadRequest { Location = location, Connection = server.Options(), Database = database };
        (await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreAsync(load, Token))).Failure
            .ShouldBe(SnapshotFailure.IdentityMissing);
        SampleDatabase.Content(server, database).ShouldBe(before);
        (load with { Identity = identity }).ToString().ShouldNotContain("AGE-SECRET-KEY");
        await new SnapshotLoader().RestoreAsync(load with { Identity = identity }, Token);
        SampleDatabase.Content(server, database).ShouldBe(before);

        var damaged = Path.Combine(
            folder.Root, location.Prefix + manifest.Databases[0].StoredFiles.MaxBy(f => f.StoredBytes)!.Name);
        var good = await File.ReadAllBytesAsync(damaged, Token);
        good[^30] ^= 1;
        await File.WriteAllBytesAsync(damaged, good, Token);
        (await new Snapshotter().VerifyAsync(location, null, null, Token)).Findings.ShouldHaveSingleItem().Failure
            .ShouldBe(SnapshotFailure.ChecksumMismatch);
        (await new Snapshotter().VerifyAsync(location, identity, null, Token)).Findings.Select(f => f.Failure)
            .ShouldBe([SnapshotFailure.ChecksumMismatch, SnapshotFailure.Truncated]);
        (await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader().RestoreAsync(
            load with { Identity = identity }, Token))).Failure.ShouldBe(SnapshotFailure.ChecksumMismatch);
        SampleDatabase.Content(server, database).ShouldBe(before);
    }

    [Fact]
    public async Task Encrypted_mysqldump_is_restored_with_age_gzip_and_mysql()
    {
        using var folder = new TemporaryStorage();
        var (identity, recipient) = Stock.NewIdentity();
        var database = await SampleDatabase.CreateAsync(server, rows: 30);
        var location = folder.At("stock");
        var manifest = await new Snapshotter().TakeAsync(
            Request(location, database, DumpToolKind.MySqlDump, [recipient]), Token);
        var target = await server.CreateDatabaseAsync();
        var file = folder.FileOf(location, manifest.Databases[0]);
        file.ShouldEndWith(".sql.gz.age");
        Stock.Run(
            """[ "$(sha256sum "$FILE" | cut -d' ' -f1)" = "$SHA" ]; age -d -i <(echo "$IDENTITY") "$FILE" | gzip -d | mysql --no-defaults --socket="$SOCKET" --user=root --binary-mode --comments "$TARGET" """,
            ("FILE", file), ("SHA", manifest.Databases[0].File.Sha256), ("IDENTITY", identity),
            ("SOCKET", server.Socket), ("TARGET", target));
        SampleDatabase.Content(server, target).ShouldBe(SampleDatabase.Content(server, database));
    }

    [Fact]
    public async Task Encrypted_mydumper_dump_is_restored_with_standard_tools()
    {
        using var folder = new TemporaryStorage();
        var (identity, recipient) = Stock.NewIdentity();
        var database = await SampleDatabase.CreateAsync(server, rows: 30);
        var location = folder.At("stock");
        var manifest = await new Snapshotter().TakeAsync(
            Request(location, database, DumpToolKind.MyDumper, [recipient]), Token);
        var target = await server.CreateDatabaseAsync(options: "CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
        var dump = folder.FileOf(location, manifest.Databases[0]);
        Stock.Run(
            """
            cd "$DUMP"
            open() { age -d -i <(echo "$IDENTITY") "$1" | gzip -d; }
            load() { mysql --no-defaults --socket="$SOCKET" --user=root --binary-mode --comments "$TARGET"; }
            sql() { [ ! -e "$1.gz.age" ] || open "$1.gz.age" | load; }
            sql tables.sql
            { echo "SET sql_mode='NO_AUTO_VALUE_ON_ZERO', time_zone='+00:00', foreign_key_checks=0;"; for f in rows/*.sql.gz.age; do open "$f"; done; } | load
            sql other-rows.sql; sql routines.sql; sql views.sql
            """,
            ("DUMP", dump), ("IDENTITY", identity), ("SOCKET", server.Socket), ("TARGET", target));
        SampleDatabase.Content(server, target).ShouldBe(SampleDatabase.Content(server, database));
        await using var connection = await server.OpenAsync();
        (await LoadRun.CompareAsync(connection, manifest.Databases[0], target, definitions: true, Token))
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData("AGE-SECRET-KEY-1QQQ")]
    [InlineData("-r")]
    [InlineData("age1\nx")]
    [InlineData("")]
    public async Task Invalid_recipient_is_refused_before_dump(string recipient)
    {
        using var folder = new TemporaryStorage();
        var database = await server.CreateDatabaseAsync();
        var e = await Should.ThrowAsync<SnapshotException>(() => new Snapshotter().TakeAsync(
            Request(folder.One, database, DumpToolKind.MySqlDump, [recipient]), Token));
        e.Failure.ShouldBe(SnapshotFailure.InvalidRequest);
        e.Message.ShouldNotContain("KEY-1QQQ");
        folder.Files().ShouldBeEmpty();
    }

    [Fact]
    public async Task Unusable_recipient_or_missing_age_leaves_no_snapshot()
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 3);
        var e = await Should.ThrowAsync<SnapshotException>(() => new Snapshotter().TakeAsync(
            Request(folder.One, database, DumpToolKind.MySqlDump, ["age1notarecipient"]), Token));
        e.Failure.ShouldBe(SnapshotFailure.DumpFailed);
        e.Message.ShouldContain("age1notarecipient");
        var missing = new Snapshotter(options: new SnapshotToolOptions { Age = "no-such-age" });
        (await Should.ThrowAsync<SnapshotException>(() => missing.TakeAsync(
            Request(folder.One, database, DumpToolKind.MyDumper, [Stock.NewIdentity().Recipient]), Token)))
            .Failure.ShouldBe(SnapshotFailure.DumpFailed);
        folder.Files().ShouldNotContain(
            f => f.EndsWith(".age", StringComparison.Ordinal) || f.EndsWith("manifest.json", StringComparison.Ordinal));
    }

    private SnapshotRequest Request(
        SnapshotLocation location, string database, DumpToolKind tool, IReadOnlyList<string> recipients) =>
        new()
        {
            Location = location,
            Connection = server.Options(),
            Databases = [database],
            Tool = tool,
            Recipients = recipients
        };
}
