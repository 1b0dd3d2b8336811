using Drydock.Clients.Snapshots;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Snapshots;

public sealed class ScratchDirectoryTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("drydock-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_dead_processes_left_can_be_removed_without_making_another_and_what_is_in_use_stays()
    {
        var options = new SnapshotToolOptions { ScratchRoot = _root };
        using var living = ScratchDirectory.Create(options, neededBytes: 0);
        var dead = Path.Combine(_root, "drydock-scratch-dead");
        Directory.CreateDirectory(Path.Combine(dead, "rows"));
        File.WriteAllText(Path.Combine(dead, ".lock"), "");
        File.WriteAllText(Path.Combine(dead, "rows", "a.sql"), "SECRET");
        ScratchDirectory.RemoveLeft(options);
        Directory.GetFileSystemEntries(_root).ShouldBe([living.Path]);
    }

    [Fact]
    public void Where_there_is_no_scratch_directory_there_is_nothing_to_remove() =>
        ScratchDirectory.RemoveLeft(new SnapshotToolOptions { ScratchRoot = Path.Combine(_root, "missing") });
}
