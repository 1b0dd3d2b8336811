namespace Drydock.Tests.Unit.Clients.Snapshots;

public sealed class ScratchDirectoryTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("drydock-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Directories_of_dead_processes_are_removed_and_used_ones_kept()
    {
        var options = new SnapshotToolOptions { ScratchRoot = _root };
        using var living = ScratchDirectory.Create(options);
        var dead = Path.Combine(_root, "drydock-scratch-dead");
        Directory.CreateDirectory(Path.Combine(dead, "rows"));
        File.WriteAllText(Path.Combine(dead, ".lock"), "");
        File.WriteAllText(Path.Combine(dead, "rows", "a.sql"), "SECRET");
        ScratchDirectory.RemoveLeft(options);
        Directory.GetFileSystemEntries(_root).ShouldBe([living.Path]);
    }

    [Fact]
    public void Without_scratch_directory_nothing_is_removed() =>
        ScratchDirectory.RemoveLeft(new SnapshotToolOptions { ScratchRoot = Path.Combine(_root, "missing") });
}
