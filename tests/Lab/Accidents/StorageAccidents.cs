namespace Drydock.Lab.Accidents;

/// <summary>The directory of the snapshots: a dump cut short, a manifest gone, the whole volume lost.</summary>
internal static class StorageAccidents
{
    public static IReadOnlyList<IAccident> All { get; } =
    [
        new Accident("dump-truncated", AccidentKind.Storage, Now(Truncate), "put the whole file back", Now(PutBack))
        {
            IsDeferred = true
        },
        new Accident(
            "manifest-missing", AccidentKind.Storage, Now(HideManifests), "put the manifest back", Now(PutBack))
        {
            IsDeferred = true
        },
        new Accident("storage-lost", AccidentKind.Storage, Now(Lose), "mount the volume again", Now(Find)),
        // The operator notices at its next write; the mark and the snapshots stay readable.
        new Accident(
            "storage-hung",
            AccidentKind.Storage,
            (scene, token) => HangingVolume.FreezeAsync(scene.Stage.Run, scene.Stage.Snapshots, token),
            "repair the volume",
            (scene, _) => HangingVolume.ThawAsync(scene.Stage.Snapshots))
        {
            IsDeferred = true,
            Arguments = ["--storage-timeout", "5"],
            Prepare = (stage, token) => HangingVolume.MountAsync(stage.Run, stage.Snapshots, token),
        },
        new Accident("storage-full-and-read-only", AccidentKind.Storage, (scene, token) => Shell.RunAsync(
            "mount", ["-t", "tmpfs", "-o", "size=4k,ro", "drydock-lab", scene.Stage.Snapshots],
            environment: scene.Stage.Run.Mark, cancellationToken: token),
            "mount the volume again", async (scene, token) => await Shell.TryRunAsync(
                "umount", ["-l", scene.Stage.Snapshots], cancellationToken: token)),
    ];

    private static string Aside(AccidentScene scene) =>
        Directory.CreateDirectory(scene.Stage.Snapshots + ".aside").FullName;

    private static void Truncate(AccidentScene scene)
    {
        foreach (var file in Files(scene).Where(x => !IsManifest(x) && new FileInfo(x).Length > 200))
        {
            Keep(scene, file, copy: true);
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Write);
            stream.SetLength(stream.Length / 2);
        }
    }

    private static void HideManifests(AccidentScene scene)
    {
        foreach (var file in Files(scene).Where(IsManifest))
        {
            Keep(scene, file, copy: false);
        }
    }

    private static void PutBack(AccidentScene scene)
    {
        foreach (var (kept, path) in scene.Kept.Where(x => x.Key.StartsWith("file:", StringComparison.Ordinal))
            .ToList())
        {
            File.Move(kept["file:".Length..], path, overwrite: true);
            scene.Kept.TryRemove(kept, out _);
        }
    }

    private static void Lose(AccidentScene scene)
    {
        Directory.Move(scene.Stage.Snapshots, scene.Stage.Snapshots + ".lost");
        Directory.CreateDirectory(scene.Stage.Snapshots);
    }

    private static void Find(AccidentScene scene)
    {
        if (Directory.Exists(scene.Stage.Snapshots + ".lost"))
        {
            Directory.Delete(scene.Stage.Snapshots, recursive: true);
            Directory.Move(scene.Stage.Snapshots + ".lost", scene.Stage.Snapshots);
        }
    }

    private static List<string> Files(AccidentScene scene) =>
        [.. Directory.EnumerateFiles(scene.Stage.Snapshots, "*", SearchOption.AllDirectories)];

    private static bool IsManifest(string path) =>
        Path.GetFileName(path).Contains("manifest", StringComparison.OrdinalIgnoreCase);

    private static void Keep(AccidentScene scene, string path, bool copy)
    {
        var kept = Path.Combine(Aside(scene), Guid.NewGuid().ToString("N"));
        scene.Kept["file:" + kept] = path;
        if (copy)
        {
            File.Copy(path, kept);
        }
        else
        {
            File.Move(path, kept);
        }
    }

    private static Func<AccidentScene, CancellationToken, Task> Now(Action<AccidentScene> act) => (scene, _) =>
    {
        act(scene);
        return Task.CompletedTask;
    };
}
