using System.Collections.Concurrent;
using Drydock.Clients.Snapshots;
using Drydock.Tests.Integration.Clients.MySql;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>
/// Rows that a check has fetched wait for the load, and nothing else is loaded than what was verified.
/// </summary>
public sealed class StagingTests(MariaDbServer server) : IDisposable
{
    private readonly TemporaryStorage _folder = new();
    private readonly TemporaryStorage _scratch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SnapshotLoader Loader => new(new SnapshotToolOptions { ScratchRoot = _scratch.Root });

    public void Dispose()
    {
        _folder.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Staged_rows_are_loaded_without_second_read()
    {
        var (request, storage, files) = await TakeAsync();
        var before = SampleDatabase.Content(server, request.Database);
        var stages = new ConcurrentBag<SnapshotStage>();
        using (var staging = new SnapshotStaging())
        {
            request = request with { Staging = staging, Progress = new Stages(stages) };
            (await Loader.CheckAsync(request, Token)).ShouldBeEmpty();
            _scratch.Files().Count(f => f.EndsWith(".sql", StringComparison.Ordinal)).ShouldBe(files.Count(f => f.Part == SnapshotPart.Rows));

            // What is damaged after it was verified and fetched is of no use any more, and of no harm.
            await DamageAsync(files.First(f => f.Part == SnapshotPart.Rows));
            await Loader.RestoreAsync(request with { AlreadyChecked = true }, Token);
            SampleDatabase.Content(server, request.Database).ShouldBe(before);
            _scratch.Files().ShouldBeEmpty();
        }

        files.Where(f => f.Part is SnapshotPart.Rows or SnapshotPart.Metadata).ShouldAllBe(f => storage.Reads[f.Name] == 1);
        stages.ShouldNotContain(SnapshotStage.Staging);
    }

    [Fact]
    public async Task Load_without_staging_fetches_rows_before_drop()
    {
        var (request, storage, files) = await TakeAsync();
        var stages = new ConcurrentBag<SnapshotStage>();
        request = request with { Progress = new Stages(stages) };
        (await Loader.CheckAsync(request, Token)).ShouldBeEmpty();
        _scratch.Files().ShouldBeEmpty();
        stages.Distinct().ShouldBe([SnapshotStage.Verifying]);
        await DamageAsync(files.First(f => f.Part == SnapshotPart.Rows));
        var dropped = false;
        var e = await Should.ThrowAsync<SnapshotException>(() => Loader.RestoreAsync(
            request with
            {
                AlreadyChecked = true,
                OnDrop = (_, _) =>
                {
                    dropped = true;
                    return Task.CompletedTask;
                },
            },
            Token));
        e.Failure.ShouldBe(SnapshotFailure.ChecksumMismatch);
        dropped.ShouldBeFalse();
        stages.ShouldContain(SnapshotStage.Staging);
        files.Where(f => f.Part == SnapshotPart.Rows).ShouldAllBe(f => storage.Reads[f.Name] == 2);
        _scratch.Files().ShouldBeEmpty();
    }

    [Fact]
    public async Task Rows_that_differ_from_manifest_are_not_staged()
    {
        var (request, _, files) = await TakeAsync();
        await DamageAsync(files.First(f => f.Part == SnapshotPart.Rows));
        using var staging = new SnapshotStaging();
        var findings = await Loader.CheckAsync(request with { Staging = staging }, Token);
        findings.ShouldContain(f => f.Failure == SnapshotFailure.ChecksumMismatch);
        _scratch.Files().ShouldBeEmpty();
    }

    [Fact]
    public async Task Damaged_staged_rows_are_fetched_again()
    {
        var (request, _, _) = await TakeAsync();
        var before = SampleDatabase.Content(server, request.Database);
        using var staging = new SnapshotStaging();
        request = request with { Staging = staging };
        (await Loader.CheckAsync(request, Token)).ShouldBeEmpty();
        var kept = _scratch.Files().First(f => f.EndsWith(".sql", StringComparison.Ordinal));
        await using (var file = File.OpenWrite(Path.Combine(_scratch.Root, kept)))
        {
            file.SetLength(file.Length - 1);
        }

        await Loader.RestoreAsync(request with { AlreadyChecked = true }, Token);
        SampleDatabase.Content(server, request.Database).ShouldBe(before);
        _scratch.Files().ShouldBeEmpty();
    }

    [Fact]
    public async Task Unused_staged_rows_are_removed_on_dispose()
    {
        var (request, storage, files) = await TakeAsync();
        using (var staging = new SnapshotStaging())
        {
            request = request with { Staging = staging };
            (await Loader.CheckAsync(request, Token)).ShouldBeEmpty();
            (await Loader.CheckAsync(request, Token)).ShouldBeEmpty();
            Directory.GetDirectories(_scratch.Root).ShouldHaveSingleItem();
            await Loader.RestoreAsync(request, Token);
            files.Where(f => f.Part == SnapshotPart.Rows).ShouldAllBe(f => storage.Reads[f.Name] == 3);
            Directory.GetDirectories(_scratch.Root).ShouldBeEmpty();
            (await Loader.CheckAsync(request, Token)).ShouldBeEmpty();
            Directory.GetDirectories(_scratch.Root).ShouldHaveSingleItem();
        }

        Directory.GetDirectories(_scratch.Root).ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_works_without_scratch_directory()
    {
        var (request, _, files) = await TakeAsync();
        using var staging = new SnapshotStaging();
        request = request with { Staging = staging };
        var loader = new SnapshotLoader(new SnapshotToolOptions { ScratchRoot = "/nonexistent/scratch" });
        (await loader.CheckAsync(request, Token)).ShouldBeEmpty();
        await DamageAsync(files.First(f => f.Part == SnapshotPart.Rows));
        (await loader.CheckAsync(request, Token)).ShouldContain(f => f.Failure == SnapshotFailure.ChecksumMismatch);
    }

    private async Task<(SnapshotLoadRequest Request, CountingStorage Storage, IReadOnlyList<SnapshotFile> Files)> TakeAsync()
    {
        var database = await SampleDatabase.CreateAsync(server, rows: 200);
        var storage = new CountingStorage(_folder.Storage);
        var location = new SnapshotLocation(storage, "", "s");
        var manifest = await new Snapshotter().TakeAsync(
            new SnapshotRequest { Location = location, Connection = server.Options(), Databases = [database], Tool = DumpToolKind.MyDumper }, Token);
        storage.Reads.Clear();
        var files = manifest.Databases[0].Files.ShouldNotBeNull();
        files.ShouldContain(f => f.Part == SnapshotPart.Rows);
        return (new SnapshotLoadRequest { Location = location, Connection = server.Options(), Database = database }, storage, [.. files.Select(f => f with { Name = location.Prefix + f.Name })]);
    }

    private async Task DamageAsync(SnapshotFile file)
    {
        var path = Path.Combine(_folder.Root, file.Name);
        var bytes = await File.ReadAllBytesAsync(path, Token);
        bytes[^5] ^= 0x40;
        await File.WriteAllBytesAsync(path, bytes, Token);
    }

    private sealed class Stages(ConcurrentBag<SnapshotStage> seen) : IProgress<SnapshotProgress>
    {
        public void Report(SnapshotProgress value)
        {
            if (!seen.Contains(value.Stage))
            {
                seen.Add(value.Stage);
            }
        }
    }
}
