namespace Drydock.Lab;

/// <summary>
/// A file system that can be made to hang: while it is frozen, every call that writes to it waits in the kernel and no
/// signal ends it. The reaper thaws and unmounts it with the run.
/// </summary>
public static class HangingVolume
{
    private const long Bytes = 1L << 30;
    private const string Image = ".volume";

    /// <summary>Mounts one over an empty folder of a run.</summary>
    public static async Task MountAsync(LabRun run, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var image = $"{folder}-{Guid.NewGuid():N}{Image}";
        await using (var file = File.Create(image))
        {
            file.SetLength(Bytes);
        }

        await Shell.RunAsync("mkfs.ext4", ["-q", "-F", image], environment: run.Mark, cancellationToken: cancellationToken);
        await Shell.RunAsync("mount", ["-o", "loop", image, folder], environment: run.Mark, cancellationToken: cancellationToken);
        Directory.Delete(Path.Combine(folder, "lost+found"));
    }

    /// <summary>Every write to it hangs from here on.</summary>
    public static Task FreezeAsync(LabRun run, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Shell.RunAsync("fsfreeze", ["--freeze", folder], environment: run.Mark, cancellationToken: cancellationToken);
    }

    /// <summary>What hung goes through; nothing if it was not frozen.</summary>
    public static Task ThawAsync(string folder) =>
        Shell.TryRunAsync("fsfreeze", ["--unfreeze", folder], cancellationToken: CancellationToken.None);

    /// <summary>Takes it away with all that is on it; nothing if there is none.</summary>
    public static async Task RemoveAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (var image in Directory.EnumerateFiles(Path.GetDirectoryName(folder)!, $"{Path.GetFileName(folder)}-*{Image}"))
        {
            await ThawAsync(folder);
            await Shell.TryRunAsync("umount", ["-l", folder], cancellationToken: cancellationToken);
            File.Delete(image);
        }
    }
}
