namespace Drydock.Lab;

/// <summary>
/// A file system of limited size that can be filled to the last byte and freed again. The reaper unmounts it at the end
/// of the run.
/// </summary>
internal static class SmallDisk
{
    private const string Filler = "drydock-lab-filler";

    /// <summary>Mounts a tmpfs.</summary>
    public static Task MountAsync(LabRun run, string folder, long bytes, CancellationToken cancellationToken) =>
        Shell.RunAsync(
            "mount", ["-t", "tmpfs", "-o", FormattableString.Invariant($"size={bytes}"), "drydock-lab", folder],
            environment: run.Mark, cancellationToken: cancellationToken);

    /// <summary>Fills all free space.</summary>
    public static async Task FillAsync(string folder, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(
            Path.Combine(folder, Filler), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[1 << 20];
        for (var size = block.Length; size > 0;)
        {
            try
            {
                await file.WriteAsync(block.AsMemory(0, size), cancellationToken);
            }
            catch (IOException)
            {
                // No space for a block of this size. Space smaller than a page cannot be used.
                size = size > 4096 ? size / 16 : 0;
            }
        }
    }

    /// <summary>
    /// Frees the space at once by truncating the file: a process that is just being started may keep the deleted file
    /// open for a moment.
    /// </summary>
    public static void Free(string folder)
    {
        var filler = Path.Combine(folder, Filler);
        if (!File.Exists(filler))
        {
            return;
        }

        using (var file = new FileStream(filler, FileMode.Open, FileAccess.Write))
        {
            file.SetLength(0);
        }

        File.Delete(filler);
    }
}
