using System.Collections.Concurrent;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>Snapshots by mydumper: what comes back is what was there.</summary>
public sealed class MyDumperTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Mydumper_snapshot_of_difficult_database_restores_byte_for_byte()
    {
        using var folder = new TemporaryStorage();
        using var scratch = new TemporaryStorage();
        var database = await HardDatabase.CreateAsync(server, bigRows: 30);
        var before = HardDatabase.Content(server, database);
        var options = new SnapshotToolOptions { ScratchRoot = scratch.Root };
        var location = folder.At("hard");

        var manifest = await new Snapshotter(options: options).TakeAsync(Request(location, database), Token);

        manifest.Tool.Kind.ShouldBe(DumpToolKind.MyDumper);
        manifest.Tool.Flags.ShouldContain("--lock-all-tables");
        manifest.Format.ShouldBe(2);
        var files = manifest.Databases[0].Files.ShouldNotBeNull();
        files.Count(f => f.Name.Contains(".big.", StringComparison.Ordinal)).ShouldBeGreaterThan(1);
        files.Select(f => f.Part).Distinct().ShouldBe([
            SnapshotPart.Tables, SnapshotPart.Rows, SnapshotPart.OtherRows, SnapshotPart.Routines, SnapshotPart.Views]);
        manifest.Databases[0].File.RawBytes.ShouldBe(files.Sum(f => f.RawBytes));
        folder.Files().Length.ShouldBe(files.Count + 1);
        scratch.Files().ShouldBeEmpty();
        (await new Snapshotter().VerifyAsync(location, null, null, Token)).Findings.ShouldBeEmpty();
        (await new Snapshotter().CheckPresenceAsync(location, Token)).Findings.ShouldBeEmpty();
        (await new Snapshotter().TakeAsync(Request(location, database), Token)).CreatedAt.ShouldBe(manifest.CreatedAt);

        var drops = new List<SnapshotDrop>();
        var loads = new ConcurrentBag<ulong>();
        var loader = new SnapshotLoader(options);
        var load = new SnapshotLoadRequest
        {
            Location = location,
            Connection = server.Options(),
            Database = database,
            Threads = 3,
            OnSession = (s, _) =>
            {
                loads.Add(s.ConnectionId);
                return Task.CompletedTask;
            },
            OnDrop = (d, _) =>
            {
                drops.Add(d);
                return Task.CompletedTask;
            },
        };
        (await loader.CheckAsync(load, Token)).ShouldBeEmpty();
        await loader.RestoreAsync(load, Token);
        loads.Distinct().Count()
            .ShouldBe(5, "one client for the tables, three for the files of rows, one for the rest");
        HardDatabase.Content(server, database).ShouldBe(before);
        drops.ShouldHaveSingleItem().Existed.ShouldBeTrue();
        drops[0].Tables.ShouldBe(manifest.Databases[0].Tables.Count);
        scratch.Files().ShouldBeEmpty();
        folder.Files().Length.ShouldBe(files.Count + 1);

        var target = database + "_copy";
        await loader.RestoreAsync(load with { Target = target, AlreadyChecked = true }, Token);
        HardDatabase.Content(server, target).ShouldBe(before);
        drops[1].Existed.ShouldBeFalse();
    }

    private SnapshotRequest Request(SnapshotLocation location, string database) =>
        new()
        {
            Location = location,
            Connection = server.Options(),
            Databases = [database],
            Tool = DumpToolKind.MyDumper,
            Acknowledged = [$"DumpLosesDigits/{database}.floats.f"]
        };
}
