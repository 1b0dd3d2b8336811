namespace Drydock.Lab;

/// <summary>
/// A file system that can hang. While it is frozen, every write to it waits in the kernel, and no signal ends the
/// writer. The reaper thaws and unmounts it at the end of the run.
/// </summary>
public static class HangingVolume
{
    private const long Bytes = 1L << 30;
    private const string Image = ".volume";

    /// <summary>Mounts such a file system over an empty folder of a run.</summary>
    public static async Task MountAsync(LabRun run, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var image = $"{folder}-{Guid.NewGuid():N}{Image}";
        await using (var file = File.Create(image))
        {
            file.SetLength(Bytes);
        }

        await Shell.RunAsync(
            "mkfs.ext4", ["-q", "-F", image], environment: run.Mark, cancellationToken: cancellationToken);
        await Shell.RunAsync(
            "mount", ["-o", "loop", image, folder], environment: run.Mark, cancellationToken: cancellationToken);
        Directory.Delete(Path.Combine(folder, "lost+found"));
    }

    /// <summary>From now on every write to it hangs.</summary>
    public static Task FreezeAsync(LabRun run, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Shell.RunAsync(
            "fsfreeze", ["--freeze", folder], environment: run.Mark, cancellationToken: cancellationToken);
    }

    /// <summary>Lets hanging writes continue. Does nothing if the file system is not frozen.</summary>
    public static Task ThawAsync(string folder) =>
        Shell.TryRunAsync("fsfreeze", ["--unfreeze", folder], cancellationToken: CancellationToken.None);

    /// <summary>Removes the file system with its content. Does nothing if there is none.</summary>
    public static async Task RemoveAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (var image in Directory.EnumerateFiles(
            Path.GetDirectoryName(folder)!, $"{Path.GetFileName(folder)}-*{Image}"))
        {
            await ThawAsync(folder);
            await Shell.TryRunAsync("umount", ["-l", folder], cancellationToken: cancellationToken);
            File.Delete(image);
        }
    }
}
