namespace Drydock.Lab;

/// <summary>The data folder and the storage driver of a dockerd.</summary>
internal sealed record DockerStorage(string DataRoot, string Driver)
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, bool> Probed = new(StringComparer.Ordinal);

    /// <summary>
    /// overlay2 on disk, else overlay2 in memory (a checkout inside a container is itself on an overlay), else vfs.
    /// </summary>
    public static async Task<DockerStorage> ChooseAsync(
        LabRun run, string name, string? driver, long? bytes, CancellationToken cancellationToken)
    {
        if (bytes is { } room)
        {
            var root = run.FastFolderFor(name + "-data");
            await SmallDisk.MountAsync(run, root, room, cancellationToken);
            return new DockerStorage(root, driver ?? "overlay2");
        }

        if (driver is not null)
        {
            return new DockerStorage(run.FolderFor(name + "/data"), driver);
        }

        if (await CanOverlayAsync(run, run.Folder, cancellationToken))
        {
            return new DockerStorage(run.FolderFor(name + "/data"), "overlay2");
        }

        return await CanOverlayAsync(run, run.FastFolder, cancellationToken)
            ? new DockerStorage(run.FastFolderFor(name + "-data"), "overlay2")
            : new DockerStorage(run.FolderFor(name + "/data"), "vfs");
    }

    private static async Task<bool> CanOverlayAsync(LabRun run, string folder, CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            if (Probed.TryGetValue(folder, out var known))
            {
                return known;
            }
        }

        var probe = Directory.CreateDirectory(
            Path.Combine(folder, $"overlay-probe-{run.Id}-{Guid.NewGuid():N}")).FullName;
        foreach (var part in new[] { "lower", "upper", "work", "merged" })
        {
            Directory.CreateDirectory(Path.Combine(probe, part));
        }

        var merged = Path.Combine(probe, "merged");
        var mount = await Shell.TryRunAsync(
            "mount",
            [
                "-t", "overlay", "overlay", "-o", $"lowerdir={probe}/lower,upperdir={probe}/upper,workdir={probe}/work",
                merged
            ],
            environment: run.Mark,
            cancellationToken: cancellationToken);
        if (mount.ExitCode == 0)
        {
            await Shell.RunAsync("umount", [merged], cancellationToken: cancellationToken);
        }

        Directory.Delete(probe, recursive: true);
        lock (Gate)
        {
            Probed[folder] = mount.ExitCode == 0;
        }

        return mount.ExitCode == 0;
    }
}
